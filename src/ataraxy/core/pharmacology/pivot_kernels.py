"""Gaussian elimination along the lists of ``elimination``, everybody's matrix at once in lanes."""

from __future__ import annotations

from numba import njit

from ataraxy.core.pharmacology.lane_kernels import INLINE, LANES, at
from ataraxy.core.pharmacology.lanes import JIT


@njit(**JIT)
def eliminate(jac, w, inverse, shift, pivots):
    """shift I - J, taken apart in place; the pivots' inverses beside it."""
    _, diagonal, below_from, _, below_at, change_from, change_to, change_by, _, _, _ = pivots
    for k in range(jac.shape[0]):
        w[k] = -jac[k]
    for k in range(diagonal.shape[0]):
        d = at(diagonal[k])
        for i in range(LANES):
            w[d + i] += shift[i]
    for k in range(diagonal.shape[0]):
        d, v = at(diagonal[k]), at(k)
        for i in range(LANES):
            inverse[v + i] = 1.0 / w[d + i]
        for b in range(below_from[k], below_from[k + 1]):
            t = at(below_at[b])
            for i in range(LANES):
                w[t + i] *= inverse[v + i]
            for c in range(change_from[b], change_from[b + 1]):
                to, by = at(change_to[c]), at(change_by[c])
                for i in range(LANES):
                    w[to + i] -= w[t + i] * w[by + i]


@njit(**INLINE)
def solve(w, inverse, x, pivots):
    """x by what was taken apart, in place."""
    order, _, below_from, below_row, below_at, _, _, _, right_from, right_column, right_at = pivots
    for k in range(order.shape[0]):
        s = at(order[k])
        for b in range(below_from[k], below_from[k + 1]):
            t, e = at(below_row[b]), at(below_at[b])
            for i in range(LANES):
                x[t + i] -= w[e + i] * x[s + i]
    for back in range(order.shape[0]):
        k = order.shape[0] - 1 - back
        t, v = at(order[k]), at(k)
        for c in range(right_from[k], right_from[k + 1]):
            s, e = at(right_column[c]), at(right_at[c])
            for i in range(LANES):
                x[t + i] -= w[e + i] * x[s + i]
        for i in range(LANES):
            x[t + i] *= inverse[v + i]
