"""How much sooner or later an event comes (relapse, loss of response): hazard ratios, as logarithms."""

from __future__ import annotations

from math import log

from ataraxy.core.evidence.estimate import Effect
from ataraxy.core.evidence.study import Measure
from ataraxy.core.evidence.tails import critical, statistic_of_p


def log_hazard_ratio(log_ratio: float, se: float) -> Effect:
    """From the logarithm of a hazard ratio and its standard error, as a Cox model prints them.

    Raises:
        ValueError: a standard error that is not above zero.
    """
    if not se > 0:
        raise ValueError(f"A standard error is above zero, and {se} is not.")
    return Effect(Measure.HR, log_ratio, se * se, "hazard ratio")


def log_hazard_ratio_from_interval(ratio: float, low: float, high: float, level: float = 0.95) -> Effect:
    """From a printed hazard ratio and its interval.

    Source: Parmar MKB, Stat Med 1998;17:2815-2834, eq. 7.

    Raises:
        ValueError: bounds that are not in order, or a ratio that is not above zero.
    """
    if not (0 < low < high and ratio > 0):
        raise ValueError(f"{ratio} [{low}, {high}]: ratios are above zero, and the lower bound comes first.")
    se = (log(high) - log(low)) / (2 * critical(level))
    return Effect(Measure.HR, log(ratio), se * se, "hazard ratio, variance from its interval")


def log_hazard_ratio_from_p(ratio: float, p: float) -> Effect:
    """From a printed hazard ratio and its two-sided p.

    Source: Parmar MKB, Stat Med 1998;17:2815-2834, eq. 8.

    Raises:
        ValueError: a ratio of 1 or a p of 1, which tell no standard error, or one that is impossible.
    """
    z = statistic_of_p(p)
    if ratio <= 0 or ratio == 1 or z == 0:
        raise ValueError(f"A hazard ratio of {ratio} with p = {p} gives no standard error.")
    return Effect(Measure.HR, log(ratio), (log(ratio) / z) ** 2, "hazard ratio, variance from p")


def log_hazard_ratio_from_logrank(observed: float, expected: float, variance: float) -> Effect:
    """From a log-rank test: events seen and expected in the experimental arm, and the variance of their difference.

    Source: Yusuf S, Prog Cardiovasc Dis 1985;27:335-371.

    Raises:
        ValueError: a variance that is not above zero, or a negative number of events.
    """
    if not variance > 0 or observed < 0 or expected < 0:
        raise ValueError(
            f"{observed} seen, {expected} expected, variance {variance}: none of these may be negative."
        )
    return Effect(
        Measure.HR, (observed - expected) / variance, 1 / variance, "hazard ratio, log-rank (O - E) / V"
    )


def logrank_variance(expected: float, control_expected: float) -> float:
    """An approximate variance where a trial printed only the expected events of both arms: of 1/E of each.

    Source: Parmar MKB, Stat Med 1998;17:2815-2834, eq. 4.
    """
    if not (expected > 0 and control_expected > 0):
        raise ValueError("Events expected in each arm are above zero.")
    return 1 / (1 / expected + 1 / control_expected)
