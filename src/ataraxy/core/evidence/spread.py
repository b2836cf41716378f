"""How much people differ, and how surely a mean is known, worked out of what was printed instead: SE, interval, p, range."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from ataraxy.core.evidence.means import Sample
from ataraxy.core.evidence.tails import critical, statistic_of_p


def se_of_interval(low: float, high: float, level: float = 0.95, df: float | None = None) -> float:
    """A standard error from a symmetric interval on the scale of analysis (of ratios: give logarithms).

    Raises:
        ValueError: bounds out of order.
    """
    if not low < high:
        raise ValueError(f"{low:g} to {high:g}: the lower bound comes first, and they differ.")
    return (high - low) / (2 * critical(level, df))


def se_of_p(value: float, p: float, df: float | None = None) -> float:
    """A standard error from an estimate and its two-sided p.

    Raises:
        ValueError: an estimate of zero or a p of 1, which tell none.
    """
    statistic = statistic_of_p(p, df)
    if value == 0 or statistic == 0:
        raise ValueError("An estimate of no effect, or p = 1, tells no standard error.")
    return abs(value) / statistic


def sd_of_se(se: float, n: int) -> float:
    """The SD of people from the standard error of their mean."""
    return se * sqrt(n)


def se_of_sd(sd: float, n: int) -> float:
    """The standard error of a mean from the SD of people."""
    return sd / sqrt(n)


def sd_of_interval(low: float, high: float, n: int, level: float = 0.95) -> float:
    """The SD of people from the interval of their mean, by Student's t."""
    return se_of_interval(low, high, level, n - 1) * sqrt(n)


def sample_of_range(lowest: float, median: float, highest: float, n: int) -> Sample:
    """Mean and SD of about normal scores from their range and median.

    Source: Wan X, BMC Med Res Methodol 2014;14:135, scenario C1 (eq. 7 and 9); mean: Hozo SP, 2005.

    Raises:
        ValueError: numbers out of order, or fewer than two people.
    """
    _in_order(n, lowest, median, highest)
    return Sample(n, (lowest + 2 * median + highest) / 4, (highest - lowest) / (2 * _of_extreme(n)))


def sample_of_quartiles(first: float, median: float, third: float, n: int) -> Sample:
    """Mean and SD of about normal scores from quartiles and median.

    Source: Wan 2014, scenario C3 (eq. 14 and 16).

    Raises:
        ValueError: numbers out of order, or fewer than two people.
    """
    _in_order(n, first, median, third)
    return Sample(n, (first + median + third) / 3, (third - first) / (2 * _of_quartile(n)))


def sample_of_five(
    lowest: float, first: float, median: float, third: float, highest: float, n: int
) -> Sample:
    """Mean and SD of about normal scores from range, quartiles and median.

    Source: Wan 2014, scenario C2 (eq. 10 and 13); mean: Bland M, 2015.

    Raises:
        ValueError: numbers out of order, or fewer than two people.
    """
    _in_order(n, lowest, first, median, third, highest)
    mean = (lowest + 2 * first + 2 * median + 2 * third + highest) / 8
    sd = (highest - lowest) / (4 * _of_extreme(n)) + (third - first) / (4 * _of_quartile(n))
    return Sample(n, mean, sd)


def _of_extreme(n: int) -> float:
    """How many SDs above the mean the highest of n normal scores is expected (Blom)."""
    return NormalDist().inv_cdf((n - 0.375) / (n + 0.25))


def _of_quartile(n: int) -> float:
    """How many SDs above the mean the third quartile of n normal scores is expected (Blom)."""
    return NormalDist().inv_cdf((0.75 * n - 0.125) / (n + 0.25))


def _in_order(n: int, *numbers: float) -> None:
    if n < 2:
        raise ValueError(f"A spread is of two people or more, not of {n}.")
    if list(numbers) != sorted(numbers) or numbers[0] == numbers[-1]:
        told = ", ".join(f"{number:g}" for number in numbers)
        raise ValueError(f"{told}: lowest, quartiles, median and highest come in order, and they differ.")
