"""What is known of a person before anything was seen: how people of the model differ, and days within them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.people import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """Random effects (etas) with mean zero: ``names`` (d,), ``covariance`` (d, d).

    Raises:
        InputRefused: no effect at all, a wrong shape, or a matrix that is no covariance.
    """

    names: tuple[str, ...]
    covariance: FloatArray

    def __post_init__(self) -> None:
        matrix = self.covariance
        if not self.names:
            raise InputRefused(
                "This model says nothing of how people differ.",
                "Choose a model with between-person variability to individualise.",
                "model",
            )
        if matrix.shape != (len(self.names), len(self.names)) or not np.all(np.isfinite(matrix)):
            raise InputRefused(
                f"The covariance of {len(self.names)} effects has shape {matrix.shape} or holds no numbers.",
                "Give one finite row and column an effect.",
                "covariance",
            )
        if not np.allclose(matrix, matrix.T, rtol=1e-12, atol=0) or np.linalg.eigvalsh(matrix)[0] <= 0:
            raise InputRefused(
                "The covariance of the effects is not symmetric and positive definite.",
                "Leave out effects that do not vary; check the covariances against their variances.",
                "covariance",
            )

    def __len__(self) -> int:
        return len(self.names)

    @property
    def sd(self) -> FloatArray:
        return _worked_out(self).sd

    @property
    def precision(self) -> FloatArray:
        return _worked_out(self).precision

    @property
    def precision_in_sd(self) -> FloatArray:
        """The precision of effects told in their own prior SDs."""
        return _worked_out(self).precision_in_sd

    @property
    def log_constant(self) -> float:
        """Minus twice the log density at zero."""
        return _worked_out(self).constant

    def log_density(self, etas: FloatArray) -> FloatArray:
        """(lanes, d) -> (lanes,), all constants included."""
        known = _worked_out(self)
        white = known.whiten @ etas.T
        white *= white
        distance: FloatArray = white.sum(axis=0)
        return -0.5 * (distance + known.constant)

    def draw(self, count: int, generator: np.random.Generator) -> FloatArray:
        """(count, d) from the prior."""
        return generator.standard_normal((count, len(self))) @ np.linalg.cholesky(self.covariance).T


class _WorkedOut(NamedTuple):
    """What follows from a covariance; asked at every step of every search."""

    sd: FloatArray
    precision: FloatArray
    precision_in_sd: FloatArray
    whiten: FloatArray
    constant: float


@lru_cache(maxsize=32)
def _worked_out(prior: Prior) -> _WorkedOut:
    _, log_volume = np.linalg.slogdet(prior.covariance)
    sd = np.sqrt(np.diag(prior.covariance))
    precision: FloatArray = np.linalg.inv(prior.covariance).astype(np.float64)
    return _WorkedOut(
        sd,
        precision,
        precision * np.outer(sd, sd),
        np.linalg.inv(np.linalg.cholesky(prior.covariance)),
        float(log_volume) + len(prior) * math.log(2 * math.pi),
    )
