"""What was known when: the pool as it stood after each year's studies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ataraxy.core.evidence.between import Method
from ataraxy.core.evidence.estimate import Estimate
from ataraxy.core.evidence.pool_many import Inference, interval, pool_many
from ataraxy.core.evidence.pool_rows import FloatArray, one_row


@dataclass(frozen=True, slots=True)
class AsOf:
    """The pool of all studies published up to a year.

    ``entered`` are the positions of that year's studies. While there is one study alone, ``estimate`` is its own, with
    a normal interval, and there is no tau².
    """

    year: int
    entered: tuple[int, ...]
    k: int
    estimate: Estimate
    tau2: float | None


def cumulative(
    values: Sequence[float],
    variances: Sequence[float],
    years: Sequence[int],
    method: Method = Method.REML,
    inference: Inference = Inference.HARTUNG_KNAPP,
    level: float = 0.95,
) -> tuple[AsOf, ...]:
    """The pool after each year; studies of one year enter together, so their order tells nothing.

    Raises:
        ValueError: impossible input, or not one year a study.
    """
    pools = one_row(values, variances)
    if len(years) != len(values):
        raise ValueError(f"{len(values)} effects and {len(years)} years: give one year an effect.")
    if not pools.here.any():
        return ()
    at = np.asarray(years)
    steps = np.unique(at[pools.here[0]])
    seen = (at[None, :] <= steps[:, None]) & pools.here
    found = pool_many(
        np.where(seen, pools.y, np.nan), np.where(seen, pools.v, np.nan), method, inference, level
    )
    return tuple(
        AsOf(
            int(year),
            tuple(int(i) for i in np.flatnonzero((at == year) & pools.here[0])),
            int(found.k[i]),
            found.estimate(i) if found.k[i] > 1 else _alone(pools.y[0][seen[i]], pools.v[0][seen[i]], level),
            float(found.tau2[i]) if found.k[i] > 1 else None,
        )
        for i, year in enumerate(steps)
    )


def _alone(y: FloatArray, v: FloatArray, level: float) -> Estimate:
    se = np.sqrt(v)
    low, high, p = interval(y, se, None, level)
    return Estimate(float(y[0]), float(se[0]), float(low[0]), float(high[0]), float(p[0]), None, level)
