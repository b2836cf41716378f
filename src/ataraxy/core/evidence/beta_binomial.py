"""Rare events over many studies by a beta-binomial regression: no study is left out, not even one without an event.

Each arm of each study has a risk of its own, drawn from a beta distribution about the mean risk of its kind of arm. So
the studies may differ, and zeros need no correction. People within a study are compared only through those means: where
arms were allotted very unevenly between studies of different risk, prefer Mantel-Haenszel.
Source: Kuss O, Stat Med 2015;34:1097-1116.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.evidence.counts import Table
from ataraxy.core.evidence.estimate import Estimate, TooFew
from ataraxy.core.evidence.study import Measure
from ataraxy.core.evidence.tails import estimate_of

FloatArray = NDArray[np.float64]

LEAST_SPREAD, MOST_SPREAD = -14.0, 8.0  # logarithms of the beta's spread; below the least, arms are binomial
STARTS = (-1.0, -4.0, -8.0)
NEAR = 1e-9  # of the log likelihood


@dataclass(frozen=True, slots=True)
class BetaBinomial:
    """``risk`` and ``control_risk`` are the mean risks; ``correlation`` is that of two people of one arm.

    Where ``binomial``, arms differ no more than chance makes them, and the correlation is nought.
    """

    measure: Measure
    estimate: Estimate
    risk: float
    control_risk: float
    correlation: float
    log_likelihood: float
    binomial: bool


def beta_binomial(tables: Sequence[Table], measure: Measure, level: float = 0.95) -> BetaBinomial | TooFew:
    """Pool tables by maximum likelihood; the interval is by the normal on the scale of analysis.

    Raises:
        ValueError: a measure that is not of counts.
        ArithmeticError: the likelihood's top was not found.
    """
    if measure not in (Measure.OR, Measure.RR, Measure.RD):
        raise ValueError(f"{measure.value} is not a measure of counts: use or, rr or rd.")
    if len(tables) < 2:
        return TooFew("A beta-binomial regression", 2, len(tables))
    if refused := _empty_arm(tables):
        return refused
    events, people, treated = _arms(tables)
    free, binomial = _highest(events, people, treated)
    covariance = _covariance(free, events, people, treated, binomial)
    value, gradient = _effect(measure, free)
    estimate = estimate_of(value, sqrt(float(gradient @ covariance @ gradient)), level)
    control_risk, risk = _risk(free[0]), _risk(free[0] + free[1])
    spread = 0.0 if binomial else float(np.exp(free[2]))
    top = _log_likelihood(free, events, people, treated, binomial)
    return BetaBinomial(measure, estimate, risk, control_risk, spread / (1 + spread), top, binomial)


def _empty_arm(tables: Sequence[Table]) -> TooFew | None:
    for events, people in (
        (sum(t.events for t in tables), sum(t.n for t in tables)),
        (sum(t.control_events for t in tables), sum(t.control_n for t in tables)),
    ):
        if events in (0, people):
            return TooFew(
                "A beta-binomial regression", 1, 0, "people with and without the event in each kind of arm"
            )
    return None


def _arms(tables: Sequence[Table]) -> tuple[FloatArray, FloatArray, FloatArray]:
    rows = [(t.events, t.n, 1.0) for t in tables] + [(t.control_events, t.control_n, 0.0) for t in tables]
    events, people, treated = np.array(rows, dtype=float).T
    return events, people, treated


def _risk(logit: float) -> float:
    from scipy.special import expit

    return float(expit(logit))


def _log_likelihood(
    free: FloatArray, events: FloatArray, people: FloatArray, treated: FloatArray, binomial: bool = False
) -> float:
    """Of (logit of the control risk, log odds ratio, log spread)."""
    from scipy.special import betaln, expit, gammaln, log_expit

    logit = free[0] + free[1] * treated
    choose = gammaln(people + 1) - gammaln(events + 1) - gammaln(people - events + 1)
    if binomial:
        return float(np.sum(choose + events * log_expit(logit) + (people - events) * log_expit(-logit)))
    whole = np.exp(-free[2])
    a, b = whole * expit(logit), whole * expit(-logit)
    return float(np.sum(choose + betaln(events + a, people - events + b) - betaln(a, b)))


def _slope(free: FloatArray, events: FloatArray, people: FloatArray, treated: FloatArray) -> FloatArray:
    """First derivatives of the beta-binomial log likelihood."""
    from scipy.special import expit, psi

    logit, whole = free[0] + free[1] * treated, np.exp(-free[2])
    risk, other = expit(logit), expit(-logit)
    a, b = whole * risk, whole * other
    shared = psi(whole) - psi(people + whole)
    by_a, by_b = psi(events + a) - psi(a) + shared, psi(people - events + b) - psi(b) + shared
    by_logit = (by_a - by_b) * whole * risk * other
    return np.array([by_logit.sum(), (by_logit * treated).sum(), -(a * by_a + b * by_b).sum()])


def _highest(events: FloatArray, people: FloatArray, treated: FloatArray) -> tuple[FloatArray, bool]:
    """Where the likelihood is highest, and whether that is where arms are binomial."""
    from scipy.optimize import minimize

    totals = [(events[treated == arm].sum(), people[treated == arm].sum()) for arm in (0, 1)]
    logits = [float(np.log(y / (n - y))) for y, n in totals]
    flat = np.array([logits[0], logits[1] - logits[0], LEAST_SPREAD])
    best, top = flat, _log_likelihood(flat, events, people, treated, binomial=True)
    binomial = True
    for spread in STARTS:
        found = minimize(
            lambda free: -_log_likelihood(free, events, people, treated),
            np.array([*flat[:2], spread]),
            jac=lambda free: -_slope(free, events, people, treated),
            method="L-BFGS-B",
            bounds=[(-25, 25), (-25, 25), (LEAST_SPREAD, MOST_SPREAD)],
            options={"ftol": 1e-13, "gtol": 1e-7, "maxiter": 500},
        )
        if -float(found.fun) > top + NEAR:
            best, top, binomial = np.asarray(found.x), -float(found.fun), False
    if not binomial and np.abs(_slope(best, events, people, treated)).max() > 1e-3:
        raise ArithmeticError("The beta-binomial likelihood has no top within reach: use Mantel-Haenszel.")
    return best, binomial


def _covariance(
    free: FloatArray, events: FloatArray, people: FloatArray, treated: FloatArray, binomial: bool
) -> FloatArray:
    """Of (logit of the control risk, log odds ratio), from the curvature at the top."""
    if binomial:
        weight = np.array([_risk(free[0] + free[1] * arm) for arm in treated])
        weight = people * weight * (1 - weight)
        both = (weight * treated).sum()
        return np.asarray(np.linalg.inv(np.array([[weight.sum(), both], [both, both]])))
    step = 1e-5
    rows = [
        (_slope(free + at, events, people, treated) - _slope(free - at, events, people, treated)) / (2 * step)
        for at in np.eye(3) * step
    ]
    curvature = -(np.array(rows) + np.array(rows).T) / 2
    return np.asarray(np.linalg.inv(curvature)[:2, :2])


def _effect(measure: Measure, free: FloatArray) -> tuple[float, FloatArray]:
    """The effect on the scale of analysis, and its slope in (logit of the control risk, log odds ratio)."""
    if measure is Measure.OR:
        return float(free[1]), np.array([0.0, 1.0])
    control, treated = _risk(free[0]), _risk(free[0] + free[1])
    if measure is Measure.RR:
        return float(np.log(treated / control)), np.array([control - treated, 1 - treated])
    by_treated, by_control = treated * (1 - treated), control * (1 - control)
    return treated - control, np.array([by_treated - by_control, by_treated])
