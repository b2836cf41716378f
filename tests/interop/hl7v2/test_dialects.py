"""Each maker's own way to say the same things. Rows are those seen in public device samples."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ataraxy.catalog.codes_table import load_codes
from ataraxy.core.protocol.types import Measure
from ataraxy.interop.hl7v2.oru import ParsedOru, parse_oru
from ataraxy.interop.hl7v2.value import NotAvailable, WireValue

PHILIPS = (
    "MSH|^~\\&|||||||ORU^R01|HP104220879017992|P|2.3||||||8859/1",
    "PV1||I|ICU/PCU^^pDemo6&0&0",
    "OBR|||||||20260101120000",
    "OBX||NM|0002-4182^HR^MDIL|0|62|0004-0aa0^bpm^MDIL|||||F",
    "OBX||NM|0002-4bb8^SpO2^MDIL|0|97|0004-0220^%^MDIL|||||F",
    "OBX||NM|0002-4822^Pulse^MDIL|0|63|0004-0aa0^bpm^MDIL|||||F",
    "OBX||NM|0002-480a^Pulse^MDIL|0|64|0004-0aa0^bpm^MDIL|||||F",
    "OBX||NM|0002-5000^Resp^MDIL|0|14|0004-0ae0^rpm^MDIL|||||F",
    "OBX||NM|0002-4a05^NBPs^MDIL|0|128|0004-0f20^mmHg^MDIL|||||F",
    "OBX||NM|0002-4a06^NBPd^MDIL|0|76|0004-0f20^mmHg^MDIL|||||F",
    "OBX||NM|0002-4a15^ABPs^MDIL|0|131|0004-0f20^mmHg^MDIL|||||F",
    "OBX||NM|0002-4b60^Tcore^MDIL|0|36.6|0004-17a0^°C^MDIL|||||F",
    "OBX||NM|0002-4182^HR_Pulse^MDIL|0|65|0004-0aa0^bpm^MDIL|||||F",
)
EDAN = (
    "MSH|^~\\&|MFM-CMS|EDAN|||20260101120000||ORU^R01|9|P|2.4",
    "OBR|1||||||20260101120000",
    "OBX||NM|131072^ECG_HR^EHC||62|bpm|||||F",
    "OBX||NM|327680^SPO2_SPO2^EHC||97|%|||||F",
    "OBX||NM|327681^SPO2_PR^EHC||63|bpm|||||F",
    "OBX||NM|393216^NIBP_SYS^EHC||17.1|kPa|||||F",
    "OBX||NM|393217^NIBP_DIA^EHC||76|mmHg|||||F",
    "OBX||NM|393219^NIBP_PR^EHC||64|bpm|||||F",
    "OBX||NM|393217^NIBP_SYS^EHC||76|mmHg|||||F",
)
MINDRAY = (
    "MSH|^~\\&|MINDRAY_UMEC|ICU|||20260101120000||ORU^R01|503|P|2.3.1",
    "OBX||NM|101^HR|2101|62||||||F",
    "OBX||NM|160^SpO2|2103|97||||||F",
    "OBX||NM|161^PR|2103|63||||||F",
    "OBX||NM|170^Sys|2105|128|mmHg|||||F||APERIODIC|20260101115500",
    "OBX||NM|171^Dia|2105|76||||||F||APERIODIC|20260101115500",
    "OBX||NM|173^NIBP_PR|2105|-100||||||F||APERIODIC|00000000000000",
    "OBX||NM|200^T1|2104|36.8||||||F",
    "OBX||NM|478^MNDRY_PULS_OXIM_PLETH_VAR_INDEX^99MNDRY|1|12|262688^MDC_DIM_PERCENT^MDC|||||F",
)
COMEN = (
    "MSH|^~\\&||KC575235977G|||20260101120000.1106+0000||ORU^R01|20260101120000.11|P|2.6||||||UNICODE UTF-8",
    "PID|||10006||lee|||M",
    "PV1||I|^^&24",
    "OBR||||1^MON_PARAM^99COMEN|||20260101120000+0000",
    "OBX||NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.3.1|97|262688^MDC_DIM_PERCENT^MDC|||||F|||20260101120000+0000",
    "OBX||NM|149522^MDC_PULS_RATE^MDC|1.0.0|59|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||F|||20260101120000+0000",
    "OBX||NM|150017^MDC_PRESS_BLD_NONINV_SYS^MDC|1.1.1|128|266016^MDC_DIM_MMHG^MDC|||||F|||20260101120000+0000",
    "OBX||NM|150301^MDC_PRESS_CUFF_SYS^MDC|1.1.9|128|266016^MDC_DIM_MMHG^MDC|||||F|||20260101115500+0000",
    "OBX||NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.6.1|8388607|262688^MDC_DIM_PERCENT^MDC|||||X|||20260101120000+0000",
    "OBX||NM|2010^COMEN_AGE^99COMEN||126||||||F|||20260101120000+0000",
)
GE = (
    "MSH|^~\\&|VSP^080019FFFF4F6A10^EUI-64|GE Healthcare|||20260101120000+0000||ORU^R01^ORU_R01|5|P|2.6|||AL|NE",
    "PV1||E|ICU^^BED1",
    "OBR|1|1^VSP|1^VSP|182777000^monitoring of patient^SCT|||20260101115959+0000",
    "OBX|1||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X",
    "OBX|2||69854^MDC_DEV_METER_PRESS_BLD_VMD^MDC|1.1.0.0|||||||X",
    "OBX|3|NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC|1.1.1.1|128|266016^MDC_DIM_MMHG^MDC|||||R",
    "OBX|4|NM|147842^MDC_ECG_HEART_RATE^MDC|1.2.1.1|62|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||R",
)
LOINC = (
    "MSH|^~\\&|GATE|WARD|||20260101120000+0000||ORU^R01|6|P|2.5.1",
    "OBR|1||||||20260101120000+0000",
    "OBX||NM|8480-6^Systolic blood pressure^LN||128|mm[Hg]^^UCUM|||||F",
    "OBX||NM|8462-4^BP dias^LN||76|mmHg|||||F",
    "OBX||NM|59408-5^SpO2^LN||97|%|||||F",
    "OBX||NM|8889-8^Heart rate by Pulse oximetry^LN||63|/min|||||F",
    "OBX||NM|8867-4^Heart rate^LN||62|/min|||||F",
    "OBX||NM|8867-4^Heart rate^LN^147842^MDC_ECG_HEART_RATE^MDC||62|/min|||||F",
    "OBX||NM|8310-5^Temp^LN||98.6|degF|||||F",
    "OBX||NM|8480-6^Diastolic blood pressure^LN||76|mmHg|||||F",
    "OBX||NM|8462-4^BP dias^LN^150301^MDC_PRESS_CUFF_SYS^MDC||76|mmHg|||||F",
)


def read(rows: tuple[str, ...]) -> ParsedOru:
    charset = "latin-1" if "8859/1" in rows[0] else "utf-8"
    return parse_oru("\r".join(rows).encode(charset) + b"\r")


def charted(rows: tuple[str, ...]) -> list[tuple[Measure, Decimal]]:
    return [
        (v.measure, v.value) for v in read(rows).values if v.chartable and v.measure and v.value is not None
    ]


def left(rows: tuple[str, ...]) -> list[tuple[str, NotAvailable | None]]:
    return [(v.code, v.not_available) for v in read(rows).values if not v.chartable]


ECG, OXIMETER, CUFF = Measure.HEART_RATE_ECG, Measure.PULSE_OXIMETER, Measure.PULSE_CUFF


@pytest.mark.parametrize(
    ("rows", "values"),
    [
        (
            PHILIPS,
            [
                (ECG, 62),
                (Measure.SPO2, 97),
                (OXIMETER, 63),
                (Measure.RESPIRATORY_RATE, 14),
                (Measure.SYSTOLIC, 128),
                (Measure.DIASTOLIC, 76),
                (Measure.TEMPERATURE, Decimal("36.6")),
            ],
        ),
        (
            EDAN,
            [
                (ECG, 62),
                (Measure.SPO2, 97),
                (OXIMETER, 63),
                (Measure.SYSTOLIC, Decimal("128.3")),  # 17.1 kPa
                (Measure.DIASTOLIC, 76),
                (CUFF, 64),
            ],
        ),
        (MINDRAY, [(ECG, 62), (Measure.SPO2, 97), (OXIMETER, 63), (Measure.SYSTOLIC, 128)]),
        (COMEN, [(Measure.SPO2, 97), (Measure.SYSTOLIC, 128)]),
        (GE, [(Measure.SYSTOLIC, 128), (ECG, 62)]),
        (
            LOINC,
            [
                (Measure.SYSTOLIC, 128),
                (Measure.DIASTOLIC, 76),
                (Measure.SPO2, 97),
                (OXIMETER, 63),
                (ECG, 62),
                (Measure.TEMPERATURE, Decimal("37.0")),
            ],
        ),
    ],
    ids=["Philips", "Edan", "Mindray", "Comen", "GE", "LOINC"],
)
def test_each_dialect_is_understood(rows: tuple[str, ...], values: list[tuple[Measure, Decimal]]) -> None:
    assert charted(rows) == values


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        (
            PHILIPS,
            [
                ("0002-480a", NotAvailable.NOT_CHARTED),  # a pulse, and nobody says by what
                ("0002-4a15", NotAvailable.NOT_CHARTED),  # an arterial line
                ("0002-4182", NotAvailable.CODE_CONFLICT),  # HR_Pulse may be either
            ],
        ),
        (EDAN, [("393217", NotAvailable.CODE_CONFLICT)]),
        (
            MINDRAY,
            [
                ("171", NotAvailable.UNIT_UNKNOWN),  # the monitor may be set to kPa
                ("173", NotAvailable.SENTINEL),
                ("200", NotAvailable.UNIT_UNKNOWN),
                ("478", NotAvailable.NOT_CHARTED),
            ],
        ),
        (
            COMEN,
            [
                ("149522", NotAvailable.NOT_CHARTED),
                ("150017", NotAvailable.CODE_CONFLICT),
                ("150456", NotAvailable.WITHDRAWN),
                ("2010", NotAvailable.NOT_CHARTED),
            ],
        ),
        (GE, []),
        (
            LOINC,
            [
                ("8867-4", NotAvailable.NOT_CHARTED),  # a heart rate, and nobody says by what
                ("8480-6", NotAvailable.CODE_CONFLICT),
                ("8462-4", NotAvailable.CODE_CONFLICT),
            ],
        ),
    ],
    ids=["Philips", "Edan", "Mindray", "Comen", "GE", "LOINC"],
)
def test_what_a_dialect_leaves_open_is_kept_and_not_charted(
    rows: tuple[str, ...], reasons: list[tuple[str, NotAvailable]]
) -> None:
    assert left(rows) == reasons


def test_ge_tells_the_time_only_in_its_request() -> None:
    values = read(GE).values
    assert {f"{v.device_at:%H:%M:%S}" for v in values if v.device_at} == {"11:59:59"}
    assert {v.time_from.value for v in values} == {"OBR-7"}


def row(unit: str, told: str, code: str = "150301^MDC_PRESS_CUFF_SYS^MDC") -> WireValue:
    obx = f"OBX|1|NM|{code}|1|{told}|{unit}|||||F|||20260101120000+0000"
    (value,) = read(("MSH|^~\\&|A|B|||20260101120000+0000||ORU^R01|1|P|2.6", obx)).values
    return value


@pytest.mark.parametrize(
    ("unit", "told", "ours"),
    [
        ("kPa", "16", "120.0"),
        ("265987^MDC_DIM_KILO_PASCAL^MDC", "16", "120.0"),
        ("cm[H2O]^^UCUM", "163.15", "120.0"),  # 1 cmH2O = 98.0665 Pa, 1 mmHg = 133.322 Pa
        ("cmH2O", "163.15", "120.0"),
        ("266048^MDC_DIM_CM_H2O^MDC", "163.15", "120.0"),
        ("mmHg", "120.5", "120.5"),
    ],
)
def test_a_pressure_in_any_unit_is_converted_once_and_its_original_kept(
    unit: str, told: str, ours: str
) -> None:
    value = row(unit, told)
    assert (str(value.value), value.raw_value, value.raw_unit) == (ours, told, unit)


@pytest.mark.parametrize(
    ("unit", "told"), [("degF", "98.6"), ("°F", "98.6"), ("[degF]^^UCUM", "98.6"), ("°C", "37.0")]
)
def test_a_temperature_in_any_unit_is_converted_once(unit: str, told: str) -> None:
    assert str(row(unit, told, "150344^MDC_TEMP^MDC").value) == "37.0"


def test_no_name_of_one_dialect_is_believed_in_another() -> None:
    for system, tables in load_codes().systems.items():
        for table in tables:
            for code in table.by_number.values():
                for other in {"MDC", "MDIL", "EHC", "99MNDRY", "99COMEN"} - {system}:
                    if code not in [t.by_number.get(code.number) for t in load_codes().systems[other]]:
                        value = row("mmHg", "120", f"{code.number}^{code.ref_id}^{other}")
                        assert not value.chartable, (code.number, other)
