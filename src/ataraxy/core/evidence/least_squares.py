"""The weighted mean (or regression) of each pool with given weights, and what the estimators of tau² take from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ataraxy.core.evidence.pool_rows import FloatArray, Rows


@dataclass(frozen=True, slots=True)
class Fit:
    """Weighted least squares of each row with given weights."""

    w: FloatArray  # (m, k)
    beta: FloatArray  # (m, p)
    cov: FloatArray  # (m, p, p): inverse of X'WX
    residual: FloatArray  # (m, k), zero where there is no study

    @property
    def q(self) -> FloatArray:
        """Weighted sum of squared residuals."""
        return np.asarray((self.w * self.residual**2).sum(-1))


def harmonic_variance(pools: Rows) -> FloatArray:
    """The harmonic mean of the sampling variances."""
    return np.asarray(pools.k / (1.0 / pools.v).sum(-1))


def typical_variance(pools: Rows) -> FloatArray:
    """The sampling variance of a typical study (Higgins & Thompson 2002), beside which I² sets tau²."""
    fit = weigh(pools, np.where(pools.k > pools.p, 0.0, np.nan))
    return np.asarray((pools.k - pools.p) / traces(pools, fit)[0])


def weigh(pools: Rows, tau2: FloatArray | float) -> Fit:
    """The weighted mean (or regression) of each pool with weights 1 / (v + tau²)."""
    return fitted(pools, 1.0 / (pools.v + np.asarray(tau2)[..., None]))


def fitted(pools: Rows, w: FloatArray) -> Fit:
    """As ``weigh``, with the weights given."""
    x, y = pools.design, pools.y
    if x is None:
        total = w.sum(-1)
        mean = (w * y).sum(-1) / total
        residual = (y - mean[:, None]) * pools.here
        return Fit(w, mean[:, None], (1.0 / total)[:, None, None], residual)
    cov = np.linalg.inv(np.einsum("mkp,mk,mkq->mpq", x, w, x))
    beta = np.einsum("mpq,mkq,mk->mp", cov, x, w * y)
    return Fit(w, beta, cov, np.where(pools.here, y - np.einsum("mkp,mp->mk", x, beta), 0.0))


def crossed(pools: Rows, a: FloatArray) -> FloatArray:
    """X' diag(a) X, of shape (m, p, p)."""
    if pools.design is None:
        return np.asarray(a.sum(-1)[:, None, None])
    return np.asarray(np.einsum("mkp,mk,mkq->mpq", pools.design, a, pools.design))


def traces(pools: Rows, fit: Fit, a: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
    """tr(PA) and tr(PAPA) of P = W - WX(X'WX)^-1 X'W and A = diag(a); A = I unless given."""
    if a is None and pools.design is None:
        w2 = fit.w * fit.w
        total, second, third = fit.w.sum(-1), w2.sum(-1), dot(w2, fit.w)
        ratio = second / total
        return total - ratio, second - 2 * third / total + ratio**2
    one = fit.w if a is None else fit.w * np.where(pools.here, a, 0.0)
    first, second = crossed(pools, one * fit.w), crossed(pools, one * one * fit.w)
    turned = fit.cov @ first
    trace = one.sum(-1) - np.trace(turned, axis1=1, axis2=2)
    squared = (one**2).sum(-1) - 2 * np.trace(fit.cov @ second, axis1=1, axis2=2)
    return trace, squared + np.trace(turned @ turned, axis1=1, axis2=2)


def log_likelihood(pools: Rows, tau2: FloatArray, restricted: bool) -> FloatArray:
    """At its own best mean. Restricted: with the constant log|X'X| / 2, as metafor has it."""
    fit = weigh(pools, tau2)
    plain = pools.here.astype(float)
    logs = np.where(pools.here, np.log(np.where(pools.here, fit.w, 1.0)), 0.0).sum(-1)
    n = pools.k - pools.p if restricted else pools.k
    more = (
        (np.linalg.slogdet(fit.cov)[1] + np.linalg.slogdet(crossed(pools, plain))[1]) / 2
        if restricted
        else 0.0
    )
    return np.asarray(-n / 2 * np.log(2 * np.pi) + logs / 2 + more - fit.q / 2)


def dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """The sum of products of each row."""
    return np.asarray((a * b).sum(-1))
