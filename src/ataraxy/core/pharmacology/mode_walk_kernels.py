"""The compiled tier in modes: every reading a bank of decays, walked from minute to minute.

The general walk is in ``kernels``; this one is for the networks ``modes`` can tell, and costs a tenth or less.
"""

from __future__ import annotations

from numba import njit

from ataraxy.core.pharmacology.bank_kernels import four_steps, later, stepped, stepped_fed, summed
from ataraxy.core.pharmacology.effect_kernels import (
    TURNOVER,
    close,
    driven,
    driven_too,
    response,
    turnover_tables,
    weigh,
)
from ataraxy.core.pharmacology.lanes import (
    JIT,
    U,
    add_product,
    at,
    copy,
    copy_rows,
    fill,
)
from ataraxy.core.pharmacology.line_kernels import arrived, send
from ataraxy.core.pharmacology.linear import INPUT_SCALE
from ataraxy.core.pharmacology.mode_kernels import modes
from ataraxy.core.pharmacology.mode_row_kernels import (
    carried,
    length_rows,
    node_rows,
    pushed,
    taken_up,
    times_constant,
    worth,
)

BLOCK = 128  # people side by side: what one minute tells of them stays in the nearest cache until it is sent


@njit(**JIT)
def level_told(answer, to, par, base, level, k, low, high, lanes):
    for i in range(lanes):
        answer[to + i] = min(max(par[base + i] * level[k + i], low), high)


@njit(forceinline=True, **JIT)
def tell(
    answer, sent, t, times, apart, start, past, base, told, readings, kinds, par, low, high, drv_ptr, drv_reading, factors,
    level, drive, lanes,
):  # fmt: skip
    """Every effect at one asked minute from the readings told there (rows from ``base`` on, readings first), and all sent.

    ``sent``: which row of the answer each reading and each effect is, or -1.
    """
    for e in range(kinds.shape[0]):
        to, p = base + at(readings + e), at(6 * e)
        if kinds[e] == TURNOVER:
            level_told(told, to, par, p, level, at(e), low[e], high[e], lanes)
        else:
            for d in range(drv_ptr[e], drv_ptr[e + 1]):
                k, f = base + at(drv_reading[d]), at(d)
                if d == drv_ptr[e]:
                    driven(drive, told, k, factors, f, lanes)
                else:
                    driven_too(drive, told, k, factors, f, lanes)
            response(kinds[e], drive, par, p, low[e], high[e], told, to, lanes)
    for r in range(sent.shape[0]):
        if sent[r] >= 0:
            send(answer, U((sent[r] * times + t) * apart) + start, told, base + at(r), lanes, past)


@njit(**JIT)
def node(
    q, y, bank, e, g, e0, push, fed, kinds, par, drv_ptr, drv_reading, drv_row, factors, weight, left, lefts, decay,
    integral, drive, part, lanes,
):  # fmt: skip
    """One quadrature node: every driver of every slow response a while ahead, and its integral."""
    for x in range(kinds.shape[0]):
        if kinds[x] == TURNOVER:
            for d in range(drv_ptr[x], drv_ptr[x + 1]):
                first, last, j, f = bank[drv_reading[d]], bank[drv_reading[d] + 1], e0 + at(drv_row[d]), at(d)
                later(part, y, first, last, e, j, False, lanes)
                if fed:
                    later(part, push, first, last, g, j, True, lanes)
                if d == drv_ptr[x]:
                    driven(drive, part, U(0), factors, f, lanes)
                else:
                    driven_too(drive, part, U(0), factors, f, lanes)
            weigh(
                integral, at(x), weight[q], decay, at(x * lefts + left[q]), drive, par, at(6 * x + 3), lanes
            )


@njit(**JIT)
def walk_modes(
    span, sizes, system, banks, moves, effects, drivers, quadrature, sent, answer, quad, doubts, spaces
):
    """Walk all moves for some people and write every reading and effect asked into ``answer`` (rows, T, ``apart``), flat.

    ``sent``: which row of the answer each reading and each effect is, or -1. ``past``: the answer is too large for the
    cache. ``flying``: steps are too many to keep their decays, ``hovering``: nodes are. ``doubts``: for each person, how
    many times rounding may have grown. ``quad``: the integrals (turnover effects, intervals, people), flat, or empty.
    """
    lo, hi = span
    n, cells, people, apart, times, early, inputs, flying, hovering, past = sizes
    rates_of, structure = system
    bank, y_mode, y_reading, rd_state, scales_of, sources, all_from = banks
    (
        step, occasion, rate, bolus, out, quick, lengths, length_occasion, length_fed, running_of, boluses_of, bolus_state,
        own_min,
    ) = moves  # fmt: skip
    kinds, par_of, low, high = effects
    drv_ptr, drv_reading, drv_row, driving, drives, factor_of = drivers
    (
        node_ptr, node_length, node_min, node_occasion, node_fed, weights, left, left_min, keeps, keep_min, knot,
    ) = quadrature  # fmt: skip
    (
        tables, a, e, g, own_e, own_g, node_e, node_g, y, told, weight, entering, push, feeding, amounts, scales, par,
        factors, decay, keep, level, integral, spare, lanes_of,
    ) = spaces  # fmt: skip
    drive, part, minutes, most = lanes_of
    rates, ahead, back, doubt = tables[0], tables[7], tables[8], tables[13]
    rows, readings, count = y_mode.shape[0], rd_state.shape[0], sources.shape[0]
    asked = sent.shape[0]
    node_span = 0
    for x in range(driving.shape[0]):
        node_span += bank[driving[x] + 1] - bank[driving[x]]
    zero = U(0)
    for first in range(lo, hi, BLOCK):
        start, lanes = U(first), U(min(hi - first, BLOCK))
        copy_rows(factors, zero, factor_of, start, people, drv_reading.shape[0], lanes)
        copy_rows(par, zero, par_of, start, people, 6 * kinds.shape[0], lanes)
        turnover_tables(kinds, par, left_min, keep_min, decay, keep, level, integral, lanes)
        fill(most, zero, 1.0, lanes)
        for r in range(rows):
            fill(y, at(r), 0.0, lanes)
        here = -1
        running = -1
        if early:
            for r in range(readings):
                fill(told, at(r), 0.0, lanes)
            for t in range(early):
                tell(
                    answer, sent, t, times, apart, start, past, zero, told, readings, kinds, par, low, high,
                    drv_ptr, drv_reading, factors, level, drive, lanes,
                )  # fmt: skip
        m = 0
        while m < step.shape[0]:
            if occasion[m] != here:
                if here >= 0:
                    carried(y, all_from, n, ahead, amounts, lanes)
                copy_rows(a, zero, rates_of, U(occasion[m] * cells * people) + start, people, cells, lanes)
                modes(a, structure, n, tables, lanes)
                for i in range(lanes):
                    most[i] = most[i] if doubt[i] <= most[i] else doubt[i]
                copy_rows(
                    scales,
                    zero,
                    scales_of,
                    U(occasion[m] * readings * people) + start,
                    people,
                    readings,
                    lanes,
                )
                worth(
                    y_mode,
                    y_reading,
                    rd_state,
                    scales,
                    sources,
                    ahead,
                    back,
                    n,
                    weight,
                    entering,
                    spare,
                    lanes,
                )
                if here >= 0:
                    taken_up(y, y_mode, weight, n, back, amounts, spare, lanes)
                here = occasion[m]
                running = -1
                if not flying:
                    for s in range(lengths.shape[0]):
                        if length_occasion[s] == here:
                            fill(minutes, zero, lengths[s], lanes)
                            length_rows(
                                e, g, at(s * rows), length_fed[s], rates, n, y_mode, minutes, spare, lanes
                            )
                if not hovering:
                    for s in range(node_min.shape[0]):
                        if node_occasion[s] == here:
                            fill(minutes, zero, node_min[s], lanes)
                            node_rows(
                                node_e, node_g, at(s * node_span), node_fed[s], rates, n, driving, bank, y_mode, minutes,
                                lanes,
                            )  # fmt: skip
            if rate[m] != running:
                running = rate[m]
                if running:
                    copy_rows(
                        feeding, zero, running_of, U(running * inputs * people) + start, people, inputs, lanes
                    )
                    for c in range(inputs):
                        times_constant(feeding, at(c), INPUT_SCALE, lanes)
                    pushed(push, entering, inputs, count, rows, feeding, lanes)
            quickly = quick[m] and not flying
            if quickly:
                for r in range(readings):
                    if not drives[r]:
                        four_steps(
                            told, at(r), at(asked), y, bank[r], bank[r + 1], e, at(step[m] * rows), 0.0, lanes
                        )
                for _ in range(4):
                    stepped(y, e, at(step[m] * rows), all_from, rows, lanes)
            for ahead_now in range(4 if quickly else 1):
                for q in range(node_ptr[m], node_ptr[m + 1]):
                    e0 = zero
                    if hovering:
                        fill(minutes, zero, node_min[node_length[q]], lanes)
                        node_rows(
                            node_e, node_g, zero, running, rates, n, driving, bank, y_mode, minutes, lanes
                        )
                    else:
                        e0 = at(node_length[q] * node_span)
                    node(
                        q, y, bank, node_e, node_g, e0, push, running, kinds, par, drv_ptr, drv_reading, drv_row, factors,
                        weights, left, left_min.shape[0], decay, integral, drive, part, lanes,
                    )  # fmt: skip
                if quickly:
                    for x in range(driving.shape[0]):
                        r = driving[x]
                        stepped(y, e, at(step[m] * rows), bank[r], bank[r + 1], lanes)
                        summed(told, at(ahead_now * asked + r), y, bank[r], bank[r + 1], 0.0, lanes)
                    if knot[m] >= 0:
                        close(
                            knot[m], kinds, par, keeps, keep_min.shape[0], keep, level, integral, quad, start, people, lanes
                        )  # fmt: skip
                    tell(
                        answer, sent, out[m], times, apart, start, past, at(ahead_now * asked), told, readings, kinds, par,
                        low, high, drv_ptr, drv_reading, factors, level, drive, lanes,
                    )  # fmt: skip
                    m += 1
            if quickly:
                continue
            if step[m] != -1:
                if step[m] >= 0 and not flying:
                    if running:
                        stepped_fed(y, e, g, at(step[m] * rows), push, rows, lanes)
                    else:
                        stepped(y, e, at(step[m] * rows), 0, rows, lanes)
                else:
                    if step[m] >= 0:
                        fill(minutes, zero, lengths[step[m]], lanes)
                    else:
                        copy(minutes, zero, own_min, U((-2 - step[m]) * people) + start, lanes)
                    length_rows(own_e, own_g, zero, running, rates, n, y_mode, minutes, spare, lanes)
                    if running:
                        stepped_fed(y, own_e, own_g, zero, push, rows, lanes)
                    else:
                        stepped(y, own_e, zero, 0, rows, lanes)
            if knot[m] >= 0:
                close(
                    knot[m],
                    kinds,
                    par,
                    keeps,
                    keep_min.shape[0],
                    keep,
                    level,
                    integral,
                    quad,
                    start,
                    people,
                    lanes,
                )
            if bolus[m] >= 0:
                for b in range(bolus_state.shape[0]):
                    copy(
                        part,
                        zero,
                        boluses_of,
                        U((bolus[m] * bolus_state.shape[0] + b) * people) + start,
                        lanes,
                    )
                    for r in range(rows):
                        add_product(y, at(r), entering, at(r * count + inputs + b), part, zero, lanes)
            if out[m] >= 0:
                for r in range(readings):
                    summed(told, at(r), y, bank[r], bank[r + 1], 0.0, lanes)
                tell(
                    answer, sent, out[m], times, apart, start, past, zero, told, readings, kinds, par, low, high,
                    drv_ptr, drv_reading, factors, level, drive, lanes,
                )  # fmt: skip
            m += 1
        copy(doubts, start, most, zero, lanes)
    arrived()
