"""The device code table."""

from decimal import Decimal
from pathlib import Path

import pytest

from ataraxy.catalog.codes_table import MDC_FILE, load_mdc
from ataraxy.core.errors import CatalogError
from ataraxy.core.protocol.types import UNITS, Measure, Status

HEAD = "kind,number,ref_id,ucum,measure,unit,add,times,over,loinc,source,status\n"
CUFF = "observation,150301,MDC_PRESS_CUFF_SYS,,systolic,,,,,8480-6,hl7-uv-pocd,guidance\n"


@pytest.mark.parametrize(
    ("measure", "number"),
    [
        (Measure.SYSTOLIC, "150301"),
        (Measure.DIASTOLIC, "150302"),
        (Measure.MEAN_PRESSURE, "150303"),
        (Measure.SPO2, "150456"),
        (Measure.HEART_RATE_ECG, "147842"),
        (Measure.PULSE_OXIMETER, "149530"),
        (Measure.PULSE_CUFF, "149546"),
        (Measure.RESPIRATORY_RATE, "151562"),
    ],
)
def test_each_measure_is_sent_under_its_own_code_in_its_own_unit(measure: Measure, number: str) -> None:
    """Source: HL7 FHIR point-of-care device guide (uv/pocd), IEEE 11073-10101 codings."""
    table = load_mdc()
    assert table.for_measure(measure).number == number
    assert table.unit_for(measure).unit == UNITS[measure]


def test_number_and_name_lead_to_the_same_row_and_every_row_has_a_source() -> None:
    table = load_mdc()
    for code in table.by_number.values():
        assert table.by_ref_id[code.ref_id] is code
        assert code.source and code.status in Status


@pytest.mark.parametrize(
    ("name", "told", "ours"),
    [
        ("[degF]", "32", "0.0"),
        ("[degF]", "212", "100.0"),
        ("kPa", "101.325", "760.0"),
        ("mm[Hg]", "120.55", "120.55"),
    ],
)
def test_units_convert_at_their_fixed_points(name: str, told: str, ours: str) -> None:
    assert str(load_mdc().units_by_ucum[name].convert(Decimal(told))) == ours


def test_a_measure_no_device_sends_has_no_code() -> None:
    with pytest.raises(CatalogError, match="sedation"):
        load_mdc().for_measure(Measure.SEDATION)


@pytest.mark.parametrize(
    "row",
    [
        CUFF,  # listed twice
        "observation,150302,MDC_PRESS_CUFF_DIA,,diastolic,,,,,8462-4,,guidance\n",
        "observation,150302,MDC_PRESS_CUFF_DIA,,blood,,,,,8462-4,x,guidance\n",
        "observation,150302,MDC_PRESS_CUFF_DIA,,diastolic,,,,,8462-4,x,certain\n",
        "observation,abc,MDC_PRESS_CUFF_DIA,,diastolic,,,,,8462-4,x,guidance\n",
        "observation,150302,MDC_PRESS_CUFF_DIA\n",
        "measurement,1,MDC_X,,,,,,,,x,guidance\n",
        "unit,266016,MDC_DIM_MMHG,mm[Hg],,stone,0,1,1,,x,guidance\n",
        "unit,266016,MDC_DIM_MMHG,mm[Hg],,mmHg,0,one,1,,x,guidance\n",
        "unit,266016,MDC_DIM_MMHG,mm[Hg],,mmHg,0,1,0,,x,guidance\n",
    ],
)
def test_a_wrong_row_refuses_to_load_and_names_its_line(tmp_path: Path, row: str) -> None:
    wrong = tmp_path / "mdc.csv"
    wrong.write_text(HEAD + CUFF + row, encoding="utf-8")
    with pytest.raises(CatalogError, match=r"mdc\.csv:3"):
        load_mdc(wrong)


def test_the_shipped_table_is_beside_the_reader() -> None:
    assert MDC_FILE.is_file()
