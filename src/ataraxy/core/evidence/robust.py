"""Standard errors that hold though a study's effects are correlated otherwise than the model has it: CR2.

Bias-reduced linearisation with the working covariance as target, and t with Satterthwaite's degrees of freedom.
Sources: Bell & McCaffrey 2002; Tipton 2015, Psychol Methods 20:375-93; Pustejovsky & Tipton 2018,
J Bus Econ Stat 36:672-83 (equation 15; weights are the inverse of the working covariance).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ataraxy.core.evidence.estimate import Estimate
from ataraxy.core.evidence.series import FloatArray, IntArray, inverse
from ataraxy.core.evidence.tails import estimate_of

ENOUGH = 4.0  # below this many degrees of freedom the p value is not to be trusted (Tipton 2015)


@dataclass(frozen=True, slots=True)
class Robust:
    """One coefficient with its cluster-robust error. ``sure`` is False below four degrees of freedom."""

    estimate: Estimate
    sure: bool


def robust(
    x: FloatArray,
    weight: FloatArray,
    residual: FloatArray,
    cluster: IntArray,
    beta: FloatArray,
    level: float,
    contrasts: FloatArray | None = None,
) -> tuple[Robust, ...]:
    """Coefficients of a generalised least squares fit, or sums of them, with CR2 errors.

    Args:
        x: design (n, p).
        weight: (n, n), the inverse of the working covariance; no weight across clusters.
        residual: (n,).
        cluster: (n,) which study each effect is of.
        beta: (p,) coefficients.
        contrasts: (c, p) sums of coefficients that are wanted; each coefficient alone unless given.
    """
    bread = inverse(x.T @ weight @ x)
    working = inverse(weight)
    made = []
    wanted = np.eye(len(beta)) if contrasts is None else contrasts
    meat = np.zeros(len(wanted))
    fitted = bread @ x.T @ weight
    for one in np.unique(cluster):
        here = np.flatnonzero(cluster == one)
        adjusted = _adjusted(x[here], working[np.ix_(here, here)], bread)
        towards = wanted @ bread @ x[here].T @ weight[np.ix_(here, here)] @ adjusted  # (c, n_i)
        meat += (towards @ residual[here]) ** 2
        whole = np.zeros((len(wanted), len(residual)))
        whole[:, here] = towards
        made.append(whole - towards @ x[here] @ fitted)  # (I - H)' brought over
    freedom = _satterthwaite(np.array(made), working)
    errors = np.sqrt(meat)
    return tuple(
        Robust(
            estimate_of(float(b), float(se), level, float(df)) if se > 0 else _no_width(float(b), level),
            df >= ENOUGH,
        )
        for b, se, df in zip(wanted @ beta, errors, freedom, strict=True)
    )


def _no_width(value: float, level: float) -> Estimate:
    """Where every residual is zero to the last digit."""
    return Estimate(value, 0.0, value, value, float(value == 0), None, level)


def _adjusted(x: FloatArray, working: FloatArray, bread: FloatArray) -> FloatArray:
    """The matrix that makes a cluster's squared residuals unbiased under the working covariance."""
    root = np.linalg.cholesky(working).T  # working = root' root
    inside = root @ (working - x @ bread @ x.T) @ root.T
    values, vectors = np.linalg.eigh((inside + inside.T) / 2)
    cut = values > 1e-10 * max(float(np.abs(values).max()), np.finfo(float).tiny)
    powers = np.where(cut, np.where(cut, values, 1.0) ** -0.5, 0.0)
    return np.asarray(root.T @ (vectors * powers) @ vectors.T @ root)


def _satterthwaite(made: FloatArray, working: FloatArray) -> FloatArray:
    """Degrees of freedom of each coefficient: (sum of expectations)² over the sum of squared covariances."""
    freedom = []
    for c in range(made.shape[1]):
        rows = made[:, c, :]  # (m, n)
        gram = rows @ working @ rows.T
        freedom.append(float(np.trace(gram) ** 2 / (gram**2).sum()))
    return np.array(freedom)
