"""A distribution that is a weighted mixture of normals: what is believed of an effect once tau has been averaged."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from ataraxy.core.evidence.series import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """``weights`` (n,) sum to one; ``means`` and ``sds`` (n,) are those of the normals."""

    weights: FloatArray
    means: FloatArray
    sds: FloatArray

    def below(self, x: float) -> float:
        """Probability that it is below ``x``."""
        from scipy.special import ndtr

        return float(self.weights @ ndtr((x - self.means) / self.sds))

    def above(self, x: float) -> float:
        """Probability that it is above ``x``."""
        from scipy.special import ndtr

        return float(self.weights @ ndtr((self.means - x) / self.sds))

    def density(self, x: FloatArray) -> FloatArray:
        """At points of shape (m,), for a picture of it."""
        z = (np.asarray(x, dtype=np.float64)[:, None] - self.means) / self.sds
        return np.asarray(np.exp(-0.5 * z**2) @ (self.weights / self.sds) / np.sqrt(2 * np.pi))

    def quantile(self, p: float) -> float:
        """The number below which it lies with probability ``p``."""
        from scipy.optimize import brentq

        if not 0 < p < 1:
            raise ValueError(
                f"A probability lies between 0 and 1, not {p}: ask for 0.025, 0.5 or 0.975, say."
            )
        low = high = float(np.average(self.means, weights=self.weights))
        step = float(self.sds.min())
        while self.below(low) > p:
            low, step = low - step, step * 2
        step = float(self.sds.min())
        while self.below(high) < p:
            high, step = high + step, step * 2
        return float(brentq(lambda x: self.below(x) - p, low, high, xtol=1e-13, rtol=1e-14))

    @property
    def mean(self) -> float:
        return float(self.weights @ self.means)

    @property
    def sd(self) -> float:
        spread = self.weights @ (self.sds**2 + (self.means - self.mean) ** 2)
        return sqrt(float(spread))
