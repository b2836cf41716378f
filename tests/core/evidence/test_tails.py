"""Quantiles, p values and symmetric intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.evidence.tails import critical, estimate_of, statistic_of_p, two_sided_p

DFS = st.none() | st.integers(1, 200).map(float)


@pytest.mark.parametrize(
    ("df", "expected"), [(None, 1.959964), (1, 12.706205), (10, 2.228139), (30, 2.042272)]
)
def test_how_many_standard_errors_ninety_five_percent_reach(df, expected):
    """Tables of Student's t, as every textbook prints them."""
    assert critical(0.95, df) == pytest.approx(expected, abs=1e-6)


@given(st.floats(0.01, 0.99), DFS)
def test_the_end_of_an_interval_has_the_p_of_its_level(level, df):
    assert two_sided_p(critical(level, df), df) == pytest.approx(1 - level, rel=1e-6)


@given(st.floats(1e-6, 1), DFS)
def test_a_p_leads_to_its_statistic_and_back(p, df):
    assert two_sided_p(statistic_of_p(p, df), df) == pytest.approx(p, rel=1e-5)


@given(st.floats(-5, 5), st.floats(0.01, 5), DFS)
def test_p_is_below_five_percent_just_when_the_interval_leaves_out_nought(value, se, df):
    estimate = estimate_of(value, se, df=df)
    if abs(estimate.p - 0.05) > 1e-9:
        assert (estimate.p < 0.05) == (not estimate.low <= 0 <= estimate.high)


def test_impossible_levels_and_spreads_are_refused():
    for refused in (
        lambda: critical(95),
        lambda: critical(0.95, 0),
        lambda: statistic_of_p(0),
        lambda: statistic_of_p(1.2),
        lambda: estimate_of(1, 0),
    ):
        with pytest.raises(ValueError, match=r"between 0 and 1|degrees|p value|above zero"):
            refused()
