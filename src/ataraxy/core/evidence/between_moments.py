"""tau² at once, from one weighted sum of squares: DL, HS, HE and SJ.

Definitions follow Viechtbauer, metafor (2010): HS by its original form (Q - k) / sum(w); SJ starts from the mean squared
deviation with divisor k.
Sources: DerSimonian & Laird 1986; Hunter & Schmidt 1990 (HS); Hedges & Olkin 1985 (HE); Sidik & Jonkman 2005 (SJ);
standard errors: Viechtbauer 2005.
"""

from __future__ import annotations

import numpy as np

from ataraxy.core.evidence.least_squares import Fit, crossed, fitted, traces, weigh
from ataraxy.core.evidence.pool_rows import Between, FloatArray, Rows


def dersimonian_laird(pools: Rows) -> Between:
    """What Q is above its expectation, over how fast tau² raises it."""
    fit = weigh(pools, np.zeros_like(pools.k))
    trace, squared = traces(pools, fit)
    return _moments(pools, (fit.q - pools.k + pools.p) / trace, trace, (trace, squared))


def hunter_schmidt(pools: Rows) -> Between:
    """(Q - k) / sum(w), their original form."""
    fit = weigh(pools, np.zeros_like(pools.k))
    per = fit.w.sum(-1)
    return _moments(pools, (fit.q - pools.k) / per, per, traces(pools, fit))


def _moments(pools: Rows, tau2: FloatArray, per: FloatArray, of: tuple[FloatArray, FloatArray]) -> Between:
    """With the error of an estimate that is Q less a constant, divided by ``per``; ``of``: tr(P) and tr(PP)."""
    df, cut = pools.k - pools.p, np.maximum(tau2, 0.0)
    return Between.at_once(tau2, np.sqrt(2 * df + 4 * cut * of[0] + 2 * cut**2 * of[1]) / per)


def hedges(pools: Rows) -> Between:
    """What the plain variance of the effects is above the mean sampling variance."""
    fit = fitted(pools, pools.here.astype(float))
    trace, squared = traces(pools, fit, pools.v)
    df = pools.k - pools.p
    tau2 = (fit.q - trace) / df
    cut = np.maximum(tau2, 0.0)
    return Between.at_once(tau2, np.sqrt(2 * squared + 4 * cut * trace + 2 * cut**2 * df) / df)


def sidik_jonkman(pools: Rows) -> Between:
    """Q with weights that know a rough tau², times that tau²."""
    df = pools.k - pools.p
    mean = pools.y.sum(-1) / pools.k
    start = (np.where(pools.here, pools.y - mean[:, None], 0.0) ** 2).sum(-1) / pools.k
    start = np.where(start > 0, start, np.nan)  # equal effects: nothing to start from
    fit = weigh(pools, start)
    tau2 = np.where(np.isnan(start), 0.0, start * fit.q / df)
    _, own2 = traces(pools, fit, pools.v)
    _, plain2 = traces(pools, fit)
    mixed = _mixed(pools, fit)
    se = start / df * np.sqrt(2 * own2 + 4 * tau2 * mixed + 2 * tau2**2 * plain2)
    return Between.at_once(tau2, np.where(np.isnan(start), 0.0, se))


def _mixed(pools: Rows, fit: Fit) -> FloatArray:
    """tr(PVP)."""
    v = np.where(pools.here, pools.v, 0.0)
    second = crossed(pools, fit.w**2)
    turned = fit.cov @ second @ fit.cov @ crossed(pools, fit.w**2 * v)
    third = fit.cov @ crossed(pools, fit.w**3 * v)
    return np.asarray(
        (fit.w**2 * v).sum(-1) - 2 * np.trace(third, axis1=1, axis2=2) + np.trace(turned, axis1=1, axis2=2)
    )
