"""Many pools of studies side by side: what is given of each, and the between-study variance found for it.

A pool is a row: effects ``y`` and sampling variances ``v`` of shape (m, k), NaN where a pool has fewer studies than
the widest. ``design`` (m, k, p) is for meta-regression; without it, there is a mean alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rows:
    """Pools as rows. ``v`` is infinite and ``y`` zero where there is no study, so that its weight is zero."""

    y: FloatArray  # (m, k)
    v: FloatArray  # (m, k)
    here: BoolArray  # (m, k)
    k: FloatArray  # (m,) studies in each
    design: FloatArray | None = None  # (m, k, p), zero where there is no study

    @property
    def p(self) -> int:
        return 1 if self.design is None else self.design.shape[2]

    @property
    def flat(self) -> tuple[FloatArray, FloatArray]:
        """Effects and variances as compiled code takes them: every pool's first study, then every second one."""
        return self.y.ravel(order="F"), self.v.ravel(order="F")

    def only(self, which: NDArray[Any]) -> Rows:
        """The pools chosen by a mask or by positions."""
        design = None if self.design is None else self.design[which]
        y, v, here = (np.asfortranarray(a[which]) for a in (self.y, self.v, self.here))
        return Rows(y, v, here, self.k[which], design)


@dataclass(frozen=True, slots=True)
class Between:
    """tau² of each pool; its standard error; whether the search ended, and after how many steps."""

    tau2: FloatArray
    se: FloatArray
    converged: BoolArray
    steps: NDArray[np.int64]

    @classmethod
    def at_once(cls, tau2: FloatArray, se: FloatArray) -> Between:
        """Of an estimator that needs no search; cut at zero."""
        return cls(np.maximum(tau2, 0.0), se, np.ones(len(tau2), bool), np.zeros(len(tau2), np.int64))


def rows(values: FloatArray, variances: FloatArray, design: FloatArray | None = None) -> Rows:
    """Checked pools from arrays of shape (m, k).

    NaN in both arrays: no study there. An infinite variance: a study without information, left out likewise.

    Raises:
        ValueError: a variance at or below zero, an infinite effect, a NaN in one array only, unequal shapes.
    """
    y, v = np.atleast_2d(np.asarray(values, float)), np.atleast_2d(np.asarray(variances, float))
    if y.shape != v.shape or y.ndim != 2:
        raise ValueError(
            f"Effects {y.shape} and variances {v.shape} differ in shape: give one variance an effect."
        )
    if (np.isnan(y) != np.isnan(v)).any():
        raise ValueError("An effect without its variance, or the reverse: give both, or leave the study out.")
    if np.isinf(y).any():
        raise ValueError("An effect is infinite: correct the zero cells of its table first.")
    if (v <= 0).any():
        raise ValueError(
            "A sampling variance is zero or negative: it is the square of a standard error above zero."
        )
    here = np.isfinite(v)
    # Column by column in memory: sums over the few studies of many pools then run over whole columns.
    y, v, here = (np.asfortranarray(a) for a in (np.where(here, y, 0.0), np.where(here, v, np.inf), here))
    if design is not None:
        design = np.where(here[..., None], np.broadcast_to(design, (*y.shape, design.shape[-1])), 0.0)
    return Rows(y, v, here, here.sum(-1).astype(float), design)


def one_row(values: Sequence[float], variances: Sequence[float], design: FloatArray | None = None) -> Rows:
    """One checked pool; ``design`` (k, p).

    Raises:
        ValueError: as ``rows``, or a number is missing.
    """
    if len(values) != len(variances):
        raise ValueError(
            f"{len(values)} effects and {len(variances)} variances: give one variance an effect."
        )
    y, v = np.asarray(values, float), np.asarray(variances, float)
    if np.isnan(y).any() or np.isnan(v).any():
        raise ValueError("An effect or its variance is not a number: leave a study without numbers out.")
    return rows(y[None, :], v[None, :], None if design is None else design[None, :, :])
