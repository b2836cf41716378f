"""How far out a statistic lies: quantiles and two-sided p values of the normal and of Student's t."""

from __future__ import annotations

from math import erfc, sqrt
from statistics import NormalDist

from ataraxy.core.evidence.estimate import Estimate


def critical(level: float = 0.95, df: float | None = None) -> float:
    """How many standard errors an interval of ``level`` reaches to each side. Normal where ``df`` is None.

    Raises:
        ValueError: a level that is not between 0 and 1, or no degrees of freedom.
    """
    if not 0 < level < 1:
        raise ValueError(f"A level lies between 0 and 1, and {level} does not; 95 % is 0.95.")
    if df is None:
        return NormalDist().inv_cdf((1 + level) / 2)
    if not df > 0:
        raise ValueError(f"Student's t needs more than {df} degrees of freedom; give None for the normal.")
    from scipy.special import stdtrit

    return float(stdtrit(df, (1 + level) / 2))


def two_sided_p(statistic: float, df: float | None = None) -> float:
    """How often chance alone lies at least this far out, to either side. Normal where ``df`` is None."""
    if df is None:
        return erfc(abs(statistic) / sqrt(2))
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(statistic)))


def statistic_of_p(p: float, df: float | None = None) -> float:
    """The size of the z (or t) that has this two-sided p.

    Raises:
        ValueError: p is not above 0 and at most 1.
    """
    if not 0 < p <= 1:
        raise ValueError(f"A p value lies above 0 and is at most 1, and {p} does not.")
    if df is None:
        return -NormalDist().inv_cdf(p / 2) if p < 1 else 0.0
    from scipy.special import stdtrit

    return abs(float(stdtrit(df, p / 2)))


def estimate_of(value: float, se: float, level: float = 0.95, df: float | None = None) -> Estimate:
    """A value with its symmetric interval and p value, all on the scale of analysis.

    Raises:
        ValueError: a standard error that is not above zero.
    """
    if not se > 0:
        raise ValueError(f"A standard error is above zero, and {se} is not: check the variance it came from.")
    half = critical(level, df) * se
    return Estimate(value, se, value - half, value + half, two_sided_p(value / se, df), df, level)
