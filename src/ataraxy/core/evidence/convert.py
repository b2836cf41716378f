"""From one measure to another, and from what was printed to what is needed: each by a named, cited approximation.

An effect that went through a conversion says so in ``method``.
"""

from __future__ import annotations

from math import log, pi, sqrt

from ataraxy.core.evidence.estimate import Effect
from ataraxy.core.evidence.means import SmallSample, smd_of_d
from ataraxy.core.evidence.spread import se_of_interval
from ataraxy.core.evidence.study import Measure
from ataraxy.core.evidence.tails import statistic_of_p

LOGISTIC_SD = pi / sqrt(3)  # of the standard logistic distribution: 1.8138


def smd_of_odds_ratio(effect: Effect) -> Effect:
    """A log odds ratio as a difference in SDs, as if people were called responders at a point of a logistic scale.

    More events is taken as more of the scale; turn the sign where the event is improvement and lower scores are better.
    Sources: Hasselblad V, Hedges LV, Psychol Bull 1995;117:167-178; Chinn S, Stat Med 2000;19:3127-3131.
    """
    _want(effect, Measure.OR)
    return Effect(
        Measure.SMD,
        effect.value / LOGISTIC_SD,
        effect.variance / LOGISTIC_SD**2,
        f"{effect.method}, as SDs (logistic)",
    )


def odds_ratio_of_smd(effect: Effect) -> Effect:
    """The way back: a difference in SDs as a log odds ratio."""
    _want(effect, Measure.SMD)
    return Effect(
        Measure.OR,
        effect.value * LOGISTIC_SD,
        effect.variance * LOGISTIC_SD**2,
        f"{effect.method}, as log odds (logistic)",
    )


def risk_of_odds_ratio(odds_ratio: float, control_risk: float) -> float:
    """The risk under treatment that an odds ratio makes of a control risk.

    Raises:
        ValueError: a risk outside 0 to 1, or a ratio below zero.
    """
    _check(control_risk, odds_ratio)
    odds = odds_ratio * control_risk
    return odds / (1 - control_risk + odds)


def risk_ratio_of_odds_ratio(odds_ratio: float, control_risk: float) -> float:
    """An odds ratio as a risk ratio at one control risk: with frequent events they are far apart.

    Source: Zhang J, Yu KF, JAMA 1998;280:1690-1691, for an unadjusted ratio.

    Raises:
        ValueError: a control risk that is not above 0 (then there is no ratio) and at most 1, or a ratio below zero.
    """
    _check(control_risk, odds_ratio)
    if control_risk == 0:
        raise ValueError(
            "Of a control risk of zero there is no risk ratio: give the control risk that is meant."
        )
    return risk_of_odds_ratio(odds_ratio, control_risk) / control_risk


def odds_ratio_of_risk_ratio(risk_ratio: float, control_risk: float) -> float:
    """A risk ratio as an odds ratio at one control risk.

    Raises:
        ValueError: the ratio would make a risk of 1 or more.
    """
    _check(control_risk, risk_ratio)
    risk = risk_ratio * control_risk
    if risk >= 1:
        raise ValueError(
            f"A risk ratio of {risk_ratio:g} on a control risk of {control_risk:g} exceeds everybody."
        )
    return risk_ratio * (1 - control_risk) / (1 - risk)


def correlation_of_d(d: float, n: int, control_n: int) -> float:
    """A Cohen's d as the point-biserial correlation of treatment and score.

    Source: Borenstein M, Introduction to Meta-Analysis, 2009, eq. 7.7.
    """
    return d / sqrt(d * d + (n + control_n) ** 2 / (n * control_n))


def d_of_correlation(r: float, n: int, control_n: int) -> float:
    """The way back.

    Raises:
        ValueError: a correlation of 1 or more, in size.
    """
    if not -1 < r < 1:
        raise ValueError(f"A correlation lies between -1 and 1, and {r} does not.")
    return r / sqrt(1 - r * r) * sqrt((n + control_n) ** 2 / (n * control_n))


def d_of_t(t: float, n: int, control_n: int) -> float:
    """Cohen's d of two independent groups from their t (equal variances)."""
    return t * sqrt(1 / n + 1 / control_n)


def d_of_f(f: float, n: int, control_n: int, higher: bool) -> float:
    """From an F of one and n - 2 degrees of freedom. F has no sign: say whether the experimental arm was higher.

    Raises:
        ValueError: an F below zero.
    """
    if f < 0:
        raise ValueError(f"An F is never below zero, and {f} is.")
    return d_of_t(sqrt(f) if higher else -sqrt(f), n, control_n)


def d_of_p(p: float, n: int, control_n: int, higher: bool) -> float:
    """From the two-sided p of an independent t test, with its side said.

    Raises:
        ValueError: p is not above 0 and at most 1.
    """
    t = statistic_of_p(p, n + control_n - 2)
    return d_of_t(t if higher else -t, n, control_n)


def smd_of_t(t: float, n: int, control_n: int, small_sample: SmallSample = SmallSample.EXACT) -> Effect:
    """Hedges' g of two independent groups from their t, with its variance."""
    return smd_of_d(d_of_t(t, n, control_n), n, control_n, small_sample)


def effect_of_printed(measure: Measure, value: float, se: float, method: str = "as printed") -> Effect:
    """A printed estimate as an effect; of ratios ``value`` is the ratio and ``se`` that of its logarithm.

    Raises:
        ValueError: a ratio or a standard error that is not above zero.
    """
    if not se > 0 or (measure.is_ratio and not value > 0):
        raise ValueError(
            f"{value:g} with a standard error of {se:g}: both a ratio and an error are above zero."
        )
    return Effect(measure, log(value) if measure.is_ratio else value, se * se, method)


def effect_of_interval(
    measure: Measure, value: float, low: float, high: float, level: float = 0.95
) -> Effect:
    """A printed estimate with its interval as an effect; ratios as ratios.

    Raises:
        ValueError: bounds out of order, or a ratio that is not above zero.
    """
    if measure.is_ratio:
        if not 0 < low < high:
            raise ValueError(f"{low:g} to {high:g}: ratios are above zero, and the lower bound comes first.")
        low, high = log(low), log(high)
    return effect_of_printed(
        measure, value, se_of_interval(low, high, level), "variance from the printed interval"
    )


def _want(effect: Effect, measure: Measure) -> None:
    if effect.measure is not measure:
        raise ValueError(f"This conversion takes {measure.value}, and was given {effect.measure.value}.")


def _check(control_risk: float, ratio: float) -> None:
    if not 0 <= control_risk <= 1:
        raise ValueError(f"A risk lies between 0 and 1, and {control_risk} does not; 20 % is 0.2.")
    if not ratio >= 0:
        raise ValueError(f"A ratio is never below zero, and {ratio} is.")
