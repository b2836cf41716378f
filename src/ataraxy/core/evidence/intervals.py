"""How surely the between-study variance is known: intervals of tau², and of I² with it.

Q-profile (Viechtbauer 2007): all tau² with which the observed Q is neither too large nor too small; its bounds come
from Q alone and not from how tau² was estimated. Profile likelihood (Hardy & Thompson 1996): all tau² whose likelihood
is not much below the highest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ataraxy.core.evidence.between import Method, between
from ataraxy.core.evidence.between_roots import q_root
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.least_squares import log_likelihood, typical_variance, weigh
from ataraxy.core.evidence.pool_rows import BoolArray, FloatArray, Rows, one_row


@dataclass(frozen=True, slots=True)
class BetweenInterval:
    """An interval of tau² and of what follows from it. ``i2_low`` and ``i2_high`` are in %.

    ``empty``: the studies are more alike than chance allows, no tau² fits, and zero stands for both bounds.
    """

    low: float
    high: float
    i2_low: float
    i2_high: float
    method: str
    level: float
    empty: bool = False


def q_profile(
    values: Sequence[float], variances: Sequence[float], level: float = 0.95
) -> BetweenInterval | TooFew:
    """The Q-profile interval of tau²."""
    pools = one_row(values, variances)
    return q_profile_of(pools, level)


def q_profile_of(pools: Rows, level: float) -> BetweenInterval | TooFew:
    """As ``q_profile``, of the first row."""
    if pools.k[0] < 2:
        return TooFew("An interval of tau²", 2, int(pools.k[0]))
    low, high, empty = q_profile_many(pools, level)
    return _told(pools, float(low[0]), float(high[0]), "Q-profile", level, bool(empty[0]))


def q_profile_many(pools: Rows, level: float) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Low and high of tau² for each row, and where no tau² fits. Rows need two studies."""
    from scipy.special import chdtri

    df = pools.k - pools.p
    many, few = chdtri(df, (1 - level) / 2), chdtri(df, (1 + level) / 2)
    at_zero = weigh(pools, np.zeros_like(df)).q
    return q_root(pools, many)[0], q_root(pools, few)[0], at_zero < few


def profile_likelihood(
    values: Sequence[float], variances: Sequence[float], method: Method = Method.REML, level: float = 0.95
) -> BetweenInterval | TooFew:
    """The profile-likelihood interval of tau², by the restricted likelihood (REML) or the plain one (ML).

    Raises:
        ValueError: another method, which has no likelihood.
    """
    if method not in (Method.REML, Method.ML):
        raise ValueError(
            f"A likelihood interval belongs to REML or ML, not to {method.value}: ask for the Q-profile."
        )
    pools = one_row(values, variances)
    if pools.k[0] < 2:
        return TooFew("An interval of tau²", 2, int(pools.k[0]))
    low, high = _likely(pools, method, level)
    return _told(pools, low, high, "profile likelihood", level)


def _likely(pools: Rows, method: Method, level: float) -> tuple[float, float]:
    from scipy.optimize import brentq
    from scipy.special import chdtri

    restricted = method is Method.REML
    best = between(pools, method).tau2
    least = log_likelihood(pools, best, restricted)[0] - chdtri(1.0, 1 - level) / 2

    def above(tau2: float) -> float:
        return float(log_likelihood(pools, np.array([tau2]), restricted)[0] - least)

    top, far = float(best[0]), float(best[0] + typical_variance(pools)[0])
    low = 0.0 if above(0.0) >= 0 else float(brentq(above, 0.0, top, xtol=1e-14, rtol=1e-12))
    while above(far) > 0:
        far *= 4
    return low, float(brentq(above, top, far, xtol=1e-14, rtol=1e-12))


def _told(
    pools: Rows, low: float, high: float, method: str, level: float, empty: bool = False
) -> BetweenInterval:
    within = float(typical_variance(pools)[0])
    return BetweenInterval(
        low, high, 100 * low / (low + within), 100 * high / (high + within), method, level, empty
    )
