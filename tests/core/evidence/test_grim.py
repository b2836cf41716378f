"""Means, SDs and percentages that whole-number scores can have."""

from __future__ import annotations

from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import sqrt
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.evidence.grim import (
    largest_sd,
    mean_possible,
    nearest_means,
    possible_sums,
    sd_bounds,
    sd_possible,
    share_possible,
    smallest_sd,
)

MODES = st.sampled_from([ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN])
SCORES = st.lists(st.integers(0, 56), min_size=2, max_size=60)


def rounded(number, digits, how):
    return Decimal(repr(float(number))).quantize(Decimal(1).scaleb(-digits), rounding=how)


def test_the_example_of_the_authors_of_grim():
    """Brown & Heathers 2017: a mean of 5.19 of 28 whole numbers cannot be (145/28 = 5.18, 146/28 = 5.21)."""
    assert not mean_possible(Decimal("5.19"), 28)
    assert mean_possible(Decimal("5.18"), 28)
    assert nearest_means(Decimal("5.19"), 28) == pytest.approx((145 / 28, 146 / 28))


@given(SCORES, st.integers(0, 4), MODES)
def test_every_mean_and_sd_that_truly_came_from_whole_numbers_passes(scores, digits, how):
    mean, sd = rounded(fmean(scores), digits, how), rounded(stdev(scores), digits, how)
    assert sum(scores) in possible_sums(mean, len(scores))
    assert sd_possible(mean, sd, len(scores))
    assert sd_possible(mean, sd, len(scores), (0, 56))
    bounds = sd_bounds(mean, len(scores), (0, 56), whole=True)
    assert bounds.low - 1e-9 <= stdev(scores) <= bounds.high + 1e-9


@given(
    st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.integers(0, 3), MODES
)
def test_every_percentage_that_truly_came_from_people_passes(pair, digits, how):
    count, n = pair
    assert share_possible(rounded(100 * count / n, digits, how), n)


def test_some_percentages_no_count_gives():
    assert share_possible(Decimal("33.3"), 15)
    assert not share_possible(Decimal("29.8"), 15)  # 4 of 15 is 26.7, 5 is 33.3


@pytest.mark.parametrize("n", [2, 3, 5])
def test_the_verdict_on_every_mean_and_sd_is_that_of_all_samples_counted_out(n):
    """All samples of scores 0 to 4: what none of them gives when rounded to two digits is refused, and nothing else."""
    given_by = {
        (rounded(fmean(s), 2, how), rounded(stdev(s), 2, how))
        for s in combinations_with_replacement(range(5), n)
        for how in (ROUND_HALF_UP, ROUND_HALF_DOWN)
    }
    means = {mean for mean, _ in given_by}
    for step in range(401):
        mean = Decimal(step).scaleb(-2)
        assert mean_possible(mean, n) == (mean in means)
    for mean in means:
        for step in range(300):
            sd = Decimal(step).scaleb(-2)
            assert sd_possible(mean, sd, n, (0, 4)) or (mean, sd) not in given_by


@pytest.mark.parametrize(("n", "lowest", "highest"), [(2, 0, 4), (3, 2, 6), (6, 1, 5)])
def test_the_verdict_on_an_sd_is_that_of_every_sum_and_sum_of_squares_tried(n, lowest, highest):
    """Forward: each sum, each sum of squares it can have (odd just when it is, between its ends), its SD, rounded."""
    told = set()
    for total in range(n * lowest, n * highest + 1):
        base, above = divmod(total, n)
        least = above * (base + 1) ** 2 + (n - above) * base**2
        most = total * (lowest + highest) - n * lowest * highest
        for squares in range(least, most + 1):
            if (squares - total) % 2 == 0:
                sd = sqrt((squares - total * total / n) / (n - 1))
                told |= {
                    (rounded(total / n, 1, how), rounded(sd, 2, how))
                    for how in (ROUND_HALF_UP, ROUND_HALF_DOWN)
                }
    for mean, step in product({mean for mean, _ in told}, range(300)):
        sd = Decimal(step).scaleb(-2)
        assert sd_possible(mean, sd, n, (lowest, highest)) == ((mean, sd) in told)


def test_the_largest_sd_knows_where_the_scale_begins():
    """CAPS-like scores of 10 to 50: five at each end."""
    assert largest_sd(30, 10, 10, 50) == pytest.approx(stdev([10] * 5 + [50] * 5))
    assert sd_bounds(Decimal("30.0"), 10, (10, 50), whole=True).high == pytest.approx(
        stdev([10] * 5 + [50] * 5)
    )
    assert sd_bounds(Decimal("30.0"), 10, (10, 50), whole=True).low == 0
    assert sd_bounds(Decimal("30.5"), 10, (10, 50), whole=False).low == 0


@given(SCORES)
def test_the_ends_of_the_sd_are_reached(scores):
    n, total = len(scores), sum(scores)
    base, above = divmod(total, n)
    closest = [base + 1] * above + [base] * (n - above)
    assert stdev(closest) == pytest.approx(smallest_sd(total, n), abs=1e-9)
    assert stdev(scores) <= largest_sd(Fraction(total, n), n, 0, 56) + 1e-9


def test_the_largest_sd_is_half_at_each_end():
    assert largest_sd(28, 10, 0, 56) == pytest.approx(stdev([0] * 5 + [56] * 5))
    assert largest_sd(28, 10, 0, 56) == pytest.approx(28 * sqrt(10 / 9))


def test_what_cannot_be_asked_is_refused():
    for refused in (
        lambda: possible_sums(Decimal("1.0"), 0),
        lambda: largest_sd(60, 5, 0, 56),
        lambda: largest_sd(6, 1, 0, 56),
        lambda: smallest_sd(6, 1),
    ):
        with pytest.raises(ValueError, match=r"person|outside|two people"):
            refused()


def test_a_mean_off_the_scale_has_no_sd_at_all():
    assert sd_bounds(Decimal("57.0"), 12, (0, 56), whole=False) is None
    assert sd_bounds(Decimal("56.2"), 12, (0, 56), whole=True) is None


def test_of_so_many_people_that_any_mean_can_be_nothing_is_told():
    assert sd_possible(Decimal("12.3"), Decimal("5.1"), 100_000)
