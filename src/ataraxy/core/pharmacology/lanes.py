"""Side by side in vector lanes: rows of people, and the few operations every compiled kernel is made of.

Every table is one flat array, and every index into it an unsigned number: then no index can be negative, no view is
counted, and the loops over lanes become vector code. ``at(k)`` is where row k begins.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm
import numpy as np
from numba import njit
from numba.core import config

MOST_LANES = 256  # people a row has room for
ROW = MOST_LANES + 8  # a row's stride: rows a power of two apart would fight for the same lines of the cache
U = np.uint64
STRIDE = np.uint64(ROW)

LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10

JIT: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract"},
    "_nrt": False,
}


def _whole_registers() -> None:
    """Let the compiler use 512-bit registers where the machine has them; it keeps to half of them by itself."""
    features = llvm.get_host_cpu_features()
    settings: Any = (
        config  # numba reads its settings from the environment when it is imported; a user's own stay
    )
    if features.get("avx512f") and not settings.CPU_FEATURES and not settings.CPU_NAME:
        settings.CPU_NAME = llvm.get_host_cpu_name()
        settings.CPU_FEATURES = f"{features.flatten()},-prefer-256-bit"


_whole_registers()


@njit(inline="always", **JIT)
def at(k):
    return U(k) * STRIDE


@njit(inline="always", **JIT)
def vexp(x):
    """exp(x) without a branch or a call, so that a loop of it becomes vector instructions; 1 ulp or two."""
    x = min(max(x, -708.0), 709.0)
    k = np.floor(x * 1.4426950408889634 + 0.5)
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    p = 1.6059043836821613e-10
    p = p * r + 2.08767569878681e-09
    p = p * r + 2.505210838544172e-08
    p = p * r + 2.7557319223985893e-07
    p = p * r + 2.755731922398589e-06
    p = p * r + 2.48015873015873e-05
    p = p * r + 0.0001984126984126984
    p = p * r + 0.001388888888888889
    p = p * r + 0.008333333333333333
    p = p * r + 0.041666666666666664
    p = p * r + 0.16666666666666666
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    scale = np.int64(k) + np.int64(1023)
    return p * np.int64(scale << np.int64(52)).view(np.float64)


@njit(inline="always", **JIT)
def vlog(x):
    """log(x) of a positive normal number, likewise."""
    bits = np.float64(x).view(np.int64)
    k = (bits - np.int64(0x3FE6A09E667F3BCD)) >> np.int64(52)
    m = np.int64(bits - (k << np.int64(52))).view(np.float64)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    p = 1.0 / 21.0
    p = p * z + 1.0 / 19.0
    p = p * z + 1.0 / 17.0
    p = p * z + 1.0 / 15.0
    p = p * z + 1.0 / 13.0
    p = p * z + 1.0 / 11.0
    p = p * z + 1.0 / 9.0
    p = p * z + 1.0 / 7.0
    p = p * z + 1.0 / 5.0
    p = p * z + 1.0 / 3.0
    return np.float64(k) * LN2_HIGH + (2.0 * s + (2.0 * s * z * p + np.float64(k) * LN2_LOW))


@njit(**JIT)
def fill(to, t, value, lanes):
    for i in range(lanes):
        to[t + i] = value


@njit(**JIT)
def copy(to, t, x, a, lanes):
    for i in range(lanes):
        to[t + i] = x[a + i]


@njit(**JIT)
def copy_rows(to, t, x, first, people, rows, lanes):
    """A block of a table (rows, people), told flat from element ``first`` on, into consecutive rows from t."""
    for r in range(U(rows)):
        copy(to, t + r * STRIDE, x, first + r * U(people), lanes)


@njit(**JIT)
def add_product(to, t, x, a, y, b, lanes):
    """Row t += row a of x times row b of y."""
    for i in range(lanes):
        to[t + i] += x[a + i] * y[b + i]


@njit(**JIT)
def scaled(to, t, x, a, d, k, lanes):
    """Row t = row a of x times row k of d."""
    for i in range(lanes):
        to[t + i] = x[a + i] * d[k + i]


@njit(**JIT)
def divided(to, t, x, a, d, k, lanes):
    """Row t = row a of x over row k of d."""
    for i in range(lanes):
        to[t + i] = x[a + i] / d[k + i]
