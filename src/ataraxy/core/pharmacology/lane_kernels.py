"""Lanes: people side by side in a compiled loop, a row of numbers for each state or term. Import it only when needed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from ataraxy.core.pharmacology.lanes import JIT, U

W = 64  # people side by side, as in ``kernels``

INLINE: dict[str, Any] = JIT | {"forceinline": True}

LANES = np.uint64(W)


@njit(**INLINE)
def at(k):
    return U(k) * LANES


@njit(**INLINE)
def root4(x):
    return np.sqrt(np.sqrt(x))
