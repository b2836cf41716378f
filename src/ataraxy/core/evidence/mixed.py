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

from ataraxy.core.evidence.series import FloatArray, IntArray, inverse

MOST_STEPS = 200
NEAR = 1e-11
STARTS = (0.0, 0.3, 3.0)  # in units of a typical sampling variance


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Studies with the same number of effects, side by side: m studies of n effects each."""

    at: IntArray  # (m, n) where their effects stand
    y: FloatArray  # (m, n)
    x: FloatArray  # (m, n, p)
    s: FloatArray  # (m, n, n)
    k: FloatArray  # (q, m, n, n)


@dataclass(frozen=True, slots=True, eq=False)
class Correlated:
    """A problem: effects (n,), design (n, p), and its blocks, between which nothing is shared."""

    y: FloatArray
    x: FloatArray
    blocks: tuple[Blocks, ...]
    ways: int  # q, how many components are sought

    def held(self, component: int, at: float) -> Correlated:
        """The same with one component's size given instead of sought."""
        held = tuple(
            Blocks(one.at, one.y, one.x, one.s + at * one.k[component], np.delete(one.k, component, axis=0))
            for one in self.blocks
        )
        return Correlated(self.y, self.x, held, self.ways - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """Generalised least squares with given components."""

    beta: FloatArray  # (p,)
    covariance: FloatArray  # (p, p)
    inverses: tuple[FloatArray, ...]  # of S + sum theta K, block by block
    pulled: tuple[FloatArray, ...]  # P y, block by block
    q: float  # weighted sum of squared residuals
    log_likelihood: float

    def inverse(self, problem: Correlated) -> FloatArray:
        """The inverse of the whole covariance, (n, n)."""
        whole = np.zeros((len(problem.y), len(problem.y)))
        for one, inverted in zip(problem.blocks, self.inverses, strict=True):
            whole[one.at[:, :, None], one.at[:, None, :]] = inverted
        return whole

    def trace(self, problem: Correlated, component: int | None = None) -> float:
        """tr(P K) of one component; tr(P) unless one is named. P y is what the fit leaves of y, weighed."""
        first, seen = 0.0, np.zeros_like(self.covariance)
        for one, w in zip(problem.blocks, self.inverses, strict=True):
            k = np.eye(one.at.shape[1]) if component is None else one.k[component]
            wk = w @ k
            first += float(np.trace(wk, axis1=-2, axis2=-1).sum())
            seen += np.einsum("mip,mij,mjq->pq", one.x, wk @ w, one.x, optimize=True)
        return first - float(np.trace(self.covariance @ seen))


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """The sizes found, and the fit with them."""

    theta: FloatArray  # (q,)
    fit: Weighed
    converged: bool


def correlated(y: FloatArray, x: FloatArray, s: FloatArray, k: FloatArray) -> Correlated:
    """A problem from whole matrices: effects (n,), design (n, p), sampling covariance (n, n), components (q, n, n).

    Effects that share nothing, directly or through others, are in different blocks.
    """
    from scipy.sparse.csgraph import connected_components

    _, label = connected_components((s != 0) | (k != 0).any(0), directed=False)
    order = np.argsort(label, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(label))[:-1])
    blocks = []
    for size in sorted({len(one) for one in members}):
        at = np.array([one for one in members if len(one) == size])
        rows, columns = at[:, :, None], at[:, None, :]
        blocks.append(Blocks(at, y[at], x[at], s[rows, columns], k[:, rows, columns]))
    return Correlated(y, x, tuple(blocks), len(k))


def weigh(problem: Correlated, theta: FloatArray, restricted: bool = True) -> Weighed:
    """Raises: numpy.linalg.LinAlgError: the covariance is singular."""
    n, p = problem.x.shape
    information, towards, logs, inverses = np.zeros((p, p)), np.zeros(p), 0.0, []
    for one in problem.blocks:
        v = one.s + np.tensordot(theta, one.k, axes=1) if problem.ways else one.s
        inverted = inverse(v)
        wx = inverted @ one.x
        information += np.einsum("mip,miq->pq", one.x, wx)
        towards += np.einsum("mip,mi->p", wx, one.y)
        logs += float(np.linalg.slogdet(v)[1].sum())
        inverses.append(inverted)
    covariance = inverse(information)
    beta = covariance @ towards
    pulled = [
        (inverted @ (one.y - one.x @ beta)[:, :, None])[:, :, 0]
        for one, inverted in zip(problem.blocks, inverses, strict=True)
    ]
    q = sum(float((one.y * mine).sum()) for one, mine in zip(problem.blocks, pulled, strict=True))
    level = -0.5 * (logs + q + (n - p if restricted else n) * np.log(2 * np.pi))
    if restricted:
        level -= 0.5 * np.linalg.slogdet(information)[1]
    return Weighed(beta, covariance, tuple(inverses), tuple(pulled), q, float(level))


def slope(
    problem: Correlated, fit: Weighed, restricted: bool = True
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """First derivatives of the log-likelihood by theta; its curvature, expected and observed (both as information)."""
    ways, p = problem.ways, problem.x.shape[1]
    trace, pull = np.zeros(ways), np.zeros(ways)
    traces, seen = np.zeros((ways, ways)), np.zeros((ways, ways))
    once, twice, moved = np.zeros((ways, p, p)), np.zeros((ways, ways, p, p)), np.zeros((ways, p))
    for one, w, mine in zip(problem.blocks, fit.inverses, fit.pulled, strict=True):
        wk, wx = w @ one.k, w @ one.x
        kwx = one.k @ wx
        kr = np.einsum("amij,mj->ami", one.k, mine)
        trace += np.trace(wk, axis1=-2, axis2=-1).sum(1)
        traces += np.einsum("amij,bmji->ab", wk, wk, optimize=True)
        once += np.einsum("mip,amiq->apq", wx, kwx)
        twice += np.einsum("amip,mij,bmjq->abpq", kwx, w, kwx, optimize=True)
        pull += (kr * mine).sum((1, 2))
        seen += np.einsum("ami,mij,bmj->ab", kr, w, kr, optimize=True)
        moved += np.einsum("mip,ami->ap", wx, kr)
    c = fit.covariance
    seen -= moved @ c @ moved.T
    if restricted:
        turned = c @ once
        trace = trace - np.trace(turned, axis1=1, axis2=2)
        traces = traces - 2 * np.einsum("pq,abqp->ab", c, twice) + np.einsum("apq,bqp->ab", turned, turned)
    expected = 0.5 * (traces + traces.T) / 2
    return 0.5 * (pull - trace), expected, seen - expected


def components(problem: Correlated, restricted: bool = True) -> Components:
    """The most likely sizes of the components, none below zero."""
    q = problem.ways
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
    sampling = np.concatenate([np.diagonal(one.s, axis1=1, axis2=2).ravel() for one in problem.blocks])
    sizes = [np.diagonal(one.k, axis1=2, axis2=3).reshape(problem.ways, -1) for one in problem.blocks]
    typical, reach = float(np.exp(np.log(sampling).mean())), np.concatenate(sizes, axis=1).mean(1)
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
