"""Lanes: people side by side in a compiled loop, a row of numbers for each state or term. Import it only when needed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

W = 64  # people side by side, as in ``kernels``

JIT: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract"},
    "_nrt": False,
}
INLINE: dict[str, Any] = JIT | {"forceinline": True}

U = np.uint64
LANES = np.uint64(W)


@njit(**INLINE)
def at(k):
    return U(k) * LANES


@njit(**INLINE)
def root4(x):
    return np.sqrt(np.sqrt(x))
