"""Counts with their uncertainty."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ataraxy.core.proportion import Proportion, wilson

COUNTS = st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


def test_eighty_one_of_two_hundred_and_sixty_three():
    """Newcombe RG, Stat Med 1998;17:857-872, table I: 81/263 gives 0.2553 to 0.3662 (score method)."""
    proportion = wilson(81, 263)
    assert (round(proportion.low, 4), round(proportion.high, 4)) == (0.2553, 0.3662)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"), [(15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)]
)
def test_small_counts(count, of, low, high):
    """The same table, method 3."""
    proportion = wilson(count, of)
    assert (round(proportion.low, 4), round(proportion.high, 4)) == (low, high)


@given(COUNTS)
def test_the_interval_holds_the_share_and_stays_between_none_and_all(pair):
    proportion = wilson(*pair)
    assert 0 <= proportion.low <= proportion.share <= proportion.high <= 1


@given(COUNTS)
def test_counting_the_others_mirrors_the_interval(pair):
    count, of = pair
    proportion, others = wilson(count, of), wilson(of - count, of)
    assert proportion.low == pytest.approx(1 - others.high, abs=1e-12)


@given(COUNTS)
def test_the_ends_solve_the_score_equation(pair):
    """At each end the observed share is exactly 1.96 standard errors away."""
    proportion = wilson(*pair)
    assume(0 < proportion.count < proportion.of)
    for end in (proportion.low, proportion.high):
        z = (proportion.share - end) / (end * (1 - end) / proportion.of) ** 0.5
        assert abs(z) == pytest.approx(1.959964, abs=1e-5)


@given(COUNTS)
def test_more_people_make_it_narrower(pair):
    count, of = pair
    few, many = wilson(count, of), wilson(count * 10, of * 10)
    assert many.high - many.low < few.high - few.low


def test_nobody_counted_is_unknown_not_nought():
    assert wilson(0, 0) == Proportion(0, 0, None, None, None)


@pytest.mark.parametrize(("count", "of"), [(2, 1), (-1, 5), (0, -1)])
def test_an_impossible_count_is_refused(count, of):
    with pytest.raises(ValueError, match="not a proportion"):
        wilson(count, of)
