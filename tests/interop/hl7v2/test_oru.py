"""Vital signs as monitors really send them. Each hazard was seen in a public device sample."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import hl7
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.codes_table import load_mdc
from ataraxy.core.protocol.types import UNITS, Measure
from ataraxy.interop.hl7v2.oru import ParsedOru, parse_oru
from ataraxy.interop.hl7v2.pcd01 import observation, render_oru
from ataraxy.interop.hl7v2.split import MessageRefused
from ataraxy.interop.hl7v2.value import NotAvailable, ResultStatus, TimeFrom, WireValue

MMHG, PERCENT = "266016^MDC_DIM_MMHG^MDC", "262688^MDC_DIM_PERCENT^MDC"
BEATS, BREATHS = "264864^MDC_DIM_BEAT_PER_MIN^MDC", "264928^MDC_DIM_RESP_PER_MIN^MDC"
CUFF, SPO2 = "150301^MDC_PRESS_CUFF_SYS^MDC", "150456^MDC_PULS_OXIM_SAT_O2^MDC"
AT = "20260101120000+0000"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def message(
    *rows: str, msh7: str = AT, obr7: str = AT, msh11: str = "P", pid3: str = "MRN1", pv1: str = "ICU^^5"
) -> str:
    header = f"MSH|^~\\&|MON^0000AA^EUI-64|WARD|ATX|CLINIC|{msh7}||ORU^R01^ORU_R01|42|{msh11}|2.6|||AL|NE"
    return "\r".join([header, f"PID|||{pid3}", f"PV1||I|{pv1}", f"OBR|1|||1^VITALS^X|||{obr7}", *rows])


def obx(
    code: str = CUFF, value: str = "120", unit: str = MMHG, *, at: str = AT, status: str = "R",
    flags: str = "", kind: str = "NM", mode: str = "",
) -> str:  # fmt: skip
    return f"OBX|1|{kind}|{code}|1.1.9|{value}|{unit}|90^160|{flags}|||{status}|||{at}|||{mode}"


def only(row: str, **parts: str) -> WireValue:
    (value,) = parse_oru(message(row, **parts)).values
    return value


def test_a_cuff_pressure_is_read_with_its_unit_time_status_and_raw_text() -> None:
    assert only(obx(mode="^APERIODIC")) == WireValue(
        code="150301",
        ref_id="MDC_PRESS_CUFF_SYS",
        raw_code=CUFF,
        raw_value="120",
        raw_unit=MMHG,
        measure=Measure.SYSTOLIC,
        value=Decimal(120),
        unit="mmHg",
        device_at=NOON,
        time_from=TimeFrom.OBSERVATION,
        status=ResultStatus.UNVERIFIED,
        not_available=None,
        sub_id="1.1.9",
        aperiodic=True,
    )


def test_who_sent_what_for_whom_is_kept_as_told() -> None:
    report = parse_oru(message(obx(), msh7="20260101120005.5+0800"))
    assert report.sending_application == ("MON", "0000AA", "EUI-64")
    assert (report.control_id, report.version) == ("42", "2.6")
    assert (report.accept_ack, report.application_ack) == ("AL", "NE")
    assert (report.patient_id, report.place) == ("MRN1", "ICU 5")
    assert report.sent_at == datetime(2026, 1, 1, 4, 0, 5, 500000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "unit", "measure"),
    [
        ("147842^MDC_ECG_HEART_RATE^MDC", BEATS, Measure.HEART_RATE_ECG),
        ("149530^MDC_PULS_OXIM_PULS_RATE^MDC", BEATS, Measure.PULSE_OXIMETER),
        ("149546^MDC_PULS_RATE_NON_INV^MDC", BEATS, Measure.PULSE_CUFF),
        ("150021^MDC_PRESS_BLD_NONINV_SYS^MDC", MMHG, Measure.SYSTOLIC),
        ("151578^MDC_TTHOR_RESP_RATE^MDC", BREATHS, Measure.RESPIRATORY_RATE),
        (SPO2, PERCENT, Measure.SPO2),
        ("59408-5^SpO2^LN^150456^MDC_PULS_OXIM_SAT_O2^MDC", PERCENT, Measure.SPO2),
    ],
)
def test_heart_rate_and_both_pulses_stay_three_measures(code: str, unit: str, measure: Measure) -> None:
    value = only(obx(code, "61", unit))
    assert (value.measure, value.value, value.not_available) == (measure, Decimal(61), None)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("150031^MDC_PRESS_CUFF_SYS^MDC", NotAvailable.CODE_CONFLICT),  # a typing error shipped in a product
        ("150021^MDC_PRESS_BLD_ART_ABP_SYS^MDC", NotAvailable.CODE_CONFLICT),
        ("150302^MDC_PRESS_CUFF_SYS^MDC", NotAvailable.CODE_CONFLICT),
        ("150301^ART_SYS^MDC", NotAvailable.CODE_CONFLICT),
        ("150301^^MDC", NotAvailable.CODE_INCOMPLETE),
        ("^MDC_PRESS_CUFF_SYS^MDC", NotAvailable.CODE_INCOMPLETE),
        ("150301^MDC_PRESS_CUFF_SYS^99MNDRY", NotAvailable.CODE_UNKNOWN),
        ("393216^NIBP_SYS^MDC", NotAvailable.CODE_UNKNOWN),
        ("393216^NIBP_SYS^99NOBODY", NotAvailable.CODE_UNKNOWN),
        ("", NotAvailable.CODE_UNKNOWN),
        ("149522^MDC_PULS_RATE^MDC", NotAvailable.NOT_CHARTED),
        ("150037^MDC_PRESS_BLD_ART_ABP_SYS^MDC", NotAvailable.NOT_CHARTED),
    ],
)
def test_a_code_whose_number_and_name_do_not_agree_is_never_charted(code: str, reason: NotAvailable) -> None:
    value = only(obx(code))
    assert (value.value, value.not_available, value.raw_value) == (None, reason, "120")
    assert not value.chartable


@pytest.mark.parametrize("told", ["-100", "-999", "-99.9", "8388607", "-100.0", "-1"])
def test_a_sentinel_is_not_a_pressure(told: str) -> None:
    assert only(obx(value=told)).not_available is NotAvailable.SENTINEL


@pytest.mark.parametrize("told", ["0", "0.0", "+0"])
def test_a_true_zero_is_a_value(told: str) -> None:
    value = only(obx("188736^MDC_MASS_BODY_ACTUAL^MDC", told, "263875^MDC_DIM_KILO_G^MDC"))
    assert value.chartable and value.value == 0


@pytest.mark.parametrize(
    ("told", "kind", "reason"),
    [
        ("", "NM", NotAvailable.EMPTY),
        ('""', "NM", NotAvailable.EMPTY),
        ("---", "NM", NotAvailable.NOT_A_NUMBER),
        ("NaN", "NM", NotAvailable.NOT_A_NUMBER),
        ("Infinity", "NM", NotAvailable.NOT_A_NUMBER),
        ("1e3", "NM", NotAvailable.NOT_A_NUMBER),
        ("1_0", "NM", NotAvailable.NOT_A_NUMBER),
        ("١٢٠", "NM", NotAvailable.NOT_A_NUMBER),
        ("120^130", "NM", NotAvailable.NOT_A_NUMBER),
        ("9" * 40, "NM", NotAvailable.NOT_A_NUMBER),
        ("120", "ST", NotAvailable.NOT_A_NUMBER),
    ],
)
def test_what_is_not_a_plain_number_is_kept_but_not_charted(
    told: str, kind: str, reason: NotAvailable
) -> None:
    assert only(obx(value=told, kind=kind)).not_available is reason


def test_a_saturation_above_100_is_impossible() -> None:
    assert only(obx(SPO2, "101", PERCENT)).not_available is NotAvailable.IMPOSSIBLE
    assert only(obx(SPO2, "100", PERCENT)).chartable


@pytest.mark.parametrize("status", ["R", "F", "P", "C", ""])
def test_monitors_may_call_a_value_unverified_final_or_nothing(status: str) -> None:
    assert only(obx(status=status)).chartable


@pytest.mark.parametrize(
    ("status", "flags"), [("X", ""), ("D", ""), ("W", ""), ("Q", ""), ("R", "QUES~INV"), ("R", "NAV")]
)
def test_a_value_the_device_takes_back_is_not_charted(status: str, flags: str) -> None:
    assert only(obx(status=status, flags=flags)).not_available is NotAvailable.WITHDRAWN


@pytest.mark.parametrize(
    ("flags", "msh11"), [("DEMO", "P"), ("QUES~DEMO", "P"), ("TEST", "P"), ("", "T"), ("", "D")]
)
def test_simulated_data_is_marked(flags: str, msh11: str) -> None:
    assert parse_oru(message(obx(), obx(flags=flags), msh11=msh11)).simulated


def test_one_demo_row_marks_that_row_and_the_whole_report() -> None:
    report = parse_oru(message(obx(), obx(flags="DEMO")))
    assert [value.simulated for value in report.values] == [False, True]
    assert report.simulated
    assert not parse_oru(message(obx())).simulated


@pytest.mark.parametrize(
    ("observed", "requested", "sent", "hour", "origin"),
    [
        ("20260101110000+0000", AT, AT, 11, TimeFrom.OBSERVATION),
        ("", "20260101100000+0000", AT, 10, TimeFrom.REQUEST),
        ("", "", "20260101090000+0000", 9, TimeFrom.MESSAGE),
    ],
)
def test_the_time_is_the_observations_else_the_requests_else_the_messages(
    observed: str, requested: str, sent: str, hour: int, origin: TimeFrom
) -> None:
    value = only(obx(at=observed), obr7=requested, msh7=sent)
    assert (value.device_at, value.time_from) == (datetime(2026, 1, 1, hour, tzinfo=UTC), origin)


def test_a_value_without_any_time_has_none_and_is_still_a_value() -> None:
    value = only(obx(at=""), obr7="", msh7="")
    assert (value.device_at, value.time_from, value.chartable) == (None, TimeFrom.NOBODY, True)


@pytest.mark.parametrize(
    "at",
    ["yesterday", "20260101", "20261301120000", "20260101126000", "20260101120000+2500", "²0260101120000"],
)
def test_an_unreadable_time_is_never_replaced_by_a_later_one(at: str) -> None:
    value = only(obx(at=at))
    assert (value.device_at, value.not_available) == (None, NotAvailable.TIME_UNREADABLE)


@pytest.mark.parametrize(
    ("told", "utc"),
    [
        ("20260701120000", "10:00"),
        ("20260701120000+0530", "06:30"),
        ("202607011200-0400", "16:00"),
        ("20260701120000.25", "10:00"),
    ],
)
def test_a_time_without_a_zone_is_the_clinics(told: str, utc: str) -> None:
    (value,) = parse_oru(message(obx(at=told)), zone=ZoneInfo("Europe/Berlin")).values
    assert value.device_at is not None and f"{value.device_at:%H:%M}" == utc


@pytest.mark.parametrize(
    ("code", "told", "unit", "ours"),
    [
        (CUFF, "16.0", "265987^MDC_DIM_KILO_PASCAL^MDC", "120.0"),  # 760 mmHg = 101.325 kPa
        (CUFF, "120", "mm[Hg]^^UCUM", "120"),
        ("150344^MDC_TEMP^MDC", "98.6", "266560^MDC_DIM_FAHR^MDC", "37.0"),
        ("150344^MDC_TEMP^MDC", "-5", "268192^MDC_DIM_DEGC^MDC", "-5"),
    ],
)  # fmt: skip
def test_units_are_converted_once_and_the_original_kept(code: str, told: str, unit: str, ours: str) -> None:
    value = only(obx(code, told, unit))
    assert (value.value, value.raw_value, value.raw_unit) == (Decimal(ours), told, unit)
    assert value.measure and value.unit == UNITS[value.measure]


@pytest.mark.parametrize(
    ("unit", "reason"),
    [
        ("", NotAvailable.UNIT_UNKNOWN),
        ("268160^MDC_DIM_FAHR^MDC", NotAvailable.UNIT_UNKNOWN),  # a number and a name that disagree
        ("furlong", NotAvailable.UNIT_UNKNOWN),
        (BEATS, NotAvailable.UNIT_UNFIT),
    ],
)
def test_a_pressure_needs_a_unit_of_pressure(unit: str, reason: NotAvailable) -> None:
    assert only(obx(unit=unit)).not_available is reason


@pytest.mark.parametrize(
    ("pv1", "place"),
    [
        ("ICU^^5", "ICU 5"),
        ("^^&24", "24"),
        ("^^Doc1&5&1", "Doc1 5 1"),
        ("^^^", ""),
        ("", ""),
        ("R\\T\\D^^2", "R&D 2"),
    ],
)
def test_the_bed_is_read_in_every_layout(pv1: str, place: str) -> None:
    assert parse_oru(message(obx(), pv1=pv1, pid3="^^^Hospital^PI")).place == place


def test_a_blank_patient_id_is_blank() -> None:
    assert parse_oru(message(obx(), pid3="^^^Hospital^PI")).patient_id == ""


def test_rows_that_only_name_parts_of_the_device_are_not_values() -> None:
    container = "OBX|1||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X"
    assert len(parse_oru(message(container, obx())).values) == 1


def test_each_value_takes_the_time_of_its_own_request() -> None:
    late = "OBR|2|||1^VITALS^X|||20260101130000+0000"
    first, second = parse_oru(message(obx(at=""), late, obx(at=""))).values
    assert first.device_at == NOON and second.device_at == NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "unsupported"),
    [
        (message(obx()).replace("ORU^R01", "ORU^W01"), True),
        (message(obx()).replace("ORU^R01^ORU_R01", "QRY^R02"), True),
        (message(obx()).replace("|42|", "||"), False),
        (message("PID|||MRN2", obx()), False),
        (message("PV1||I|ICU^^6", obx()), False),
    ],
)
def test_another_kind_or_a_second_patient_is_refused_whole(text: str, unsupported: bool) -> None:
    with pytest.raises(MessageRefused) as refused:
        parse_oru(text)
    assert refused.value.unsupported is unsupported


def test_one_bad_value_does_not_spoil_its_neighbours() -> None:
    values = parse_oru(message(obx(value="---"), "OBX", "OBX|1|NM|x", obx())).values
    assert [value.chartable for value in values] == [False, False, True]


moments = st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)
).map(lambda at: at.replace(microsecond=at.microsecond // 100 * 100))
printable = st.characters(exclude_categories=["C"])
names = st.text(printable, max_size=12)
numbers = st.decimals(min_value=0, max_value=100, places=1) | st.integers(0, 100).map(Decimal)
measured = [code.measure for code in load_mdc().by_number.values() if code.measure]
values = st.builds(
    observation,
    st.sampled_from(measured),
    numbers,
    moments,
    sub_id=names,
    flags=st.sampled_from([(), ("DEMO",), ("QUES", "TEST")]),
    aperiodic=st.booleans(),
)
reports = st.builds(
    ParsedOru,
    control_id=st.text(printable, min_size=1, max_size=12),
    sent_at=st.none() | moments,
    sending_application=st.lists(names, min_size=1, max_size=3).map(tuple),
    sending_facility=names.map(lambda name: (name,)),
    processing_id=st.sampled_from(["P", "T", "D"]),
    version=st.just("2.6"),
    accept_ack=st.sampled_from(["AL", "NE", ""]),
    application_ack=st.sampled_from(["AL", "NE", ""]),
    patient_id=names,
    place=names,
    values=st.lists(values, max_size=4).map(tuple),
)


@given(report=reports)
def test_a_rendered_report_reads_back_the_same(report: ParsedOru) -> None:
    text = render_oru(report)
    assert parse_oru(text) == report
    assert parse_oru(text.encode()) == report
    assert parse_oru(text.replace("\r", "\r\n")) == report


@given(report=reports)
def test_the_hl7_package_reads_the_same_fields(report: ParsedOru) -> None:
    text = render_oru(report)
    theirs = hl7.parse(text)
    rows = [segment for segment in theirs if str(segment[0]) == "OBX"]
    assert len(rows) == len(report.values)
    for row, value in zip(rows, report.values, strict=True):
        assert (str(row[3]), str(row[5]), str(row[6])) == (value.raw_code, value.raw_value, value.raw_unit)
        assert str(row[11]) == value.status
        assert str(row[14])[:14] == f"{value.device_at:%Y%m%d%H%M%S}"
    assert (
        theirs.unescape(str(theirs.segment("MSH")[10])) == report.control_id
        or not report.control_id.isascii()
    )


mutations = st.lists(st.tuples(st.integers(min_value=0), st.integers(0, 255)), min_size=1, max_size=12)


@given(changes=mutations)
def test_any_damage_to_a_message_gives_a_report_or_a_refusal(changes: list[tuple[int, int]]) -> None:
    data = bytearray(message(obx(), obx(SPO2, "98", PERCENT), obx(flags="DEMO")).encode())
    for place, byte in changes:
        data[place % len(data)] = byte
    try:
        report = parse_oru(bytes(data))
    except MessageRefused:
        return
    for value in report.values:
        assert value.chartable == (value.value is not None)
        assert value.measure or not value.chartable


@given(
    data=st.binary(max_size=300)
    | st.binary(max_size=200).map(lambda tail: message().encode() + b"\rOBX|" + tail)
)
def test_any_bytes_give_a_report_or_a_refusal(data: bytes) -> None:
    try:
        assert isinstance(parse_oru(data), ParsedOru)
    except MessageRefused as refused:
        assert refused.cause and refused.cure
