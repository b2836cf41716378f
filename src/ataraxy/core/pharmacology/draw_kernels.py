"""The normal draws of ``draws`` compiled: the same additions and multiplications in the same order, so the same bits.

Nothing here may be contracted or reordered. Imported only when asked for.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ataraxy.core.pharmacology.normal_quantile import (
    CENTRE,
    CENTRE_SQUARED,
    LN2_HIGH,
    LN2_LOW,
    ROOT_HALF,
    A,
    B,
    C,
    D,
    E,
    F,
)

_ODD = (21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0)


@njit(cache=True, nogil=True)
def horner(c, x):
    return ((((((c[7] * x + c[6]) * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0]


@njit(cache=True, nogil=True)
def log_of(x):
    """``exact_log`` of one normal number."""
    bits = np.float64(x).view(np.int64)
    power = ((bits >> np.int64(52)) & np.int64(0x7FF)) - np.int64(1022)
    mantissa = np.int64((bits & np.int64(0x000F_FFFF_FFFF_FFFF)) | np.int64(0x3FE0_0000_0000_0000)).view(
        np.float64
    )
    if mantissa < ROOT_HALF:
        mantissa = mantissa * 2.0
        power = power - np.int64(1)
    s = (mantissa - 1.0) / (mantissa + 1.0)
    z = s * s
    series = 1.0 / 23.0
    for odd in _ODD:
        series = series * z + 1.0 / odd
    return power * LN2_HIGH + (2.0 * s + (2.0 * s * z * series + power * LN2_LOW))


@njit(cache=True, nogil=True)
def quantile(p):
    """``normal_quantile`` of one share."""
    q = p - 0.5
    if abs(q) <= CENTRE:
        r = CENTRE_SQUARED - q * q
        return q * horner(A, r) / horner(B, r)
    far = np.sqrt(-log_of(p if q < 0.0 else 1.0 - p))
    value = horner(C, far - 1.6) / horner(D, far - 1.6)
    if far > 5.0:
        value = horner(E, far - 5.0) / horner(F, far - 5.0)
    return -value if q < 0.0 else value


@njit(cache=True, nogil=True)
def normals_of(raw, out):
    """Normals (k, N) from raw numbers (N, k or more)."""
    for draw in range(out.shape[0]):
        for person in range(out.shape[1]):
            out[draw, person] = quantile((np.float64(raw[person, draw] >> np.uint64(11)) + 0.5) * 2.0**-53)
