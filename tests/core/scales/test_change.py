"""Change: by the instrument's own rule, unknown where a rule or a score is missing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.load import instruments
from ataraxy.core.chart.events import Answer
from ataraxy.core.scales.change import Reliable, change
from ataraxy.core.scales.types import Instrument

D = Decimal
scores = st.integers(0, 56).map(Decimal)


@pytest.mark.parametrize(
    ("scale", "baseline", "now", "response", "remission"),
    [
        ("hama", 28, 14, Answer.YES, Answer.NO),  # at least 50 %
        ("hama", 28, 15, Answer.NO, Answer.NO),
        ("hama", 28, 7, Answer.YES, Answer.YES),  # at most 7
        ("hama", 28, 8, Answer.YES, Answer.NO),
        ("lsas", 100, 72, Answer.YES, Answer.NO),  # at least 28 %: von Glischinski 2018
        ("lsas", 100, 73, Answer.NO, Answer.NO),
        ("lsas", 100, 35, Answer.YES, Answer.YES),  # at most 35, self-report
        ("lsas", 100, 36, Answer.YES, Answer.NO),
        ("gad7", 16, 4, Answer.YES, Answer.YES),
        ("gad7", 16, 5, Answer.YES, Answer.NO),
        ("pcl5", 50, 28, Answer.YES, Answer.YES),  # at most 28
        ("anxiety-now", 8, 4, Answer.NO, Answer.UNKNOWN),  # more than 50 %
        ("anxiety-now", 8, 3, Answer.YES, Answer.UNKNOWN),
    ],
)
def test_response_and_remission_at_the_edge(
    scales: Mapping[str, Instrument], scale: str, baseline: int, now: int, response: Answer, remission: Answer
) -> None:
    found = change(scales[scale], D(baseline), D(now))
    assert (found.response, found.remission) == (response, remission)


@pytest.mark.parametrize(
    ("now", "expected"),
    [(11, Reliable.NO_CHANGE), (10, Reliable.IMPROVED), (17, Reliable.NO_CHANGE), (18, Reliable.WORSE)],
)
def test_four_points_on_the_gad7_are_a_change(
    scales: Mapping[str, Instrument], now: int, expected: Reliable
) -> None:
    """Toussaint 2020: 4 points."""
    assert change(scales["gad7"], D(14), D(now)).reliable is expected


def test_without_a_baseline_everything_but_remission_is_unknown(scales: Mapping[str, Instrument]) -> None:
    found = change(scales["gad7"], None, D(3))
    assert (found.response, found.reliable, found.worse) == (Answer.UNKNOWN, Reliable.UNKNOWN, Answer.UNKNOWN)
    assert found.remission is Answer.YES


def test_a_missing_score_is_no_remission_and_no_relapse(scales: Mapping[str, Instrument]) -> None:
    found = change(scales["gad7"], D(15), None)
    assert {found.response, found.remission, found.worse} == {Answer.UNKNOWN}


def test_a_baseline_of_0_cannot_respond(scales: Mapping[str, Instrument]) -> None:
    assert change(scales["gad7"], D(0), D(0)).response is Answer.UNKNOWN


def test_a_scale_without_a_rule_says_unknown(scales: Mapping[str, Instrument]) -> None:
    found = change(scales["hama"], D(20), D(30))
    assert found.reliable is Reliable.UNKNOWN and found.worse is Answer.UNKNOWN


def test_where_higher_is_better_a_rise_is_an_improvement(scales: Mapping[str, Instrument]) -> None:
    found = change(scales["moaas"], D(2), D(5))
    assert found.better_by == 3


@given(scores, scores, scores)
def test_a_lower_score_never_loses_a_response(baseline: Decimal, now: Decimal, lower: Decimal) -> None:
    hama = instruments()["hama"]
    lower = min(lower, now)
    if change(hama, baseline, now).response is Answer.YES:
        assert change(hama, baseline, lower).response is Answer.YES


@given(st.integers(0, 21).map(Decimal), st.integers(0, 21).map(Decimal))
def test_what_is_better_one_way_is_worse_the_other(first: Decimal, second: Decimal) -> None:
    gad7 = instruments()["gad7"]
    there, back = change(gad7, first, second), change(gad7, second, first)
    assert (there.reliable is Reliable.IMPROVED) == (back.reliable is Reliable.WORSE)
    assert (there.better_by or 0) == -(back.better_by or 0)


@given(st.sampled_from(sorted(instruments())), scores)
def test_no_change_is_never_called_better_or_worse(scale: str, at: Decimal) -> None:
    found = change(instruments()[scale], at, at)
    assert found.reliable in (Reliable.NO_CHANGE, Reliable.UNKNOWN)
    assert found.response is not Answer.YES
