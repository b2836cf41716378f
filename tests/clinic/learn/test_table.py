from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.proportion import wilson

SMALL = 5


@pytest.fixture(autouse=True)
def _django(django: None) -> None:
    """Its models must be known before the module under test is read."""


def sheet(cohort: Any, *, hide_small: bool) -> Any:
    from ataraxy.clinic.learn.queries.table import sheet as told

    return told(cohort, hide_small=hide_small)


counts = st.integers(0, 40).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


def test_every_count_has_its_denominator_and_its_interval(cohort: Callable[..., Any]) -> None:
    """8 of 12: Wilson 39 % to 86 %."""
    told = sheet(cohort(20, 12, 8), hide_small=False)
    responded = told.rows[1]
    assert (responded.label, responded.count, responded.of) == ("Responded", "8", "12")
    assert responded.interval == "67 %, 95 % interval 39 to 86 %"
    assert (told.started, told.missing) == ("20", "8")


def test_who_did_not_answer_is_missing_and_no_failure(cohort: Callable[..., Any]) -> None:
    told = sheet(cohort(20, 10, 10), hide_small=False)
    assert (told.rows[1].count, told.rows[1].of) == ("10", "10")
    assert told.missing == "10"


@given(counts)
def test_a_researcher_sees_no_small_count_and_none_that_gives_one_away(pair: tuple[int, int]) -> None:
    from ataraxy.clinic.learn.queries.table import row

    count, of = pair
    shown = row("x", wilson(count, of), "", hide_small=True)
    if count < SMALL or 0 < of - count < SMALL:
        assert shown.count in (f"<{SMALL}", "not shown")
        assert shown.interval == "not shown"
        assert shown.bar is None
    else:
        assert (shown.count, shown.of) == (str(count), str(of))


@pytest.mark.parametrize(("started", "answered", "responded"), [(3, 3, 1), (12, 9, 4), (30, 28, 25)])
def test_the_file_hides_what_the_page_hides(
    started: int, answered: int, responded: int, cohort: Callable[..., Any]
) -> None:
    from ataraxy.clinic.learn.queries.table import csv_rows

    told = sheet(cohort(started, answered, responded), hide_small=True)
    lines = {line[3]: line for line in csv_rows([told])[1:]}
    for shown in told.rows:
        assert lines[shown.label][4] == shown.count
    assert lines["Started"][4] == told.started


def test_nobody_yet_is_said_as_such(cohort: Callable[..., Any]) -> None:
    assert sheet(cohort(4, 0, 0), hide_small=False).rows[1].interval == "nobody yet"
