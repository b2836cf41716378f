"""Gauss and Legendre's nodes and weights, each found once, and where they lie between the knots of a course."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.pharmacology.linear import round_steps

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@cache
def gauss_legendre(count: int) -> tuple[FloatArray, FloatArray]:
    """Nodes on (-1, 1) and their weights, both (count,) and not to be changed."""
    from numpy.polynomial.legendre import leggauss  # only what integrates waits for it

    nodes, weights = leggauss(count)
    nodes.flags.writeable = weights.flags.writeable = False
    return nodes, weights


@dataclass(frozen=True, slots=True)
class Quadrature:
    """Nodes of the slow responses between the knots."""

    knots: FloatArray
    at_min: FloatArray  # of each node, ascending
    weight: FloatArray
    left: IntArray  # which of ``left_min`` remains until the interval's end
    left_min: FloatArray
    keep: IntArray  # which of ``keep_min`` each interval lasts
    keep_min: FloatArray

    def tables(self, moments: FloatArray) -> tuple[Any, ...]:
        """The kernel's tables; which node and which interval's end each moment is, or -1."""
        node = _places(self.at_min, moments)
        knot = _places(self.knots[1:], moments)
        return (self.weight, self.left, self.left_min, self.keep, self.keep_min, node, knot)


def _places(known: FloatArray, moments: FloatArray) -> IntArray:
    if len(known) == 0:
        return np.full(len(moments), -1)
    found = np.minimum(np.searchsorted(known, moments), len(known) - 1)
    return np.where(known[found] == moments, found, -1)


def quadrature_of(knots: FloatArray, nodes: IntArray) -> Quadrature:
    """Gauss-Legendre nodes between the knots, ``nodes`` of them in each interval."""
    return _quadrature(knots.tobytes(), nodes.tobytes())


@lru_cache(maxsize=64)
def _quadrature(knots_: bytes, nodes_: bytes) -> Quadrature:
    knots, nodes = np.frombuffer(knots_), np.frombuffer(nodes_, dtype=np.int64)
    none, empty = np.zeros(0, dtype=np.int64), np.zeros(0)
    if len(nodes) == 0:
        return Quadrature(empty, empty, empty, none, empty, none, empty)
    lengths = round_steps(np.diff(knots))
    ends = np.cumsum(nodes)
    at, weight, left = np.empty(ends[-1]), np.empty(ends[-1]), np.empty(ends[-1])
    for count in np.unique(nodes):
        x, w = gauss_legendre(int(count))
        chosen = np.flatnonzero(nodes == count)
        cells = (ends[chosen] - count)[:, np.newaxis] + np.arange(count)
        half = 0.5 * lengths[chosen][:, np.newaxis]
        at[cells] = knots[chosen][:, np.newaxis] + half * (1.0 + x)
        weight[cells] = half * w
        left[cells] = half * (1.0 - x)
    left_min, left_index = np.unique(left, return_inverse=True)
    keep_min, keep_index = np.unique(lengths, return_inverse=True)
    return Quadrature(knots, at, weight, left_index, left_min, keep_index, keep_min)
