"""Effects and their variances as arrays, checked once, for the models that take one set of studies at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Floats = Sequence[float] | FloatArray


def effects(values: Floats, variances: Floats) -> tuple[FloatArray, FloatArray]:
    """Effects and sampling variances, each of shape (k,), on the scale of analysis.

    Raises:
        ValueError: different lengths, a number that is not finite, a variance that is not above zero.
    """
    y, v = finite(values, "effect"), finite(variances, "variance")
    if y.shape != v.shape:
        raise ValueError(f"{len(y)} effects but {len(v)} variances: give one variance with each effect.")
    if (v <= 0).any():
        raise ValueError("A variance is not above zero: square a standard error, or leave the study out.")
    return y, v


def finite(values: Floats, what: str) -> FloatArray:
    """One row of numbers, none missing.

    Raises:
        ValueError: not one row, or a number that is missing or infinite.
    """
    row = np.asarray(values, dtype=np.float64)
    if row.ndim != 1:
        raise ValueError(f"Each {what} is one number: give a single row, not an array of shape {row.shape}.")
    if not np.isfinite(row).all():
        raise ValueError(f"A {what} is missing or infinite: leave that study out, or correct its numbers.")
    return row


def positive_definite(matrix: FloatArray, what: str) -> FloatArray:
    """A covariance matrix.

    Raises:
        ValueError: it is not square, not symmetric, or no covariance of anything.
    """
    square = np.asarray(matrix, dtype=np.float64)
    if square.ndim != 2 or square.shape[0] != square.shape[1] or not np.isfinite(square).all():
        raise ValueError(
            f"The covariance of {what} is not a square of finite numbers: give one row an effect."
        )
    if not np.allclose(square, square.T, rtol=1e-8, atol=1e-12):
        raise ValueError(f"The covariance of {what} is not symmetric: the two halves must agree.")
    if np.linalg.eigvalsh(square).min() <= 0:
        raise ValueError(
            f"The covariance of {what} is impossible: its effects would be correlated by more than one."
        )
    return square


def inverse(matrix: FloatArray) -> FloatArray:
    """Raises: numpy.linalg.LinAlgError: it is singular."""
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)
