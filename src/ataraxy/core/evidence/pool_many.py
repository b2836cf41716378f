"""Thousands of pools at once, in arrays: pooled effects with their intervals, Q, I² and tau².

``pool.py`` answers for one question, with words. Definitions follow metafor (Viechtbauer 2010) where programs differ: I²
and H² of a random-effects pool come from tau² and the typical sampling variance, those of a common-effect pool from Q.
Sources: Hartung & Knapp 2001 and Sidik & Jonkman 2002 (the interval); Rover, Knapp & Friede 2015 (its bound);
Higgins & Thompson 2002 (I², H²).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from ataraxy.core.evidence.between import Method, between
from ataraxy.core.evidence.estimate import Estimate
from ataraxy.core.evidence.pool_rows import Between, BoolArray, FloatArray, Rows, rows
from ataraxy.core.evidence.student import p_of_t, reach_of_t
from ataraxy.core.evidence.weighted_sums import Sums, sums


class Inference(StrEnum):
    """How sure the pooled effect is."""

    WALD = "wald"  # as if tau² were known: too narrow with few studies
    HARTUNG_KNAPP = "hartung-knapp"
    BOUNDED = "hartung-knapp-bounded"  # never narrower than Wald's standard error: the factor is at least 1

    @property
    def words(self) -> str:
        return INFERENCE_WORDS[self]


INFERENCE_WORDS = {
    Inference.WALD: "interval by the normal distribution (Wald)",
    Inference.HARTUNG_KNAPP: "interval by Hartung and Knapp, t with k - 1 degrees of freedom",
    Inference.BOUNDED: "interval by Hartung and Knapp, never with a smaller standard error than Wald's",
}


@dataclass(frozen=True, slots=True)
class Pools:
    """Many pools; every field of shape (m,), NaN where fewer than two studies are."""

    method: Method
    inference: Inference
    level: float
    k: FloatArray
    value: FloatArray
    se: FloatArray
    low: FloatArray
    high: FloatArray
    p: FloatArray
    tau2: FloatArray
    tau2_se: FloatArray
    q: FloatArray
    i2: FloatArray
    h2: FloatArray
    factor: FloatArray  # by which Hartung-Knapp multiplies Wald's variance; 1 for Wald
    converged: BoolArray

    def estimate(self, row: int) -> Estimate:
        """The pooled effect of one row."""
        df = None if self.inference is Inference.WALD else float(self.k[row] - 1)
        value, se, low, high, p = (
            float(field[row]) for field in (self.value, self.se, self.low, self.high, self.p)
        )
        return Estimate(value, se, low, high, p, df, self.level)

    @property
    def q_p(self) -> FloatArray:
        """How often chance alone makes Q as large."""
        from scipy.special import chdtrc

        return np.asarray(chdtrc(self.k - 1, self.q))


def pool_many(
    values: ArrayLike,
    variances: ArrayLike,
    method: Method = Method.REML,
    inference: Inference = Inference.HARTUNG_KNAPP,
    level: float = 0.95,
) -> Pools:
    """Many pools at once: rows of effects and sampling variances, (m, k), NaN where there is no study.

    Raises:
        ValueError: impossible input (see ``rows``), or Hartung-Knapp asked of a common effect.
    """
    check(method, inference, level)
    return pooled(rows(np.asarray(values, float), np.asarray(variances, float)), method, inference, level)


def pooled(pools: Rows, method: Method, inference: Inference, level: float) -> Pools:
    """As ``pool_many``, of checked rows."""
    found = between(pools, method)
    with np.errstate(invalid="ignore", divide="ignore"):
        many = np.where(pools.k > 1, 1.0, np.nan)
        fit, plain = sums(pools, many * found.tau2), sums(pools, 0.0 * many)
        factor = _factor(pools, fit, inference)
        se = np.sqrt(factor / fit.total)
        low, high, p = interval(fit.mean, se, None if inference is Inference.WALD else pools.k - 1, level)
        i2, h2 = _heterogeneity(pools, found, plain, method)
    return Pools(
        method, inference, level, pools.k, fit.mean, se, low, high, p,
        found.tau2, found.se, plain.q, i2, h2, factor, found.converged,
    )  # fmt: skip


def check(method: Method, inference: Inference, level: float) -> None:
    """Refuse what cannot be asked.

    Raises:
        ValueError: Hartung-Knapp asked of a common effect, a level that cannot be.
    """
    if method is Method.COMMON and inference is not Inference.WALD:
        raise ValueError(
            "Hartung and Knapp's interval is made for random effects: ask for Wald's, or another method."
        )
    if not 0 < level < 1:
        raise ValueError(f"The level of an interval lies between 0 and 1, for example 0.95; it was {level}.")


def _factor(pools: Rows, fit: Sums, inference: Inference) -> FloatArray:
    if inference is Inference.WALD:
        return np.ones_like(pools.k)
    factor = fit.q / (pools.k - 1)
    return np.maximum(factor, 1.0) if inference is Inference.BOUNDED else factor


def interval(
    value: FloatArray, se: FloatArray, df: FloatArray | None, level: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Low, high and the two-sided p value, by the normal or by t with ``df`` degrees of freedom."""
    from scipy.special import ndtr, ndtri

    with np.errstate(invalid="ignore", divide="ignore"):
        away = np.abs(np.where(value == 0, 0.0, value / se))
        if df is None:
            reach, p = ndtri(0.5 + level / 2) * se, 2 * ndtr(-away)
        else:
            reach, p = reach_of_t(df, level) * se, p_of_t(away, df)
    return value - reach, value + reach, np.where(np.isnan(se), np.nan, p)


def _heterogeneity(pools: Rows, found: Between, plain: Sums, method: Method) -> tuple[FloatArray, FloatArray]:
    """I² in % and H²."""
    df, q = pools.k - 1, plain.q
    if method is Method.COMMON:
        i2 = np.where(q > 0, np.maximum(0.0, 100 * (q - df) / np.where(q > 0, q, 1.0)), 0.0)
        return np.where(np.isnan(q), np.nan, i2), q / df
    typical = df / plain.trace
    return 100 * found.tau2 / (typical + found.tau2), found.tau2 / typical + 1
