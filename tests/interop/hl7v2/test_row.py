"""A row that was read before says what it says when it is read anew."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.codes_table import load_codes
from ataraxy.interop.hl7v2.oru import parse_oru
from ataraxy.interop.hl7v2.row import LONGEST, REMEMBERED, Rows, rows_of
from ataraxy.interop.hl7v2.split import STANDARD
from ataraxy.interop.hl7v2.value import TimeFrom

CODES = [
    "150456^MDC_PULS_OXIM_SAT_O2^MDC",
    "150301^MDC_PRESS_CUFF_SYS^MDC",
    "150031^MDC_PRESS_CUFF_SYS^MDC",
    "9^X^Y",
    "",
]
UNITS = ["262688^MDC_DIM_PERCENT^MDC", "266016^MDC_DIM_MMHG^MDC", "kPa^kPa^UCUM", ""]
VALUES = ["97", "97.0", "0", "-100", "8388607", "", '""', "abc", "1\\S\\2"]
TIMES = ["20260101120000+0000", "20260101120000", "20260101", ""]
rows = st.builds(
    lambda *f: f"OBX|1|{f[0]}|{f[1]}|{f[2]}|{f[3]}|{f[4]}|90^160|{f[5]}|||{f[6]}|||{f[7]}|||{f[8]}",
    st.sampled_from(["NM", "NA", "ST"]), st.sampled_from(CODES), st.sampled_from(["1.1", "2"]),
    st.sampled_from(VALUES), st.sampled_from(UNITS), st.sampled_from(["", "DEMO", "INV~DEMO"]),
    st.sampled_from(["R", "X", "", "Q"]), st.sampled_from(TIMES), st.sampled_from(["", "APERIODIC"]),
)  # fmt: skip
zones = st.sampled_from([UTC, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")])


def message(*lines: str, at: str = "20260101120000+0000") -> str:
    return "\r".join([f"MSH|^~\\&|MON|WARD|||{at}||ORU^R01^ORU_R01|42|P|2.6|||AL|NE", "PID|||", *lines])


@given(st.lists(rows, min_size=1, max_size=4))
def test_a_message_read_again_says_the_same(lines: list[str]) -> None:
    rows_of.cache_clear()
    first = parse_oru(message(*lines))
    assert parse_oru(message(*lines)) == first
    shuffled = parse_oru(message(*reversed(lines)))  # its rows were read before, in another company
    assert sorted(map(repr, shuffled.values)) == sorted(map(repr, first.values))


@given(st.lists(rows, max_size=4), st.sampled_from(TIMES), zones)
def test_a_report_whose_times_all_name_their_zone_is_the_same_in_every_zone(
    lines: list[str], at: str, zone: tzinfo
) -> None:
    told = parse_oru(message(*lines, at=at))
    if told.zones_told:
        assert parse_oru(message(*lines, at=at), zone) == told


def test_a_time_without_a_zone_is_told_to_need_the_clinics() -> None:
    row = "OBX|1|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1|97|262688^MDC_DIM_PERCENT^MDC|||||R|||{}"
    assert parse_oru(message(row.format("20260101120000+0000"))).zones_told
    assert not parse_oru(message(row.format("20260101120000"))).zones_told
    assert not parse_oru(message(row.format("20260101120000+0000"), at="20260101120000")).zones_told


def test_what_is_remembered_is_bounded_and_a_long_row_is_not() -> None:
    known = Rows(STANDARD, load_codes())
    for n in range(REMEMBERED + 10):
        known.read(["OBX", "1", "NM", "9^X^Y", "1", str(n), "", "", "", "", "", "R"])
    assert len(known) == 10
    known.read(["OBX", "1", "ST", "9^X^Y", "1", "x" * LONGEST, "", "", "", "", "", "R"])
    assert len(known) == 10


@pytest.mark.parametrize("fields", [2, 6, 9, 12, 18, 30])
def test_a_short_row_and_a_long_one_are_read(fields: int) -> None:
    full = [
        "OBX",
        "1",
        "NM",
        "150456^MDC_PULS_OXIM_SAT_O2^MDC",
        "1",
        "97",
        "262688^MDC_DIM_PERCENT^MDC",
        "",
        "",
        "",
        "",
        "R",
    ]
    row = (full + [""] * 20)[:fields]
    value = Rows(STANDARD, load_codes()).read(row).at(datetime(2026, 1, 1, tzinfo=UTC), TimeFrom.MESSAGE)
    assert value.raw_value == (row[5] if fields > 5 else "")
    assert value.chartable == (fields > 6)  # without its status too, but not without its unit
