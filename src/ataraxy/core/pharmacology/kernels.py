"""The compiled tier: blocks of people side by side in vector lanes. Import it only when it is needed.

The same arithmetic as ``linear``: propagators of the shifted, non-negative matrix by series and squaring, then one
sparse multiplication a move. The pattern of what can reach what is found once for a model; only those entries exist.
"""

from __future__ import annotations

from numba import njit

from ataraxy.core.pharmacology.effect_kernels import (
    TURNOVER,
    close,
    drive_of,
    response,
    turnover_tables,
    weigh,
)
from ataraxy.core.pharmacology.lanes import JIT, U, at, copy, copy_rows, fill
from ataraxy.core.pharmacology.propagator_kernels import LANES, W, advance, combine, exponential


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
