"""Effects that are correlated: a linear mixed model whose sampling covariance is known and whose components are sought.

    y ~ N(X beta, S + sum_m theta_m K_m),   theta_m >= 0

S holds what the studies' own numbers say (shared control arms), each K_m one way in which true effects differ: between
studies, within a study, between slopes. Found by restricted (or full) maximum likelihood: Newton's steps with the exact
first and second derivatives, kept at or above zero, from the best of several starts.
Source: Harville 1977, J Am Stat Assoc 72:320-38.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from ataraxy.core.evidence.series import FloatArray, inverse

MOST_STEPS = 200
NEAR = 1e-11
STARTS = (0.0, 0.3, 3.0)  # in units of a typical sampling variance


@dataclass(frozen=True, slots=True, eq=False)
class Correlated:
    """A checked problem: effects (n,), design (n, p), sampling covariance (n, n), components (q, n, n)."""

    y: FloatArray
    x: FloatArray
    s: FloatArray
    k: FloatArray

    def held(self, component: int, at: float) -> Correlated:
        """The same with one component's size given instead of sought."""
        rest = np.delete(self.k, component, axis=0)
        return Correlated(self.y, self.x, self.s + at * self.k[component], rest)


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """Generalised least squares with given components."""

    beta: FloatArray  # (p,)
    covariance: FloatArray  # (p, p)
    inverse: FloatArray  # (n, n): of S + sum theta K
    projection: FloatArray  # (n, n): P
    pulled: FloatArray  # (n,): P y
    q: float  # weighted sum of squared residuals
    log_likelihood: float


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """The sizes found, and the fit with them."""

    theta: FloatArray  # (q,)
    fit: Weighed
    converged: bool


def weigh(problem: Correlated, theta: FloatArray, restricted: bool = True) -> Weighed:
    """Raises: numpy.linalg.LinAlgError: the covariance is singular."""
    y, x = problem.y, problem.x
    v = problem.s + np.tensordot(theta, problem.k, axes=1) if len(theta) else problem.s
    inverted = inverse(v)
    wx = inverted @ x
    information = x.T @ wx
    covariance = inverse(information)
    beta = covariance @ (wx.T @ y)
    pulled = inverted @ (y - x @ beta)
    q = float(y @ pulled)
    n, p = x.shape
    level = -0.5 * (np.linalg.slogdet(v)[1] + q)
    if restricted:
        level += -0.5 * ((n - p) * np.log(2 * np.pi) + np.linalg.slogdet(information)[1])
    else:
        level += -0.5 * n * np.log(2 * np.pi)
    return Weighed(beta, covariance, inverted, inverted - wx @ covariance @ wx.T, pulled, q, float(level))


def slope(
    problem: Correlated, fit: Weighed, restricted: bool = True
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """First derivatives of the log-likelihood by theta; its curvature, expected and observed (both as information)."""
    outer = fit.projection if restricted else fit.inverse
    turned = np.array([outer @ one for one in problem.k])
    moved = np.array([one @ fit.pulled for one in problem.k])
    pull = moved @ fit.pulled
    gradient = 0.5 * (pull - np.trace(turned, axis1=1, axis2=2))
    expected = 0.5 * np.einsum("aij,bji->ab", turned, turned)
    seen = moved @ fit.projection @ moved.T
    return gradient, expected, seen - expected


def components(problem: Correlated, restricted: bool = True) -> Components:
    """The most likely sizes of the components, none below zero."""
    q = len(problem.k)
    if q == 0:
        return Components(np.zeros(0), weigh(problem, np.zeros(0), restricted), True)
    scale = _scales(problem)
    starts = [np.array(one) * scale for one in product(STARTS, repeat=q)]
    levels = [weigh(problem, one, restricted).log_likelihood for one in starts]
    best = sorted(range(len(starts)), key=lambda i: -levels[i])[:2]
    ends = [_climb(problem, starts[i], scale, restricted) for i in best]
    return max(ends, key=lambda end: end.fit.log_likelihood)


def profile(problem: Correlated, found: Components, component: int, level: float) -> tuple[float, float]:
    """The sizes of one component that are not much less likely than the best: its interval by profile likelihood.

    The upper end is infinite where the likelihood never falls far enough.
    """
    from scipy.optimize import brentq
    from scipy.special import chdtri

    allowed = float(chdtri(1, 1 - level)) / 2
    top, best = found.fit.log_likelihood, float(found.theta[component])

    def over(at: float) -> float:
        return top - components(problem.held(component, at)).fit.log_likelihood - allowed

    low = 0.0 if best == 0 or over(0.0) < 0 else float(brentq(over, 0.0, best, xtol=1e-12))
    reach = max(best, float(_scales(problem)[component]))
    high = best + reach
    while over(high) < 0:
        reach *= 4
        high += reach
        if reach > 1e12:
            return low, float("inf")
    return low, float(brentq(over, best, high, xtol=1e-12))


def _scales(problem: Correlated) -> FloatArray:
    """A size of each component that would matter beside the sampling variances."""
    typical = float(np.exp(np.log(np.diag(problem.s)).mean()))
    reach = np.array([np.diag(one).mean() for one in problem.k])
    return np.asarray(typical / np.where(reach > 0, reach, 1.0))


def _climb(problem: Correlated, start: FloatArray, scale: FloatArray, restricted: bool) -> Components:
    theta, fit = start, weigh(problem, start, restricted)
    for _ in range(MOST_STEPS):
        gradient, expected, observed = slope(problem, fit, restricted)
        step = _step(theta, gradient, expected, observed)
        theta, fit, moved = _shortened(problem, theta, fit, step, restricted)
        if np.all(np.abs(moved) <= NEAR * (theta + scale)):
            return Components(theta, fit, True)
    return Components(theta, fit, False)


def _step(theta: FloatArray, gradient: FloatArray, expected: FloatArray, observed: FloatArray) -> FloatArray:
    """Newton's step for those components that are above zero or want to rise; Fisher's where the top is not near."""
    free = (theta > 0) | (gradient > 0)
    step = np.zeros_like(theta)
    if not free.any():
        return step
    chosen = np.ix_(free, free)
    curved = observed[chosen] if np.linalg.eigvalsh(observed[chosen]).min() > 0 else expected[chosen]
    step[free] = np.linalg.lstsq(curved, gradient[free], rcond=None)[0]
    return step


def _shortened(
    problem: Correlated, theta: FloatArray, fit: Weighed, step: FloatArray, restricted: bool
) -> tuple[FloatArray, Weighed, FloatArray]:
    """The step, cut at zero, and halved until the likelihood does not fall."""
    for _ in range(40):
        to = np.maximum(theta + step, 0.0)
        there = weigh(problem, to, restricted)
        if there.log_likelihood >= fit.log_likelihood - 1e-12 * (1 + abs(fit.log_likelihood)):
            return to, there, to - theta
        step = step / 2
    return theta, fit, np.zeros_like(theta)
