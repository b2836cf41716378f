"""tau² where the likelihood is highest: ML and REML. Where there are several peaks, the highest of them.

Sources: Raudenbush 2009 (scoring); standard errors: Viechtbauer 2005.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.evidence.between_moments import hedges
from ataraxy.core.evidence.between_roots import MOST_STEPS, NEAR
from ataraxy.core.evidence.least_squares import (
    Fit,
    dot,
    harmonic_variance,
    log_likelihood,
    traces,
    weigh,
)
from ataraxy.core.evidence.pool_rows import Between, BoolArray, FloatArray, Rows

WORTH_COMPILED = 2_000  # pools from which the compiled search gains more than loading it costs
NEARLY_ZERO = 0.05  # a tau² below this share of the smallest sampling variance is as good as none
# where other peaks are looked for, in units of the typical variance
PEAKS = 2.0 ** np.arange(-12.0, 13.0, 2.0)

Climb = Callable[[Rows, FloatArray, bool], tuple[FloatArray, BoolArray]]


def likeliest(pools: Rows, restricted: bool) -> Between:
    """The highest peak of the restricted likelihood (REML) or of the plain one (ML)."""
    many = len(pools.k) >= WORTH_COMPILED and pools.design is None
    told, doubtful = _compiled(pools, restricted) if many else _plain(pools, restricted)
    other = np.flatnonzero(doubtful)
    if len(other):
        some = pools.only(other)
        told.tau2[other], told.converged[other] = _highest(
            some, told.tau2[other], told.converged[other], restricted, _climbed if many else _scored
        )
        told.se[other] = _likely_error(some, told.tau2[other], restricted)
    return told


def _likely_error(pools: Rows, tau2: FloatArray, restricted: bool) -> FloatArray:
    fit = weigh(pools, tau2)
    return np.sqrt(2 / (traces(pools, fit)[1] if restricted else dot(fit.w, fit.w)))


def _plain(pools: Rows, restricted: bool) -> tuple[Between, BoolArray]:
    """The peak reached from Hedges' tau², and which pools may have a higher one."""
    tau2, found, steps = _score(pools, hedges(pools).tau2, restricted)
    told = Between(tau2, _likely_error(pools, tau2, restricted), found, steps)
    return told, _other_peaks(pools, tau2, restricted)


def _compiled(pools: Rows, restricted: bool) -> tuple[Between, BoolArray]:
    """As ``_plain``, many pools at a time: a peak of each, and which may have a higher one."""
    from ataraxy.core.evidence.between_kernels import likeliest as search
    from ataraxy.core.evidence.between_kernels import table

    m, k = pools.y.shape
    told = Between(np.empty(m), np.empty(m), np.empty(m, bool), np.empty(m, np.int64))
    doubtful = np.zeros(m, bool)
    out = (told.tau2, told.se, told.converged, told.steps, doubtful)
    heights = np.array([0.0, *PEAKS])
    search(*table(k), *pools.flat, k, m, heights, NEARLY_ZERO, NEAR, MOST_STEPS, restricted, *out)
    return told, doubtful


def _other_peaks(pools: Rows, tau2: FloatArray, restricted: bool) -> BoolArray:
    """Pools whose likelihood rises somewhere beyond the peak found, or falls somewhere before it."""
    typical, doubtful = harmonic_variance(pools), np.zeros(len(tau2), bool)
    least = NEARLY_ZERO * pools.v.min(-1)
    for height in PEAKS:
        at = height * typical
        pull, trace = pull_and_trace(pools, at, restricted)
        doubtful |= ((pull > trace) == (at > tau2)) & (at > least)
    return doubtful


def _highest(
    pools: Rows, tau2: FloatArray, found: BoolArray, restricted: bool, climb: Climb
) -> tuple[FloatArray, BoolArray]:
    """The highest of the peaks reached from all along the curve."""
    heights = np.array([0.0, *PEAKS])
    everyone = pools.only(np.repeat(np.arange(len(tau2)), len(heights)))
    reached, ended = climb(everyone, np.outer(harmonic_variance(pools), heights).ravel(), restricted)
    levels = log_likelihood(everyone, reached, restricted).reshape(len(tau2), -1)
    best = levels.argmax(axis=1) + np.arange(len(tau2)) * len(heights)
    higher = levels.max(axis=1) > log_likelihood(pools, tau2, restricted) + 1e-9
    return np.where(higher, reached[best], tau2), np.where(higher, ended[best], found)


def _scored(pools: Rows, starts: FloatArray, restricted: bool) -> tuple[FloatArray, BoolArray]:
    reached, ended, _ = _score(pools, starts, restricted)
    return reached, ended


def _climbed(pools: Rows, starts: FloatArray, restricted: bool) -> tuple[FloatArray, BoolArray]:
    from ataraxy.core.evidence.between_kernels import reached, table

    m, k = pools.y.shape
    tau2, found = np.empty(m), np.empty(m, bool)
    reached(*table(k), *pools.flat, k, m, starts, NEAR, MOST_STEPS, restricted, tau2, found)
    return tau2, found


def _score(
    pools: Rows, start: FloatArray, restricted: bool
) -> tuple[FloatArray, BoolArray, NDArray[np.int64]]:
    """Scoring, ended at zero where the likelihood falls from zero on.

    ``low`` and ``high`` are the last places seen where it rises and falls; a step beyond them goes half the way instead.
    """
    tau2, steps, near = start.copy(), np.zeros(len(start), np.int64), NEAR * harmonic_variance(pools)
    low, high = np.zeros(len(start)), np.full(len(start), np.inf)
    at, some, done = np.arange(len(start)), pools, np.zeros(len(start), bool)
    for _ in range(MOST_STEPS):
        now = tau2[at]
        step = _scoring_step(some, now, restricted)
        low[at], high[at] = np.where(step > 0, now, low[at]), np.where(step < 0, now, high[at])
        tau2[at] = _kept(some, now + step, low[at], high[at], restricted)
        steps[at] += 1
        going = abs(tau2[at] - now) > NEAR * now + near[at]
        done[at[~going]] = True
        if not going.any():
            break
        if going.mean() < 0.7:  # those that ended are carried along until it pays to leave them
            at, some = at[going], some.only(going)
    return tau2, done, steps


def _kept(pools: Rows, to: FloatArray, low: FloatArray, high: FloatArray, restricted: bool) -> FloatArray:
    """Within the bracket; to zero itself where nothing is known to rise before, and the likelihood falls from there."""
    out = (to < low) | (to > high)
    if not out.any():
        return to
    to = np.where(out, (low + np.minimum(high, np.maximum(to, 0.0))) / 2, to)
    to[out & np.isfinite(high)] = ((low + high) / 2)[out & np.isfinite(high)]
    at_zero = np.flatnonzero(out & (low == 0))
    falls = _scoring_step(pools.only(at_zero), np.zeros(len(at_zero)), restricted) <= 0
    to[at_zero[falls]] = 0.0
    return to


def _scoring_step(pools: Rows, tau2: FloatArray, restricted: bool) -> FloatArray:
    """Newton's step where the likelihood is curved enough for it, else Fisher's."""
    fit = weigh(pools, tau2)
    u = fit.w * fit.residual
    pull = dot(u, u)
    trace, squared = traces(pools, fit) if restricted else (fit.w.sum(-1), dot(fit.w, fit.w))
    curved = 2 * _cubed(pools, fit, u) - squared
    return np.asarray((pull - trace) / np.where(curved > squared / 50, curved, squared))


def pull_and_trace(pools: Rows, tau2: FloatArray, restricted: bool) -> tuple[FloatArray, FloatArray]:
    """y'PPy and the trace beside it: the likelihood rises where the first is the greater."""
    fit = weigh(pools, tau2)
    total = fit.w.sum(-1)
    u = fit.w * fit.residual
    if not restricted:
        return dot(u, u), total
    if pools.design is None:
        return dot(u, u), total - dot(fit.w, fit.w) / total
    return dot(u, u), traces(pools, fit)[0]


def _cubed(pools: Rows, fit: Fit, u: FloatArray) -> FloatArray:
    """y'PPPy, where u = Py."""
    wu = fit.w * u
    if pools.design is None:
        return np.asarray((wu * u).sum(-1) - wu.sum(-1) ** 2 * fit.cov[:, 0, 0])
    seen = np.einsum("mkp,mk->mp", pools.design, wu)
    return np.asarray((wu * u).sum(-1) - np.einsum("mp,mpq,mq->m", seen, fit.cov, seen))
