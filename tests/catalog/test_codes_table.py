"""The device code table."""

from decimal import Decimal
from pathlib import Path

import pytest

from ataraxy.catalog.codes_table import (
    DIALECTS,
    HOME,
    MDC_FILE,
    UNITS_FILE,
    UNNAMED,
    load_codes,
    load_mdc,
    load_table,
    problems_of_codes,
)
from ataraxy.catalog.load import sources
from ataraxy.core.errors import CatalogError
from ataraxy.core.protocol.types import UNITS, Measure, Status

HEAD = "kind,number,ref_id,names,ucum,measure,unit,add,times,over,loinc,fits,source,status\n"
CUFF = "observation,150301,MDC_PRESS_CUFF_SYS,,,systolic,,,,,8480-6,,hl7-uv-pocd,guidance\n"


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
        "observation,150302,MDC_PRESS_CUFF_DIA,,,diastolic,,,,,8462-4,,,guidance\n",
        "observation,150302,MDC_PRESS_CUFF_DIA,,,blood,,,,,8462-4,,x,guidance\n",
        "observation,150302,MDC_PRESS_CUFF_DIA,,,diastolic,,,,,8462-4,,x,certain\n",
        "observation,abc,MDC_PRESS_CUFF_DIA,,,diastolic,,,,,8462-4,,x,guidance\n",
        "observation,150302,MDC_PRESS_CUFF_DIA\n",
        "measurement,1,MDC_X,,,,,,,,,,x,guidance\n",
        "unit,266016,MDC_DIM_MMHG,,mm[Hg],,stone,0,1,1,,,x,guidance\n",
        "unit,266016,MDC_DIM_MMHG,,mm[Hg],,mmHg,0,one,1,,,x,guidance\n",
        "unit,266016,MDC_DIM_MMHG,,mm[Hg],,mmHg,0,1,0,,,x,guidance\n",
        "observation,150302,MDC_PRESS_CUFF_DIA,,,diastolic,/min,,,,8462-4,,x,guidance\n",
        "observation,150302,MDC_PRESS_CUFF_DIA,,,diastolic,,,,,8462-4,blood,x,guidance\n",
    ],
)
def test_a_wrong_row_refuses_to_load_and_names_its_line(tmp_path: Path, row: str) -> None:
    wrong = tmp_path / "mdc.csv"
    wrong.write_text(HEAD + CUFF + row, encoding="utf-8")
    with pytest.raises(CatalogError, match=r"mdc\.csv:3"):
        load_table(wrong)


def test_the_shipped_table_is_beside_the_reader() -> None:
    assert MDC_FILE.is_file()


def test_every_file_of_codes_belongs_to_a_dialect_and_has_its_sources() -> None:
    shipped = {path.name for path in HOME.glob("*.csv")} - {"side_effects.csv"}
    assert shipped == {*DIALECTS.values(), *UNNAMED, UNITS_FILE.name}
    assert list(problems_of_codes(sources())) == []


def test_a_code_without_its_source_is_a_problem_of_the_catalog() -> None:
    without = {key: source for key, source in sources().items() if key != "edan-hl7-samples"}
    assert {where for where, words in problems_of_codes(without) if "does not exist" in words} == {"ehc.csv"}


def test_philips_numbers_are_those_of_ieee_11073_in_hexadecimal() -> None:
    """Where both tables know a number they mean the same, codes and units alike."""
    philips, mdc = load_codes().systems["MDIL"][0], load_mdc()
    same = 0
    for number, code in philips.by_number.items():
        twin = mdc.by_number.get(str(int(number.replace("-", ""), 16)))
        if twin and (twin.measure or code.measure):
            same += 1
            assert twin.measure is code.measure, number
    for number, unit in philips.units_by_number.items():
        twin_unit = mdc.units_by_number[str(int(number.replace("-", ""), 16))]
        assert (twin_unit.unit, twin_unit.is_ours) == (unit.unit, unit.is_ours)
    assert same >= 6


def test_the_check_digit_of_every_loinc_number_is_right() -> None:
    """A LOINC name is free text, so its number must guard itself. Source: LOINC users' guide, Mod 10 (Luhn)."""
    for number in load_codes().systems["LN"][0].by_number:
        digits, check = number.split("-")
        doubled = int("".join(reversed(digits[::-1][::2]))) * 2
        total = sum(int(d) for d in str(doubled)) + sum(int(d) for d in digits[::-1][1::2])
        assert (-total) % 10 == int(check), number


def test_no_pressure_and_no_temperature_has_a_unit_nobody_told() -> None:
    free = {Measure.SYSTOLIC, Measure.DIASTOLIC, Measure.MEAN_PRESSURE, Measure.TEMPERATURE, Measure.WEIGHT}
    for tables in load_codes().systems.values():
        for table in tables:
            assert not [c for c in table.by_number.values() if c.unit_untold and c.measure in free]
