"""The compiled tier: blocks of people side by side in vector lanes. Import it only when it is needed.

The same arithmetic as ``linear``: propagators of the shifted, non-negative matrix by series and squaring, then one
sparse multiplication a move. The pattern of what can reach what is found once for a model; only those entries exist.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from ataraxy.core.pharmacology.linear import LARGEST_NORM

W = 64  # people a block: a few kilobytes a state, so that the states stay in the nearest cache
LN2 = 0.6931471805599453
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10

LINEAR, OCCUPANCY, SIGMOID, RELATIVE, TURNOVER = 0, 1, 2, 3, 4

_JIT: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract"},
    "_nrt": False,
}


@njit(inline="always", **_JIT)
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


@njit(inline="always", **_JIT)
def vlog(x):
    """log(x) of a positive normal number, likewise."""
    bits = np.float64(x).view(np.int64)
    k = (bits - np.int64(0x3FE6A09E667F3BCD)) >> np.int64(52)
    m = np.int64(bits - (k << np.int64(52))).view(np.float64)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    p = 1.0 / 23.0
    p = p * z + 1.0 / 21.0
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


# Every table is one flat array, and every index into it an unsigned number: then no index can be negative, no view is
# counted, and the loops over lanes become vector code. ``at(k)`` is where row k begins.

U = np.uint64
LANES = np.uint64(W)
ROW = W + 8  # a row's stride: rows a power of two apart would fight for the same lines of the cache
STRIDE = np.uint64(ROW)


@njit(inline="always", **_JIT)
def at(k):
    return U(k) * STRIDE


@njit(**_JIT)
def one(to, t, x, a, y, b, scale, plus):
    for i in range(LANES):
        to[t + i] = plus + scale * (x[a + i] * y[b + i])


@njit(**_JIT)
def two(to, t, x, a, y, b, c, d, scale, plus):
    for i in range(LANES):
        to[t + i] = plus + scale * (x[a + i] * y[b + i] + x[c + i] * y[d + i])


@njit(**_JIT)
def three(to, t, x, a, y, b, c, d, e, f, scale, plus):
    for i in range(LANES):
        to[t + i] = plus + scale * (x[a + i] * y[b + i] + x[c + i] * y[d + i] + x[e + i] * y[f + i])


@njit(**_JIT)
def four(to, t, x, a, y, b, c, d, e, f, g, h, scale, plus):
    for i in range(LANES):
        to[t + i] = plus + scale * (
            x[a + i] * y[b + i] + x[c + i] * y[d + i] + x[e + i] * y[f + i] + x[g + i] * y[h + i]
        )


@njit(**_JIT)
def more(to, t, x, x0, xs, y, y0, ys, lo, hi, scale):
    """Row t += scale * sum of rows x0 + xs[p] of x times rows y0 + ys[p] of y, p from lo to hi."""
    for p in range(lo, hi):
        a, b = x0 + at(xs[p]), y0 + at(ys[p])
        for i in range(LANES):
            to[t + i] += scale * (x[a + i] * y[b + i])


@njit(**_JIT)
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


@njit(**_JIT)
def three_by_three(z, t, s, e, e0, e3, e6):
    """Three rows that live on the same three states, at once: rows t, t + 1, t + 2 from rows s on."""
    t1, t2, s1, s2 = t + STRIDE, t + STRIDE + STRIDE, s + STRIDE, s + STRIDE + STRIDE
    e1, e2, e4, e5, e7, e8 = e0 + at(1), e0 + at(2), e3 + at(1), e3 + at(2), e6 + at(1), e6 + at(2)
    for i in range(LANES):
        u, v, w = z[s + i], z[s1 + i], z[s2 + i]
        z[t + i] = e[e0 + i] * u + e[e1 + i] * v + e[e2 + i] * w
        z[t1 + i] = e[e3 + i] * u + e[e4 + i] * v + e[e5 + i] * w
        z[t2 + i] = e[e6 + i] * u + e[e7 + i] * v + e[e8 + i] * w


@njit(**_JIT)
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


@njit(**_JIT)
def fill(to, t, value):
    for i in range(LANES):
        to[t + i] = value


@njit(**_JIT)
def copy(to, t, x, a):
    for i in range(LANES):
        to[t + i] = x[a + i]


@njit(**_JIT)
def copy_rows(to, t, x, first, people, rows):
    """A block of a table (rows, people), told flat from element ``first`` on, into consecutive rows from t."""
    for r in range(U(rows)):
        copy(to, t + r * STRIDE, x, first + r * U(people))


@njit(**_JIT)
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
        fill(result, r0 + at(e), diagonal[e])
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


@njit(inline="always", **_JIT)
def sigmoid(u, gamma):
    """u^g / (1 + u^g); 0 at 0."""
    power = vexp(gamma * vlog(max(u, 1e-300)))
    power = power if u > 1e-300 else 0.0
    return power / (1.0 + power)


@njit(**_JIT)
def response(kind, drive, par, low, high, out, t):
    """One effect of a block at one minute into row t; ``par`` rows: baseline, slope, top, gamma, kout, placebo."""
    slope, top, gamma = at(1), at(2), at(3)
    if kind == LINEAR:
        for i in range(LANES):
            out[t + i] = min(max(par[i] + par[slope + i] * drive[i], low), high)
    elif kind == OCCUPANCY:
        for i in range(LANES):
            out[t + i] = min(max(par[i] + par[top + i] * drive[i] / (1.0 + drive[i]), low), high)
    elif kind == SIGMOID:
        for i in range(LANES):
            out[t + i] = min(max(par[i] + par[top + i] * sigmoid(drive[i], par[gamma + i]), low), high)
    else:
        for i in range(LANES):
            out[t + i] = min(
                max(par[i] * (1.0 + par[top + i] * sigmoid(drive[i], par[gamma + i])), low), high
            )


@njit(**_JIT)
def drive_of(effect, states, s0, drv_ptr, drv_state, factors, drive):
    """The drivers of one effect at one minute (states from row s0 on), each over its own constant, added."""
    for d in range(drv_ptr[effect], drv_ptr[effect + 1]):
        s, f = s0 + at(drv_state[d]), at(d)
        if d == drv_ptr[effect]:
            for i in range(LANES):
                drive[i] = max(states[s + i], 0.0) * factors[f + i]
        else:
            for i in range(LANES):
                drive[i] += max(states[s + i], 0.0) * factors[f + i]


@njit(**_JIT)
def slow(
    e,
    states,
    n,
    out,
    par,
    low,
    high,
    drivers,
    quadrature,
    quad,
    q0,
    people,
    decay,
    keep,
    level,
    drive,
    integral,
):
    """One turnover response of a block, interval by interval, into ``out``; integrals into ``quad`` if kept."""
    drv_ptr, drv_state, factors = drivers
    ptr, slots, weight, left, left_min, keeps, keep_min, knot_slot = quadrature
    top, gamma, kout, placebo = at(2), at(3), at(4), at(5)
    fill(level, U(0), 1.0)
    for d in range(left_min.shape[0]):
        k, minutes = at(d), left_min[d]
        for i in range(LANES):
            decay[k + i] = par[kout + i] * par[top + i] * vexp(-par[kout + i] * minutes)
    for d in range(keep_min.shape[0]):
        k, minutes = at(d), keep_min[d]
        for i in range(LANES):
            keep[k + i] = vexp(-par[kout + i] * minutes)
    for t in range(out.shape[0] // ROW):
        k = at(t)
        for i in range(LANES):
            out[k + i] = min(max(par[i], low), high)
    for v in range(keeps.shape[0]):
        fill(integral, U(0), 0.0)
        for q in range(ptr[v], ptr[v + 1]):
            drive_of(e, states, at(slots[q] * n), drv_ptr, drv_state, factors, drive)
            w, k = weight[q], at(left[q])
            for i in range(LANES):
                integral[i] += w * decay[k + i] * sigmoid(drive[i], par[gamma + i])
        k = at(keeps[v])
        for i in range(LANES):
            level[i] = keep[k + i] * level[i] + (1.0 - par[placebo + i]) * (1.0 - keep[k + i]) - integral[i]
        if quad.shape[0]:
            copy(quad, q0 + U(v) * U(people), integral, U(0))
        if knot_slot[v] >= 0:
            k = at(knot_slot[v])
            for i in range(LANES):
                out[k + i] = min(max(par[i] * level[i], low), high)


@njit(**_JIT)
def spill(answer, a0, table, first, stride, asked, lo, hi, scale, people):
    """A block's part of one reading, minute by minute, times each person's scale."""
    for t in range(lo, hi):
        to, k = a0 + U(t) * U(people), first + at(asked[t] * stride)
        for i in range(LANES):
            answer[to + i] = table[k + i] * scale[i]


@njit(**_JIT)
def load(shifted, shift, bound, a_entries, outflow, bounds, cells, occasion, start, people):
    """A block's shifted rates of one occasion, with their shifts and bounds."""
    copy_rows(shifted, U(0), a_entries, U(occasion * cells * people) + start, people, cells)
    copy(shift, U(0), outflow, U(occasion * people) + start)
    copy(bound, U(0), bounds, U(occasion * people) + start)


@njit(**_JIT)
def walk(span, sizes, system, moves, readings, effects, drivers, quadrature, asked, answer, quad, spaces):
    """Walk all moves for some people and write every reading and effect asked into ``answer`` (rows, T, N), flat.

    Each kept minute has its own rows of states: the state is never copied. ``quad``: (turnover effects, intervals,
    people), flat; empty if not kept.
    """
    lo, hi = span
    n, wide, slots, terms, cells, people = sizes
    a_entries, outflow, bounds, pattern, series, squares, rows = system
    step, occasion, rate, bolus, out, lengths, length_occasion, rates, boluses, own_min = moves
    rd_state, rd_scale, rd_from, rd_until = readings
    kinds, par, low, high = effects
    drv_ptr, drv_state, drv_factor = drivers
    threes, three_e, live, fed_rows = rows
    l_ptr, l_e, l_j, l_order, l_begins = live
    f_ptr, f_e, f_j = fed_rows
    entries = pattern[0].shape[0]
    zeros = pattern[1]
    times = asked.shape[0]
    count = rd_state.shape[0]
    inputs = wide - n
    kept, own, spare, scaled, shifted, states, feeding, told, mine, factors, decay, keep, rows_of_lanes = (
        spaces
    )
    shift, bound, length, drive, ones, scale, small, level, integral = rows_of_lanes
    own_drivers = (drv_ptr, drv_state, factors)
    zero = U(0)
    fill(ones, zero, 1.0)
    for k in range(states.shape[0]):
        states[k] = 0.0
    for first in range(lo, hi, W):
        # The last block is moved back so that every lane is a person; some are then worked twice.
        start = U(min(first, people - W))
        copy_rows(factors, zero, drv_factor, start, people, drv_state.shape[0])
        loaded = -1
        for s in range(lengths.shape[0]):
            if length_occasion[s] != loaded:
                loaded = length_occasion[s]
                load(shifted, shift, bound, a_entries, outflow, bounds, cells, loaded, start, people)
            fill(length, zero, lengths[s])
            exponential(
                kept,
                at(s * entries),
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
        now = slots
        for j in range(n):
            fill(states, at(now * n + j), 0.0)
        running = 0
        for m in range(step.shape[0]):
            if rate[m] != running:
                running = rate[m]
                copy_rows(feeding, zero, rates, U(running * inputs * people) + start, people, inputs)
            then = out[m]
            if then < 0:
                then = slots + 1 if now == slots else slots
            if step[m] >= 0:
                e0 = at(step[m] * entries)
                advance(
                    states,
                    then * n,
                    now * n,
                    kept,
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
                    running != 0,
                    zeros,
                )
            elif step[m] < -1:
                load(shifted, shift, bound, a_entries, outflow, bounds, cells, occasion[m], start, people)
                copy(length, zero, own_min, U((-2 - step[m]) * people) + start)
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
                    states,
                    then * n,
                    now * n,
                    own,
                    zero,
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
                    running != 0,
                    zeros,
                )
            else:
                for j in range(n):
                    copy(states, at(then * n + j), states, at(now * n + j))
            if bolus[m] >= 0:
                for j in range(n):
                    k, b = at(then * n + j), U((bolus[m] * n + j) * people) + start
                    for i in range(LANES):
                        states[k + i] += boluses[b + i]
            now = then
        for r in range(count):
            to = U(r * people * times) + start
            for o in range(rd_from.shape[0]):
                copy(scale, zero, rd_scale, U((o * count + r) * people) + start)
                spill(answer, to, states, at(rd_state[r]), n, asked, rd_from[o], rd_until[o], scale, people)
        turnover = 0
        for e in range(kinds.shape[0]):
            copy_rows(mine, zero, par, U(e * 6 * people) + start, people, 6)
            if kinds[e] == TURNOVER:
                q0 = U(turnover * quadrature[5].shape[0] * people) + start
                slow(
                    e,
                    states,
                    n,
                    told,
                    mine,
                    low[e],
                    high[e],
                    own_drivers,
                    quadrature,
                    quad,
                    q0,
                    people,
                    decay,
                    keep,
                    level,
                    drive,
                    integral,
                )
                turnover += 1
            else:
                for t in asked:
                    drive_of(e, states, at(t * n), drv_ptr, drv_state, factors, drive)
                    response(kinds[e], drive, mine, low[e], high[e], told, at(t))
            to = U((count + e) * people * times) + start
            spill(answer, to, told, zero, 1, asked, 0, times, ones, people)
