"""What every pool's interval is made of: its weighted mean, the sum of its weights, Q and tr(P)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ataraxy.core.evidence.least_squares import traces, weigh
from ataraxy.core.evidence.pool_rows import FloatArray, Rows

WORTH_COMPILED = 2_000  # pools from which compiled code gains more than loading it costs


@dataclass(frozen=True, slots=True)
class Sums:
    """Every field of shape (m,)."""

    mean: FloatArray
    total: FloatArray  # of the weights 1 / (v + tau²)
    q: FloatArray  # weighted sum of squared residuals
    trace: FloatArray  # of P = W - WX(X'WX)^-1 X'W


def sums(pools: Rows, tau2: FloatArray) -> Sums:
    """At each pool's tau²; NaN where that is. Pools without a design."""
    if len(pools.k) >= WORTH_COMPILED:
        return _compiled(pools, tau2)
    fit = weigh(pools, tau2)
    return Sums(fit.beta[:, 0], fit.w.sum(-1), fit.q, traces(pools, fit)[0])


def _compiled(pools: Rows, tau2: FloatArray) -> Sums:
    from ataraxy.core.evidence.between_kernels import summed, table

    m, k = pools.y.shape
    found = Sums(np.empty(m), np.empty(m), np.empty(m), np.empty(m))
    summed(table(k)[0], *pools.flat, k, m, tau2, found.mean, found.total, found.q, found.trace)
    return found
