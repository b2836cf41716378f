"""Which means, SDs and percentages can come from whole-number scores of so many people.

Means of whole numbers have n-ths, and not every SD goes with every mean. Where one is impossible it is misprinted, of
other people than said, or adjusted by a model.

Sources: Brown NJL, Heathers JAJ, Soc Psychol Personal Sci 2017;8:363-369 (GRIM); Anaya J, PeerJ Preprints 2016;4:e2400
(GRIMMER); Popoviciu T, Mathematica 1935;9:129-145, Bhatia R, Davis C, Am Math Mon 2000;107:353-357 (bounds).
"""

from __future__ import annotations

from decimal import Decimal
from math import ceil, floor, sqrt

from ataraxy.core.evidence.printed import Span, span

MOST_SUMS = 2_000  # where so many sums fit a printed mean, any mean does
NEAR = 1e-9


def possible_sums(mean: Decimal, n: int) -> range:
    """The sums of n whole numbers whose mean is printed so, rounded either way at the half. Empty: no such sum.

    Raises:
        ValueError: no people.
    """
    if n < 1:
        raise ValueError(f"A mean is of one person or more, not of {n}.")
    near = span(mean)
    return range(ceil(near.low * n - NEAR), floor(near.high * n + NEAR) + 1)


def mean_possible(mean: Decimal, n: int) -> bool:
    """GRIM: whether n whole numbers can have this mean."""
    return len(possible_sums(mean, n)) > 0


def nearest_means(mean: Decimal, n: int) -> tuple[float, float]:
    """The means n whole numbers can have just below and just above a printed one."""
    return floor(float(mean) * n) / n, ceil(float(mean) * n) / n


def share_possible(percent: Decimal, n: int) -> bool:
    """Whether a whole number of n people is this percentage, rounded either way."""
    near = span(percent)
    return floor(near.high * n / 100 + NEAR) >= ceil(near.low * n / 100 - NEAR)


def largest_sd(mean: float, n: int, lowest: float, highest: float) -> float:
    """The largest SD n scores between two ends can have with this mean: half of them at each end, nearly.

    Raises:
        ValueError: fewer than two people, or a mean outside the ends.
    """
    if n < 2:
        raise ValueError("An SD is of two people or more.")
    if not lowest <= mean <= highest:
        raise ValueError(f"A mean of {mean:g} lies outside the scale, {lowest:g} to {highest:g}.")
    return sqrt((mean - lowest) * (highest - mean) * n / (n - 1))


def smallest_sd(total: int, n: int) -> float:
    """The smallest SD n whole numbers with this sum can have: all at the two whole numbers beside the mean.

    Raises:
        ValueError: fewer than two people.
    """
    if n < 2:
        raise ValueError("An SD is of two people or more.")
    above = total % n  # so many stand one higher than the rest
    return sqrt(above * (n - above) / n / (n - 1))


def sd_bounds(mean: Decimal, n: int, ends: tuple[float, float] | None, whole: bool) -> Span | None:
    """The SDs a printed mean allows; None where no mean on the scale (or, of whole numbers, no sum) is printed so.

    Args:
        mean: as printed.
        n: people, two or more.
        ends: lowest and highest score; None where unknown, and then an SD has no upper bound.
        whole: scores are whole numbers.
    """
    near = span(mean)
    most = float("inf")
    if ends is not None:
        lowest, highest = ends
        low, high = max(near.low, lowest), min(near.high, highest)
        if low > high + NEAR:
            return None
        centre = min(max((lowest + highest) / 2, low), high)
        most = largest_sd(min(max(centre, lowest), highest), n, lowest, highest)
    if not whole:
        return Span(0.0, most)
    sums = possible_sums(mean, n)
    if not sums:
        return None
    least = 0.0 if len(sums) > MOST_SUMS else min(smallest_sd(total, n) for total in sums)
    return Span(least, most)


def sd_possible(mean: Decimal, sd: Decimal, n: int, ends: tuple[float, float] | None = None) -> bool:
    """Whether n whole numbers can have this mean and this SD (divisor n - 1), each rounded either way.

    The sum of squares of whole numbers is whole, and odd just when their sum is. With the ``ends`` of the scale
    the largest SD it allows counts too.
    """
    sums, spread = possible_sums(mean, n), span(sd)
    if len(sums) > MOST_SUMS or n < 2:
        return n >= 2
    return any(_squares_exist(total, n, spread, ends) for total in sums)


def _squares_exist(total: int, n: int, sd: Span, ends: tuple[float, float] | None) -> bool:
    """Whether a whole sum of squares of the right parity gives an SD in the span."""
    base = total * total / n
    room = NEAR * max(1.0, base)
    least = (n - 1) * max(0.0, sd.low) ** 2 + base
    most = (n - 1) * sd.high**2 + base
    least = max(least, (n - 1) * smallest_sd(total, n) ** 2 + base)
    if ends is not None:
        lowest, highest = ends
        if not lowest * n <= total <= highest * n:
            return False
        most = min(most, (n - 1) * largest_sd(total / n, n, lowest, highest) ** 2 + base)
    first = ceil(least - room)
    first += (first - total) % 2
    return first <= most + room
