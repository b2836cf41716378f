"""The compiled tier: blocks of people side by side in vector lanes. Import it only when it is needed.

The same arithmetic as ``linear``: propagators of the shifted, non-negative matrix by series and squaring, then one
sparse multiplication a move. The pattern of what can reach what is found once for a model; only those entries exist.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ataraxy.core.pharmacology.effect_kernels import (
    TURNOVER,
    close,
    drive_of,
    response,
    turnover_tables,
    weigh,
)
from ataraxy.core.pharmacology.lanes import JIT, ROW, STRIDE, U, at, copy, copy_rows, fill, vexp
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


@njit(forceinline=True, **JIT)
def emit(
    t, answer, times, people, start, states, s, rd_state, scales, kinds, par, low, high, drv_ptr, drv_state, factors,
    level, drive,
):  # fmt: skip
    """Everything that is told of one asked minute: readings times their scales, then effects."""
    readings = rd_state.shape[0]
    for r in range(readings):
        to, k, f = U((r * times + t) * people) + start, s + at(rd_state[r]), at(r)
        for i in range(LANES):
            answer[to + i] = states[k + i] * scales[f + i]
    for e in range(kinds.shape[0]):
        to, p = U(((readings + e) * times + t) * people) + start, at(6 * e)
        if kinds[e] == TURNOVER:
            k = at(e)
            for i in range(LANES):
                answer[to + i] = min(max(par[p + i] * level[k + i], low[e]), high[e])
        else:
            drive_of(drv_ptr[e], drv_ptr[e + 1], states, s, drv_state, factors, drive, LANES)
            response(kinds[e], drive, par, p, low[e], high[e], answer, to, LANES)


@njit(forceinline=True, **JIT)
def gather(
    q, states, s, kinds, par, drv_ptr, drv_state, factors, weight, left, lefts, decay, integral, drive
):
    """Add one quadrature node to the integral of every turnover effect."""
    for e in range(kinds.shape[0]):
        if kinds[e] == TURNOVER:
            drive_of(drv_ptr[e], drv_ptr[e + 1], states, s, drv_state, factors, drive, LANES)
            weigh(
                integral, at(e), weight[q], decay, at(e * lefts + left[q]), drive, par, at(6 * e + 3), LANES
            )


@njit(**JIT)
def load(shifted, shift, bound, a_entries, outflow, bounds, cells, occasion, start, people):
    """A block's shifted rates of one occasion, with their shifts and bounds."""
    copy_rows(shifted, U(0), a_entries, U(occasion * cells * people) + start, people, cells, LANES)
    copy(shift, U(0), outflow, U(occasion * people) + start, LANES)
    copy(bound, U(0), bounds, U(occasion * people) + start, LANES)


@njit(**JIT)
def walk(span, sizes, system, moves, readings, effects, drivers, quadrature, answer, quad, spaces):
    """Walk all moves for some people and write every reading and effect asked into ``answer`` (rows, T, N), flat.

    A block's states, rates and integrals stay in the nearest cache; only what is asked leaves it. ``quad``: the
    integrals (turnover effects, intervals, people), flat; empty if not kept.
    """
    lo, hi = span
    n, wide, terms, cells, people, times, early = sizes
    a_entries, outflow, bounds, pattern, series, squares, rows = system
    step, occasion, rate, bolus, out, lengths, length_occasion, sum_a, sum_b, rates, boluses, own_min = moves
    rd_state, rd_scale = readings
    kinds, par, low, high = effects
    drv_ptr, drv_state, drv_factor = drivers
    weight, left, left_min, keeps, keep_min, node, knot = quadrature
    threes, three_e, live, fed_rows = rows
    l_ptr, l_e, l_j, l_order, l_begins = live
    f_ptr, f_e, f_j = fed_rows
    s_ptr, s_x, s_y, s_order, s_begins = squares
    (
        kept,
        own,
        spare,
        scaled,
        shifted,
        states,
        feeding,
        mine,
        factors,
        decay,
        keep,
        scales,
        level,
        integral,
        lanes,
    ) = spaces
    shift, bound, length, drive, small = lanes
    entries = pattern[0].shape[0]
    zeros = pattern[1]
    count, effect_count, lefts, keep_rows = (
        rd_state.shape[0],
        kinds.shape[0],
        left_min.shape[0],
        keep_min.shape[0],
    )
    inputs = wide - n
    zero = U(0)
    for first in range(lo, hi, W):
        # The last block is moved back so that every lane is a person; some are then worked twice.
        start = U(min(first, people - W))
        copy_rows(factors, zero, drv_factor, start, people, drv_state.shape[0], LANES)
        copy_rows(mine, zero, par, start, people, 6 * effect_count, LANES)
        turnover_tables(kinds, mine, left_min, keep_min, decay, keep, level, integral, LANES)
        loaded = -1
        for s in range(lengths.shape[0]):
            if length_occasion[s] != loaded:
                loaded = length_occasion[s]
                load(shifted, shift, bound, a_entries, outflow, bounds, cells, loaded, start, people)
            e0 = at(s * entries)
            if sum_a[s] >= 0:
                combine(
                    kept, e0, kept, at(sum_a[s] * entries), kept, at(sum_b[s] * entries), s_ptr, s_x, s_y, s_order,
                    s_begins, zeros, 1.0,
                )  # fmt: skip
            else:
                fill(length, zero, lengths[s], LANES)
                exponential(
                    kept,
                    e0,
                    spare,
                    scaled,
                    small,
                    shifted,
                    shift,
                    bound,
                    length,
                    pattern,
                    series,
                    squares,
                    terms,
                )
        now = 0
        for j in range(2 * n):
            fill(states, at(j), 0.0, LANES)
        copy_rows(scales, zero, rd_scale, start, people, count, LANES)
        for t in range(early):
            emit(
                t, answer, times, people, start, states, zero, rd_state, scales, kinds, mine, low, high, drv_ptr,
                drv_state, factors, level, drive,
            )  # fmt: skip
        running = 0
        scaled_for = 0
        for m in range(step.shape[0]):
            if rate[m] != running:
                running = rate[m]
                copy_rows(feeding, zero, rates, U(running * inputs * people) + start, people, inputs, LANES)
            if step[m] != -1:
                then = n - now
                if step[m] >= 0:
                    advance(
                        states, then, now, kept, at(step[m] * entries), threes, three_e, l_ptr, l_e, l_j, l_order,
                        l_begins, f_ptr, f_e, f_j, feeding, running != 0, zeros,
                    )  # fmt: skip
                else:
                    load(shifted, shift, bound, a_entries, outflow, bounds, cells, occasion[m], start, people)
                    copy(length, zero, own_min, U((-2 - step[m]) * people) + start, LANES)
                    exponential(
                        own,
                        zero,
                        spare,
                        scaled,
                        small,
                        shifted,
                        shift,
                        bound,
                        length,
                        pattern,
                        series,
                        squares,
                        terms,
                    )
                    advance(
                        states, then, now, own, zero, threes, three_e, l_ptr, l_e, l_j, l_order,
                        l_begins, f_ptr, f_e, f_j, feeding, running != 0, zeros,
                    )  # fmt: skip
                now = then
            if node[m] >= 0:
                gather(
                    node[m], states, at(now), kinds, mine, drv_ptr, drv_state, factors, weight, left, lefts, decay,
                    integral, drive,
                )  # fmt: skip
            if knot[m] >= 0:
                close(
                    knot[m], kinds, mine, keeps, keep_rows, keep, level, integral, quad, start, people, LANES
                )
            if bolus[m] >= 0:
                for j in range(n):
                    k, b = at(now + j), U((bolus[m] * n + j) * people) + start
                    for i in range(LANES):
                        states[k + i] += boluses[b + i]
            if out[m] >= 0:
                if occasion[m] != scaled_for:
                    scaled_for = occasion[m]
                    copy_rows(
                        scales, zero, rd_scale, U(scaled_for * count * people) + start, people, count, LANES
                    )
                emit(
                    out[m], answer, times, people, start, states, at(now), rd_state, scales, kinds, mine, low, high,
                    drv_ptr, drv_state, factors, level, drive,
                )  # fmt: skip
