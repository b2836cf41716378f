"""Where to draw effects from: a mixture of Student's t around what is likely, and the prior to be safe."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.pharmacology.people import FloatArray
from ataraxy.core.pharmacology.prior import Prior

FREEDOM = 6.0  # heavier tails than the posterior's own, so that no draw weighs without limit
PRIOR_SHARE = 0.1  # no weight exceeds ten times the likelihood


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """A Student's t in d dimensions (``freedom`` infinity: normal): ``share`` of the draws come from it."""

    centre: FloatArray
    root: NDArray[np.floating[Any]]  # lower triangle of its scale matrix
    freedom: float
    share: float

    def draw(self, white: FloatArray, generator: np.random.Generator) -> FloatArray:
        """Draws (d, n) from as many standard normals."""
        away: FloatArray = self.root @ white
        if math.isfinite(self.freedom):
            away *= np.sqrt(self.freedom / generator.chisquare(self.freedom, white.shape[1]))
        away += self.centre[:, np.newaxis]
        return away

    def log_density(self, etas: FloatArray) -> FloatArray:
        """(lanes, d) -> (lanes,), constants included, without the share."""
        white = self.unroot @ (etas.T - self.centre[:, np.newaxis])
        white *= white
        distance: FloatArray = white.sum(axis=0)
        if not math.isfinite(self.freedom):
            return self.constant - 0.5 * distance
        tail: FloatArray = (self.freedom + len(self.centre)) / 2 * np.log1p(distance / self.freedom)
        return self.constant - tail

    @property
    def unroot(self) -> FloatArray:
        """What makes standard normals of draws."""
        return _unroot(self)

    @property
    def constant(self) -> float:
        """The log density at the centre."""
        size = len(self.centre)
        constant = -float(np.log(np.diag(self.root)).sum())
        if not math.isfinite(self.freedom):
            return constant - 0.5 * size * math.log(2 * math.pi)
        constant += math.lgamma((self.freedom + size) / 2) - math.lgamma(self.freedom / 2)
        return constant - 0.5 * size * math.log(self.freedom * math.pi)


@lru_cache(maxsize=64)
def _unroot(kernel: Kernel) -> FloatArray:
    return np.linalg.inv(kernel.root).astype(np.float64)


def around(centre: FloatArray, covariance: FloatArray, share: float, *, freedom: float = FREEDOM) -> Kernel:
    """A kernel at ``centre``, as wide as ``covariance``."""
    return Kernel(centre, np.linalg.cholesky(covariance), freedom, share)


@lru_cache(maxsize=32)
def whole_prior(prior: Prior, share: float) -> Kernel:
    """The prior itself as a kernel."""
    return around(np.zeros(len(prior)), prior.covariance, share, freedom=math.inf)


def draw_from(kernels: Sequence[Kernel], count: int, generator: np.random.Generator) -> FloatArray:
    """``count`` draws (count, d) of the mixture, each kernel giving its share of them to the nearest whole one.

    The draws of an effect lie together.
    """
    edges = [0, *np.rint(np.cumsum([kernel.share for kernel in kernels]) * count).astype(int)]
    white = generator.standard_normal((len(kernels[0].centre), count))
    etas = np.empty_like(white)
    for kernel, (first, last) in zip(kernels, pairwise(edges), strict=True):
        etas[:, first:last] = kernel.draw(white[:, first:last], generator)
    return etas.T


def mixture_log_density(kernels: Sequence[Kernel], etas: FloatArray) -> FloatArray:
    """(lanes, d) -> (lanes,): log density of the mixture; shares need not sum to one."""
    parts = np.stack([kernel.log_density(etas) + math.log(kernel.share) for kernel in kernels])
    highest = parts.max(axis=0)
    parts -= highest
    found: FloatArray = highest + np.log(np.exp(parts, out=parts).sum(axis=0))
    return found


def moments(etas: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weighted mean (d,) and covariance (d, d)."""
    mean = weights @ etas
    away = etas - mean
    return mean, (away * weights[:, np.newaxis]).T @ away
