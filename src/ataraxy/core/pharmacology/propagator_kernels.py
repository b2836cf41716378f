"""Propagators of a block of people in vector lanes: the series that makes one, and the products that apply it.

A propagator is a list of entries; which exist, and which products make each, is the pattern of a model. One loop a
count of products: what the compiler makes vector code of is small and chooses nothing.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ataraxy.core.pharmacology.lanes import JIT, ROW, STRIDE, U, at, fill, vexp
from ataraxy.core.pharmacology.linear import LARGEST_NORM

W = 64  # people a block: a few kilobytes a state, so that the propagators stay in the near cache
LANES = np.uint64(W)


@njit(**JIT)
def one(to, t, x, a, y, b, scale, plus):
    for i in range(LANES):
        to[t + i] = plus + scale * (x[a + i] * y[b + i])


@njit(**JIT)
def two(to, t, x, a, y, b, c, d, scale, plus):
    for i in range(LANES):
        to[t + i] = plus + scale * (x[a + i] * y[b + i] + x[c + i] * y[d + i])


@njit(**JIT)
def three(to, t, x, a, y, b, c, d, e, f, scale, plus):
    for i in range(LANES):
        to[t + i] = plus + scale * (x[a + i] * y[b + i] + x[c + i] * y[d + i] + x[e + i] * y[f + i])


@njit(**JIT)
def four(to, t, x, a, y, b, c, d, e, f, g, h, scale, plus):
    for i in range(LANES):
        to[t + i] = plus + scale * (
            x[a + i] * y[b + i] + x[c + i] * y[d + i] + x[e + i] * y[f + i] + x[g + i] * y[h + i]
        )


@njit(forceinline=True, **JIT)
def more(to, t, x, x0, xs, y, y0, ys, lo, hi, scale):
    """Row t += scale * sum of rows x0 + xs[p] of x times rows y0 + ys[p] of y, p from lo to hi."""
    for p in range(lo, hi):
        a, b = x0 + at(xs[p]), y0 + at(ys[p])
        for i in range(LANES):
            to[t + i] += scale * (x[a + i] * y[b + i])


@njit(forceinline=True, **JIT)
def combine(to, t0, x, x0, y, y0, ptr, xs, ys, order, begins, plus, scale):
    """Every row e of ``to`` = plus[e] + scale * its products: rows of x times rows of y.

    ``ptr``: where the pairs (xs, ys) of each row begin. ``order``: the rows sorted by how many pairs they have;
    ``begins``: where each count begins. One loop a count: loops that choose inside are not made into vector code.
    Arrays are passed one by one: a tuple of them would be counted anew at every call.
    """
    for k in range(begins[0], begins[1]):
        e = order[k]
        p = ptr[e]
        one(to, t0 + at(e), x, x0 + at(xs[p]), y, y0 + at(ys[p]), scale, plus[e])
    for k in range(begins[1], begins[2]):
        e = order[k]
        p = ptr[e]
        two(
            to,
            t0 + at(e),
            x,
            x0 + at(xs[p]),
            y,
            y0 + at(ys[p]),
            x0 + at(xs[p + 1]),
            y0 + at(ys[p + 1]),
            scale,
            plus[e],
        )
    for k in range(begins[2], begins[3]):
        e = order[k]
        p = ptr[e]
        three(
            to, t0 + at(e), x, x0 + at(xs[p]), y, y0 + at(ys[p]), x0 + at(xs[p + 1]), y0 + at(ys[p + 1]),
            x0 + at(xs[p + 2]), y0 + at(ys[p + 2]), scale, plus[e],
        )  # fmt: skip
    for k in range(begins[3], begins[4]):
        e = order[k]
        p = ptr[e]
        four(
            to, t0 + at(e), x, x0 + at(xs[p]), y, y0 + at(ys[p]), x0 + at(xs[p + 1]), y0 + at(ys[p + 1]),
            x0 + at(xs[p + 2]), y0 + at(ys[p + 2]), x0 + at(xs[p + 3]), y0 + at(ys[p + 3]), scale, plus[e],
        )  # fmt: skip
    for k in range(begins[3], begins[4]):
        e = order[k]
        more(to, t0 + at(e), x, x0, xs, y, y0, ys, ptr[e] + 4, ptr[e + 1], scale)


@njit(**JIT)
def three_by_three(z, t, s, e, e0, e3, e6):
    """Three rows that live on the same three states, at once: rows t, t + 1, t + 2 from rows s on."""
    t1, t2, s1, s2 = t + STRIDE, t + STRIDE + STRIDE, s + STRIDE, s + STRIDE + STRIDE
    e1, e2, e4, e5, e7, e8 = e0 + at(1), e0 + at(2), e3 + at(1), e3 + at(2), e6 + at(1), e6 + at(2)
    for i in range(LANES):
        u, v, w = z[s + i], z[s1 + i], z[s2 + i]
        z[t + i] = e[e0 + i] * u + e[e1 + i] * v + e[e2 + i] * w
        z[t1 + i] = e[e3 + i] * u + e[e4 + i] * v + e[e5 + i] * w
        z[t2 + i] = e[e6 + i] * u + e[e7 + i] * v + e[e8 + i] * w


@njit(forceinline=True, **JIT)
def advance(
    states,
    t,
    s,
    by,
    e0,
    threes,
    three_e,
    l_ptr,
    l_e,
    l_j,
    l_order,
    l_begins,
    f_ptr,
    f_e,
    f_j,
    feeding,
    fed,
    zeros,
):
    """One move of a block: rows t on of the states from rows s on, by the propagator that begins at e0."""
    for k in range(threes.shape[0]):
        j = threes[k]
        three_by_three(
            states, at(t + j), at(s + j), by,
            e0 + at(three_e[3 * k]), e0 + at(three_e[3 * k + 1]), e0 + at(three_e[3 * k + 2]),
        )  # fmt: skip
    combine(states, at(t), by, e0, states, at(s), l_ptr, l_e, l_j, l_order, l_begins, zeros, 1.0)
    if fed:
        for j in range(f_ptr.shape[0] - 1):
            more(states, at(t + j), by, e0, f_e, feeding, U(0), f_j, f_ptr[j], f_ptr[j + 1], 1.0)


@njit(**JIT)
def exponential(
    result, r0, spare, scaled, small, rates, outflow, bound, step, pattern, series, squares, terms
):
    """exp(A h) of a block into ``result`` from r0 on; ``rates`` are shifted by ``outflow``; rows of lanes, flat.

    ``bound``: of each person's column sums. Two buffers take turns; the last one written is ``result``.
    """
    diagonal, zeros = pattern
    a_ptr, a_x, a_y, a_order, a_begins = series
    s_ptr, s_x, s_y, s_order, s_begins = squares
    zero = U(0)
    norm = 0.0
    for i in range(LANES):
        norm = max(norm, bound[i] * step[i])
    halvings = 0
    while norm > LARGEST_NORM:
        norm *= 0.5
        halvings += 1
    terms = terms + (terms + halvings) % 2
    part = 0.5**halvings
    entries = diagonal.shape[0]
    cells = rates.shape[0] // ROW
    for i in range(LANES):
        small[i] = step[i] * part
    for a in range(cells):
        k = at(a)
        for i in range(LANES):
            scaled[k + i] = rates[k + i] * small[i]
    for e in range(entries):
        fill(result, r0 + at(e), diagonal[e], LANES)
    here = True
    for k in range(terms, 0, -1):
        if here:
            combine(
                spare, zero, scaled, zero, result, r0, a_ptr, a_x, a_y, a_order, a_begins, diagonal, 1.0 / k
            )
        else:
            combine(
                result, r0, scaled, zero, spare, zero, a_ptr, a_x, a_y, a_order, a_begins, diagonal, 1.0 / k
            )
        here = not here
    for i in range(LANES):
        small[i] = vexp(-outflow[i] * small[i])
    for e in range(entries):
        k, j = at(e), r0 + at(e)
        if here:
            for i in range(LANES):
                result[j + i] *= small[i]
        else:
            for i in range(LANES):
                spare[k + i] *= small[i]
    for _ in range(halvings):
        if here:
            combine(spare, zero, result, r0, result, r0, s_ptr, s_x, s_y, s_order, s_begins, zeros, 1.0)
        else:
            combine(result, r0, spare, zero, spare, zero, s_ptr, s_x, s_y, s_order, s_begins, zeros, 1.0)
        here = not here
