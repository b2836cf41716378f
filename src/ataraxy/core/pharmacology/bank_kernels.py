"""Banks of modes: a reading is a sum of decays, told at one minute or at four equal steps at once.

One small loop for each count of modes: the sums stay in registers, and only what is told is written.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ataraxy.core.pharmacology.lanes import JIT, STRIDE, at

S2 = np.uint64(2) * STRIDE
S3 = np.uint64(3) * STRIDE
S4 = np.uint64(4) * STRIDE


@njit(**JIT)
def set_1(out, o, y, k, floor, lanes):
    for i in range(lanes):
        out[o + i] = max(y[k + i], floor)


@njit(**JIT)
def set_2(out, o, y, k, floor, lanes):
    for i in range(lanes):
        out[o + i] = max(y[k + i] + y[k + STRIDE + i], floor)


@njit(**JIT)
def set_3(out, o, y, k, floor, lanes):
    for i in range(lanes):
        out[o + i] = max(y[k + i] + y[k + STRIDE + i] + y[k + S2 + i], floor)


@njit(**JIT)
def set_4(out, o, y, k, floor, lanes):
    for i in range(lanes):
        out[o + i] = max(y[k + i] + y[k + STRIDE + i] + y[k + S2 + i] + y[k + S3 + i], floor)


@njit(**JIT)
def more_1(out, o, y, k, floor, lanes):
    for i in range(lanes):
        out[o + i] = max(out[o + i] + y[k + i], floor)


@njit(**JIT)
def more_2(out, o, y, k, floor, lanes):
    for i in range(lanes):
        out[o + i] = max(out[o + i] + y[k + i] + y[k + STRIDE + i], floor)


@njit(**JIT)
def more_3(out, o, y, k, floor, lanes):
    for i in range(lanes):
        out[o + i] = max(out[o + i] + y[k + i] + y[k + STRIDE + i] + y[k + S2 + i], floor)


@njit(**JIT)
def more_4(out, o, y, k, floor, lanes):
    for i in range(lanes):
        out[o + i] = max(out[o + i] + y[k + i] + y[k + STRIDE + i] + y[k + S2 + i] + y[k + S3 + i], floor)


@njit(**JIT)
def four_set_1(out, o, apart, y, k, e, j, floor, lanes):
    o1 = o + apart
    o2 = o1 + apart
    o3 = o2 + apart
    for i in range(lanes):
        a = y[k + i]
        ea = e[j + i]
        a = a * ea
        out[o + i] = max(a, floor)
        a = a * ea
        out[o1 + i] = max(a, floor)
        a = a * ea
        out[o2 + i] = max(a, floor)
        a = a * ea
        out[o3 + i] = max(a, floor)
        y[k + i] = a


@njit(**JIT)
def four_set_2(out, o, apart, y, k, e, j, floor, lanes):
    o1 = o + apart
    o2 = o1 + apart
    o3 = o2 + apart
    for i in range(lanes):
        a, b = y[k + i], y[k + STRIDE + i]
        ea, eb = e[j + i], e[j + STRIDE + i]
        a, b = a * ea, b * eb
        out[o + i] = max(a + b, floor)
        a, b = a * ea, b * eb
        out[o1 + i] = max(a + b, floor)
        a, b = a * ea, b * eb
        out[o2 + i] = max(a + b, floor)
        a, b = a * ea, b * eb
        out[o3 + i] = max(a + b, floor)
        y[k + i], y[k + STRIDE + i] = a, b


@njit(**JIT)
def four_set_3(out, o, apart, y, k, e, j, floor, lanes):
    o1 = o + apart
    o2 = o1 + apart
    o3 = o2 + apart
    for i in range(lanes):
        a, b, c = y[k + i], y[k + STRIDE + i], y[k + S2 + i]
        ea, eb, ec = e[j + i], e[j + STRIDE + i], e[j + S2 + i]
        a, b, c = a * ea, b * eb, c * ec
        out[o + i] = max(a + b + c, floor)
        a, b, c = a * ea, b * eb, c * ec
        out[o1 + i] = max(a + b + c, floor)
        a, b, c = a * ea, b * eb, c * ec
        out[o2 + i] = max(a + b + c, floor)
        a, b, c = a * ea, b * eb, c * ec
        out[o3 + i] = max(a + b + c, floor)
        y[k + i], y[k + STRIDE + i], y[k + S2 + i] = a, b, c


@njit(**JIT)
def four_set_4(out, o, apart, y, k, e, j, floor, lanes):
    o1 = o + apart
    o2 = o1 + apart
    o3 = o2 + apart
    for i in range(lanes):
        a, b, c, d = y[k + i], y[k + STRIDE + i], y[k + S2 + i], y[k + S3 + i]
        ea, eb, ec, ed = e[j + i], e[j + STRIDE + i], e[j + S2 + i], e[j + S3 + i]
        a, b, c, d = a * ea, b * eb, c * ec, d * ed
        out[o + i] = max((a + b) + (c + d), floor)
        a, b, c, d = a * ea, b * eb, c * ec, d * ed
        out[o1 + i] = max((a + b) + (c + d), floor)
        a, b, c, d = a * ea, b * eb, c * ec, d * ed
        out[o2 + i] = max((a + b) + (c + d), floor)
        a, b, c, d = a * ea, b * eb, c * ec, d * ed
        out[o3 + i] = max((a + b) + (c + d), floor)
        y[k + i], y[k + STRIDE + i], y[k + S2 + i], y[k + S3 + i] = a, b, c, d


@njit(**JIT)
def four_more_1(out, o, apart, y, k, e, j, floor, lanes):
    o1 = o + apart
    o2 = o1 + apart
    o3 = o2 + apart
    for i in range(lanes):
        a = y[k + i]
        ea = e[j + i]
        a = a * ea
        out[o + i] = max(out[o + i] + a, floor)
        a = a * ea
        out[o1 + i] = max(out[o1 + i] + a, floor)
        a = a * ea
        out[o2 + i] = max(out[o2 + i] + a, floor)
        a = a * ea
        out[o3 + i] = max(out[o3 + i] + a, floor)
        y[k + i] = a


@njit(**JIT)
def four_more_2(out, o, apart, y, k, e, j, floor, lanes):
    o1 = o + apart
    o2 = o1 + apart
    o3 = o2 + apart
    for i in range(lanes):
        a, b = y[k + i], y[k + STRIDE + i]
        ea, eb = e[j + i], e[j + STRIDE + i]
        a, b = a * ea, b * eb
        out[o + i] = max(out[o + i] + (a + b), floor)
        a, b = a * ea, b * eb
        out[o1 + i] = max(out[o1 + i] + (a + b), floor)
        a, b = a * ea, b * eb
        out[o2 + i] = max(out[o2 + i] + (a + b), floor)
        a, b = a * ea, b * eb
        out[o3 + i] = max(out[o3 + i] + (a + b), floor)
        y[k + i], y[k + STRIDE + i] = a, b


@njit(**JIT)
def four_more_3(out, o, apart, y, k, e, j, floor, lanes):
    o1 = o + apart
    o2 = o1 + apart
    o3 = o2 + apart
    for i in range(lanes):
        a, b, c = y[k + i], y[k + STRIDE + i], y[k + S2 + i]
        ea, eb, ec = e[j + i], e[j + STRIDE + i], e[j + S2 + i]
        a, b, c = a * ea, b * eb, c * ec
        out[o + i] = max(out[o + i] + (a + b + c), floor)
        a, b, c = a * ea, b * eb, c * ec
        out[o1 + i] = max(out[o1 + i] + (a + b + c), floor)
        a, b, c = a * ea, b * eb, c * ec
        out[o2 + i] = max(out[o2 + i] + (a + b + c), floor)
        a, b, c = a * ea, b * eb, c * ec
        out[o3 + i] = max(out[o3 + i] + (a + b + c), floor)
        y[k + i], y[k + STRIDE + i], y[k + S2 + i] = a, b, c


@njit(**JIT)
def four_more_4(out, o, apart, y, k, e, j, floor, lanes):
    o1 = o + apart
    o2 = o1 + apart
    o3 = o2 + apart
    for i in range(lanes):
        a, b, c, d = y[k + i], y[k + STRIDE + i], y[k + S2 + i], y[k + S3 + i]
        ea, eb, ec, ed = e[j + i], e[j + STRIDE + i], e[j + S2 + i], e[j + S3 + i]
        a, b, c, d = a * ea, b * eb, c * ec, d * ed
        out[o + i] = max(out[o + i] + ((a + b) + (c + d)), floor)
        a, b, c, d = a * ea, b * eb, c * ec, d * ed
        out[o1 + i] = max(out[o1 + i] + ((a + b) + (c + d)), floor)
        a, b, c, d = a * ea, b * eb, c * ec, d * ed
        out[o2 + i] = max(out[o2 + i] + ((a + b) + (c + d)), floor)
        a, b, c, d = a * ea, b * eb, c * ec, d * ed
        out[o3 + i] = max(out[o3 + i] + ((a + b) + (c + d)), floor)
        y[k + i], y[k + STRIDE + i], y[k + S2 + i], y[k + S3 + i] = a, b, c, d


@njit(forceinline=True, **JIT)
def summed(out, o, y, first, last, floor, lanes):
    """Row o of ``out``: the sum of rows first to last of ``y``, not below the floor."""
    left, k = last - first, at(first)
    floor_here = floor if left <= 4 else -np.inf
    if left >= 4:
        set_4(out, o, y, k, floor_here, lanes)
    elif left == 3:
        set_3(out, o, y, k, floor_here, lanes)
    elif left == 2:
        set_2(out, o, y, k, floor_here, lanes)
    else:
        set_1(out, o, y, k, floor_here, lanes)
    left -= 4
    while left > 0:
        k += S4
        floor_here = floor if left <= 4 else -np.inf
        if left >= 4:
            more_4(out, o, y, k, floor_here, lanes)
        elif left == 3:
            more_3(out, o, y, k, floor_here, lanes)
        elif left == 2:
            more_2(out, o, y, k, floor_here, lanes)
        else:
            more_1(out, o, y, k, floor_here, lanes)
        left -= 4


@njit(forceinline=True, **JIT)
def four_steps(out, o, apart, y, first, last, e, e0, floor, lanes):
    """Four equal steps of rows first to last of ``y``; the sums of each into rows o, o + apart, ... of ``out``."""
    left, k = last - first, at(first)
    j = e0 + k
    floor_here = floor if left <= 4 else -np.inf
    if left >= 4:
        four_set_4(out, o, apart, y, k, e, j, floor_here, lanes)
    elif left == 3:
        four_set_3(out, o, apart, y, k, e, j, floor_here, lanes)
    elif left == 2:
        four_set_2(out, o, apart, y, k, e, j, floor_here, lanes)
    else:
        four_set_1(out, o, apart, y, k, e, j, floor_here, lanes)
    left -= 4
    while left > 0:
        k += S4
        j += S4
        floor_here = floor if left <= 4 else -np.inf
        if left >= 4:
            four_more_4(out, o, apart, y, k, e, j, floor_here, lanes)
        elif left == 3:
            four_more_3(out, o, apart, y, k, e, j, floor_here, lanes)
        elif left == 2:
            four_more_2(out, o, apart, y, k, e, j, floor_here, lanes)
        else:
            four_more_1(out, o, apart, y, k, e, j, floor_here, lanes)
        left -= 4


@njit(**JIT)
def stepped(y, e, e0, first, last, lanes):
    """One step of rows first to last while nothing runs."""
    for r in range(first, last):
        k = at(r)
        j = e0 + k
        for i in range(lanes):
            y[k + i] *= e[j + i]


@njit(**JIT)
def stepped_fed(y, e, g, e0, push, rows, lanes):
    """One step of every mode while something runs: ``push`` a minute, of which ``g`` is left."""
    for r in range(rows):
        k = at(r)
        j = e0 + k
        for i in range(lanes):
            y[k + i] = y[k + i] * e[j + i] + push[k + i] * g[j + i]


@njit(**JIT)
def later_set_1(out, y, k, e, j, lanes):
    for i in range(lanes):
        out[i] = y[k + i] * e[j + i]


@njit(**JIT)
def later_set_2(out, y, k, e, j, lanes):
    for i in range(lanes):
        out[i] = y[k + i] * e[j + i] + y[k + STRIDE + i] * e[j + STRIDE + i]


@njit(**JIT)
def later_set_3(out, y, k, e, j, lanes):
    for i in range(lanes):
        out[i] = y[k + i] * e[j + i] + y[k + STRIDE + i] * e[j + STRIDE + i] + y[k + S2 + i] * e[j + S2 + i]


@njit(**JIT)
def later_set_4(out, y, k, e, j, lanes):
    for i in range(lanes):
        out[i] = (y[k + i] * e[j + i] + y[k + STRIDE + i] * e[j + STRIDE + i]) + (
            y[k + S2 + i] * e[j + S2 + i] + y[k + S3 + i] * e[j + S3 + i]
        )


@njit(**JIT)
def later_more_1(out, y, k, e, j, lanes):
    for i in range(lanes):
        out[i] = out[i] + y[k + i] * e[j + i]


@njit(**JIT)
def later_more_2(out, y, k, e, j, lanes):
    for i in range(lanes):
        out[i] = out[i] + y[k + i] * e[j + i] + y[k + STRIDE + i] * e[j + STRIDE + i]


@njit(**JIT)
def later_more_3(out, y, k, e, j, lanes):
    for i in range(lanes):
        out[i] = (
            out[i]
            + y[k + i] * e[j + i]
            + y[k + STRIDE + i] * e[j + STRIDE + i]
            + y[k + S2 + i] * e[j + S2 + i]
        )


@njit(**JIT)
def later_more_4(out, y, k, e, j, lanes):
    for i in range(lanes):
        out[i] = (
            out[i]
            + (y[k + i] * e[j + i] + y[k + STRIDE + i] * e[j + STRIDE + i])
            + (y[k + S2 + i] * e[j + S2 + i] + y[k + S3 + i] * e[j + S3 + i])
        )


@njit(forceinline=True, **JIT)
def later(out, y, first, last, e, j, more, lanes):
    """The sum of rows first to last of ``y``, each times its row of ``e`` from j on; added to ``out`` if ``more``."""
    left, k = last - first, at(first)
    while left > 0:
        if more:
            if left >= 4:
                later_more_4(out, y, k, e, j, lanes)
            elif left == 3:
                later_more_3(out, y, k, e, j, lanes)
            elif left == 2:
                later_more_2(out, y, k, e, j, lanes)
            else:
                later_more_1(out, y, k, e, j, lanes)
        elif left >= 4:
            later_set_4(out, y, k, e, j, lanes)
        elif left == 3:
            later_set_3(out, y, k, e, j, lanes)
        elif left == 2:
            later_set_2(out, y, k, e, j, lanes)
        else:
            later_set_1(out, y, k, e, j, lanes)
        more = True
        k += S4
        j += S4
        left -= 4
