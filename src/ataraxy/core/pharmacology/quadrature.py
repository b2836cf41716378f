"""Gauss and Legendre's nodes and weights, each found once."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@cache
def gauss_legendre(count: int) -> tuple[FloatArray, FloatArray]:
    """Nodes on (-1, 1) and their weights, both (count,) and not to be changed."""
    from numpy.polynomial.legendre import leggauss  # only what integrates waits for it

    nodes, weights = leggauss(count)
    nodes.flags.writeable = weights.flags.writeable = False
    return nodes, weights
