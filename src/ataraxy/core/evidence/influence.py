"""What one study does to a pool: the pool without it, and by how much it pulls.

Definitions follow Viechtbauer & Cheung 2010 (as metafor's ``influence``); tau² is estimated anew without each study.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ataraxy.core.evidence.between import Method
from ataraxy.core.evidence.estimate import Estimate, TooFew
from ataraxy.core.evidence.pool import weights_at
from ataraxy.core.evidence.pool_many import Inference, Pools, pool_many
from ataraxy.core.evidence.pool_rows import Rows, one_row

LEAST = 3  # two must be left


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The pool without the study at ``index``. ``i2`` is in %."""

    index: int
    estimate: Estimate
    tau2: float
    q: float
    q_p: float
    i2: float
    h2: float


@dataclass(frozen=True, slots=True)
class Influence:
    """How much the study at ``index`` pulls the pool.

    ``residual`` is externally studentised; ``dffits`` and ``dfbeta`` are in standard errors; ``cook`` is Cook's distance;
    ``covariance_ratio`` below 1 means the pool is more precise without it; ``hat`` is its share of the weight.
    ``influential`` by the cut-offs |DFFITS| > 3 sqrt(1 / (k - 1)), Cook beyond the chi² median, hat > 3 / k, |DFBETA| > 1.
    """

    index: int
    residual: float
    dffits: float
    cook: float
    covariance_ratio: float
    tau2_without: float
    q_without: float
    hat: float
    dfbeta: float
    influential: bool


def leave_one_out(
    values: Sequence[float],
    variances: Sequence[float],
    method: Method = Method.REML,
    inference: Inference = Inference.HARTUNG_KNAPP,
    level: float = 0.95,
) -> tuple[LeftOut, ...] | TooFew:
    """The pool without each study in turn."""
    pools = one_row(values, variances)
    if pools.k[0] < LEAST:
        return TooFew("Leaving one study out", LEAST, int(pools.k[0]))
    found = _without(pools, method, inference, level)
    return tuple(
        LeftOut(
            i, found.estimate(i), float(found.tau2[i]), float(found.q[i]), float(found.q_p[i]),
            float(found.i2[i]), float(found.h2[i]),
        )
        for i in range(len(values))
    )  # fmt: skip


def _without(pools: Rows, method: Method, inference: Inference, level: float) -> Pools:
    """Row i is the pool without study i."""
    n = pools.y.shape[1]
    gone = np.eye(n, dtype=bool) | ~pools.here
    y, v = np.broadcast_to(pools.y, (n, n)), np.broadcast_to(pools.v, (n, n))
    return pool_many(np.where(gone, np.nan, y), np.where(gone, np.nan, v), method, inference, level)


def influence(
    values: Sequence[float],
    variances: Sequence[float],
    method: Method = Method.REML,
    inference: Inference = Inference.HARTUNG_KNAPP,
) -> tuple[Influence, ...] | TooFew:
    """How much each study pulls the pool."""
    pools = one_row(values, variances)
    k = int(pools.k[0])
    if k < LEAST:
        return TooFew("A study's influence", LEAST, k)
    return _influence(pools, k, method, inference)


def _influence(pools: Rows, k: int, method: Method, inference: Inference) -> tuple[Influence, ...]:
    """The arithmetic; ``scale`` is Hartung-Knapp's factor, 1 for Wald."""
    from scipy.special import chdtri

    y, v = pools.y[0], pools.v[0]
    full = pool_many(
        np.where(pools.here, pools.y, np.nan), np.where(pools.here, pools.v, np.nan), method, inference
    )
    left = _without(pools, method, inference, 0.95)
    scale, moved = left.factor, full.value[0] - left.value
    hat = weights_at(pools, full.tau2)[0] / 100
    with np.errstate(divide="ignore", invalid="ignore"):
        residual = (y - left.value) / np.sqrt(scale * (v + left.tau2) + left.se**2)
        dffits = moved / np.sqrt(scale * hat * (left.tau2 + v))
        dfbeta = moved / np.sqrt(scale / (1.0 / (v[None, :] + left.tau2[:, None])).sum(-1))
        cook, ratio = moved**2 / full.se[0] ** 2, left.se**2 / full.se[0] ** 2
    apart = (
        (abs(dffits) > 3 * np.sqrt(1 / (k - 1)))
        | (cook > chdtri(1.0, 0.5))
        | (hat > 3 / k)
        | (abs(dfbeta) > 1)
    )
    return tuple(
        Influence(
            index=i,
            residual=float(residual[i]),
            dffits=float(dffits[i]),
            cook=float(cook[i]),
            covariance_ratio=float(ratio[i]),
            tau2_without=float(left.tau2[i]),
            q_without=float(left.q[i]),
            hat=float(hat[i]),
            dfbeta=float(dfbeta[i]),
            influential=bool(apart[i]),
        )
        for i in range(len(y))
    )
