"""tau² as the root of Q: by Paule and Mandel (and so by empirical Bayes), and where a Q-profile ends.

Sources: Paule & Mandel 1982; Morris 1983 (EB). The two are one estimator, reached in two ways.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.evidence.least_squares import harmonic_variance, weigh
from ataraxy.core.evidence.pool_rows import Between, BoolArray, FloatArray, Rows

MOST_STEPS = 500
NEAR = 1e-12  # a step this small, beside tau² and the studies' own variance, is the end


def q_root(pools: Rows, target: FloatArray) -> tuple[FloatArray, BoolArray, NDArray[np.int64]]:
    """The tau² at which Q(tau²) is the target, zero where Q(0) is below it; whether found; steps.

    Q falls and is convex, so Newton's steps from zero never pass the root.
    """
    tau2 = np.zeros_like(pools.k)
    going, steps = np.ones(len(tau2), bool), np.zeros(len(tau2), np.int64)
    while going.any() and steps.max() < MOST_STEPS:
        here = np.flatnonzero(going)
        some = pools if len(here) == len(tau2) else pools.only(here)
        fit = weigh(some, tau2[here])
        over, slope = fit.q - target[here], (fit.w**2 * fit.residual**2).sum(-1)
        up = over > 0
        step = np.where(up, over, 0.0) / np.where(up & (slope > 0), slope, 1.0)
        tau2[here] += step
        steps[here] += 1
        going[here] = up & (step > NEAR * (tau2[here] + harmonic_variance(some)))
    return tau2, ~going, steps


def paule_mandel(pools: Rows) -> Between:
    """The tau² with which Q is what is expected of it."""
    tau2, found, steps = q_root(pools, pools.k - pools.p)
    per = (1.0 / (pools.v + tau2[:, None])).sum(-1)
    return Between(tau2, np.sqrt(2 * pools.k**2 / (pools.k - pools.p)) / per, found, steps)
