"""The compiled half of ``stiff``: RODAS4 for people side by side, each at their own pace. Import it only when needed.

A lane holds one person with their own minute and their own step; whoever is done makes room for the next. No lane
looks at another, so nobody's numbers depend on their company. One kernel serves every model: rates, saturable terms,
slow responses and products come as lists of terms, the elimination as lists of positions. Nothing is allocated.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from ataraxy.core.pharmacology.kernels import vexp, vlog

W = 64  # people side by side, as in ``kernels``
GAMMA = 0.25
LEAST_LEVEL = 1e-12  # of a driver over its constant: below it a power of it is told as this one's
FINE, TOO_SMALL, NOT_A_NUMBER, TOO_MANY = 0.0, 1.0, 2.0, 3.0
MOST_STEPS = 200_000.0
SAFETY, SLOWEST, FASTEST = 0.9, 5.0, 1.0 / 6.0  # of the step's size: most it shrinks, most it grows
FIRST = 2.0  # times the fourth root of the tolerance: the first step, in times of the fastest rate

_JIT: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract"},
    "_nrt": False,
}
_INLINE: dict[str, Any] = _JIT | {"forceinline": True}

U = np.uint64
LANES = np.uint64(W)

# What a lane knows of its person: one row of ``lane`` each.
PERSON, NOW, EDGE, DONE, LENGTH, HELD, LAST_STEP, LAST_ERROR, ASKED, STEPS, REFUSED, OCCASION = range(12)
STEP, ERROR, LANE_ROWS = 12, 13, 14


@njit(**_INLINE)
def at(k):
    return U(k) * LANES


@njit(**_INLINE)
def root4(x):
    return np.sqrt(np.sqrt(x))


@njit(**_INLINE)
def levels(y, level, factor, drv_col, lo, hi):
    """The drivers of a slow response, each over its constant, added."""
    for i in range(LANES):
        level[i] = 0.0
    for d in range(lo, hi):
        c, f = at(drv_col[d]), at(d)
        for i in range(LANES):
            level[i] += max(y[c + i], 0.0) * factor[f + i]


@njit(**_INLINE)
def add_linear(y, r, lin, rate):
    lin_row, lin_col, _ = lin
    for e in range(lin_row.shape[0]):
        t, c, k = at(lin_row[e]), at(lin_col[e]), at(e)
        for i in range(LANES):
            r[t + i] += rate[k + i] * y[c + i]


@njit(**_INLINE)
def add_saturable(y, r, sat, vmax, km):
    sat_row, sat_to, _, _ = sat
    for s in range(sat_row.shape[0]):
        c, k = at(sat_row[s]), at(s)
        for i in range(LANES):
            r[c + i] -= vmax[k + i] * y[c + i] / (km[k + i] + abs(y[c + i]))
        if sat_to[s] >= 0:
            t = at(sat_to[s])
            for i in range(LANES):
                r[t + i] += vmax[k + i] * y[c + i] / (km[k + i] + abs(y[c + i]))


@njit(**_INLINE)
def add_slow(y, r, turn, par, factor, level):
    turn_row, _, drv_ptr, drv_col, _ = turn
    for j in range(turn_row.shape[0]):
        levels(y, level, factor, drv_col, drv_ptr[j], drv_ptr[j + 1])
        t, kout, top, gamma, rest = at(turn_row[j]), at(4 * j), at(4 * j + 1), at(4 * j + 2), at(4 * j + 3)
        for i in range(LANES):
            power = vexp(par[gamma + i] * vlog(max(level[i], LEAST_LEVEL)))
            effect = par[top + i] * power / (1.0 + power)
            r[t + i] += par[kout + i] * (par[rest + i] - effect - y[t + i])


@njit(**_INLINE)
def add_products(y, r, prod, prod_rate):
    prod_row, prod_i, prod_j, _, _ = prod
    for p in range(prod_row.shape[0]):
        t, a, b, k = at(prod_row[p]), at(prod_i[p]), at(prod_j[p]), at(p)
        for i in range(LANES):
            r[t + i] += prod_rate[k + i] * y[a + i] * y[b + i]


@njit(**_JIT)
def jacobian(y, jac, lin, rate, sat, vmax, km, turn, par, factor, level, prod, prod_rate):
    """The derivatives of f at y, entry by entry, where the elimination wants them."""
    _, _, lin_at = lin
    sat_row, sat_to, sat_at, sat_to_at = sat
    turn_row, turn_at, drv_ptr, drv_col, drv_at = turn
    prod_row, prod_i, prod_j, at_i, at_j = prod
    for k in range(jac.shape[0]):
        jac[k] = 0.0
    for e in range(lin_at.shape[0]):
        t, k = at(lin_at[e]), at(e)
        for i in range(LANES):
            jac[t + i] += rate[k + i]
    for s in range(sat_row.shape[0]):
        t, c, k = at(sat_at[s]), at(sat_row[s]), at(s)
        for i in range(LANES):
            whole = km[k + i] + abs(y[c + i])
            jac[t + i] -= vmax[k + i] * km[k + i] / (whole * whole)
        if sat_to[s] >= 0:
            t = at(sat_to_at[s])
            for i in range(LANES):
                whole = km[k + i] + abs(y[c + i])
                jac[t + i] += vmax[k + i] * km[k + i] / (whole * whole)
    for j in range(turn_row.shape[0]):
        levels(y, level, factor, drv_col, drv_ptr[j], drv_ptr[j + 1])
        t, kout, top, gamma = at(turn_at[j]), at(4 * j), at(4 * j + 1), at(4 * j + 2)
        for i in range(LANES):
            jac[t + i] -= par[kout + i]
            told = max(level[i], LEAST_LEVEL)
            power = vexp(par[gamma + i] * vlog(told))
            steep = par[gamma + i] * power / (told * (1.0 + power) * (1.0 + power))
            level[i] = par[kout + i] * par[top + i] * (steep if level[i] > LEAST_LEVEL else 0.0)
        for d in range(drv_ptr[j], drv_ptr[j + 1]):
            t, c, f = at(drv_at[d]), at(drv_col[d]), at(d)
            for i in range(LANES):
                jac[t + i] -= level[i] * (factor[f + i] if y[c + i] > 0.0 else 0.0)
    for p in range(prod_row.shape[0]):
        t, a, b, k = at(at_i[p]), at(prod_i[p]), at(prod_j[p]), at(p)
        for i in range(LANES):
            jac[t + i] += prod_rate[k + i] * y[b + i]
        t = at(at_j[p])
        for i in range(LANES):
            jac[t + i] += prod_rate[k + i] * y[a + i]


@njit(**_JIT)
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


@njit(**_INLINE)
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


@njit(**_JIT)
def stages(
    n, y, y1, x, r, u, steady, lin, rate, sat, vmax, km, turn, par, factor, level, prod, prod_rate,
    w, inverse, pivots, a_table, c_table, step,
):  # fmt: skip
    """The six stages of everybody's step into ``u``; the answer into ``y1``."""
    rows = n * LANES
    for s in range(6):
        for q in range(rows):
            x[q] = y[q]
            r[q] = 0.0
        for j in range(s):
            a, c, k = a_table[6 * s + j], c_table[6 * s + j], U(j) * rows
            for q in range(rows):
                x[q] += a * u[k + q]
                r[q] += c * u[k + q]
        for m in range(n):
            t = at(m)
            for i in range(LANES):
                r[t + i] = r[t + i] / step[i] + steady[t + i]
        add_linear(x, r, lin, rate)
        add_saturable(x, r, sat, vmax, km)
        add_slow(x, r, turn, par, factor, level)
        add_products(x, r, prod, prod_rate)
        solve(w, inverse, r, pivots)
        k = U(s) * rows
        for q in range(rows):
            u[k + q] = r[q]
    # x holds the sixth stage's state, which is the embedded answer; its stage is the error's estimate.
    k = U(5) * rows
    for q in range(rows):
        y1[q] = x[q] + u[k + q]


@njit(**_JIT)
def errors(n, y, y1, u, scale, tolerance, error):
    for i in range(LANES):
        error[i] = 0.0
    last = U(5) * n * LANES
    for m in range(n):
        t = at(m)
        for i in range(LANES):
            size = scale[t + i] + max(abs(y[t + i]), abs(y1[t + i]))
            off = u[last + t + i] / (tolerance * size)
            error[i] += off * off
    for i in range(LANES):
        error[i] = np.sqrt(error[i] / np.float64(n))


@njit(**_JIT)
def tell_state(i, y, lane, minute, at_min, kept, out, block):
    """Every minute asked until this one gets the lane's state; returns how many were asked so far."""
    times = at_min.shape[0]
    asked = int(lane[at(ASKED) + i])
    base = U(lane[at(PERSON) + i]) * U(times)
    while asked < times and at_min[asked] <= minute:
        for k in range(kept.shape[0]):
            out[base + U(k) * block + U(asked)] = y[at(kept[k]) + i]
        asked += 1
    lane[at(ASKED) + i] = asked
    return asked


@njit(**_JIT)
def tell_between(i, n, y, y1, u, lane, ends, whole, d_table, at_min, kept, out, block):
    """The minutes asked inside a step, by the method's own polynomial; the edge's own minute only later."""
    times = at_min.shape[0]
    asked = int(lane[at(ASKED) + i])
    base = U(lane[at(PERSON) + i]) * U(times)
    h = lane[at(STEP) + i]
    begins = ends - h
    while asked < times and (at_min[asked] < ends or (at_min[asked] == ends and not whole)):
        part = max(0.0, (at_min[asked] - begins) / h)
        for k in range(kept.shape[0]):
            row = at(kept[k]) + i
            first, second = 0.0, 0.0
            for j in range(5):
                stage = u[U(j) * n * LANES + row]
                first += d_table[j] * stage
                second += d_table[6 + j] * stage
            out[base + U(k) * block + U(asked)] = (1.0 - part) * y[row] + part * (
                y1[row] + (1.0 - part) * (first + part * second)
            )
        asked += 1
    lane[at(ASKED) + i] = asked


@njit(**_INLINE)
def fetch(i, to, table, first, count, person, people):
    """A person's numbers, ``count`` rows of a table from row ``first`` on, into the lane."""
    for k in range(count):
        to[at(k) + i] = table[U(first + k) * people + person]


@njit(**_JIT)
def next_stretch(
    i, n, people, y, lane, steady, inputs, occasions, last, lin_rates, n_lin, rate, sat_vmax, sat_km, n_sat, vmax, km,
    drv_factors, n_drv, factor,
):  # fmt: skip
    """What is given at this very minute enters; what runs, and until when; and the rates of the occasion."""
    in_state, in_bolus, in_mg, in_from, in_until = inputs
    person = U(lane[at(PERSON) + i])
    now, edge = lane[at(NOW) + i], last
    for m in range(n):
        steady[at(m) + i] = 0.0
    for e in range(in_state.shape[0]):
        k, t = U(e) * people + person, at(in_state[e]) + i
        begins, ends = in_from[k], in_until[k]
        if begins > now:
            edge = min(edge, begins)
        elif in_bolus[e]:
            if begins == now:
                y[t] += in_mg[k]
        elif ends > now:
            edge = min(edge, ends)
            steady[t] += in_mg[k] / (ends - begins)
    here = 0
    for o in range(occasions.shape[0]):
        if occasions[o] <= now:
            here = o
        else:
            edge = min(edge, occasions[o])
    if here != int(lane[at(OCCASION) + i]):
        lane[at(OCCASION) + i] = here
        fetch(i, rate, lin_rates, here * n_lin, n_lin, person, people)
        fetch(i, vmax, sat_vmax, here * n_sat, n_sat, person, people)
        fetch(i, km, sat_km, here * n_sat, n_sat, person, people)
        fetch(i, factor, drv_factors, here * n_drv, n_drv, person, people)
    lane[at(EDGE) + i], lane[at(LENGTH) + i], lane[at(DONE) + i] = edge, edge - now, 0.0
    lane[at(HELD) + i], lane[at(LAST_STEP) + i], lane[at(LAST_ERROR) + i] = 0.0, 0.0, 1.0
    lane[at(STEP) + i] = -1.0  # the first step is chosen when the rates are known


@njit(**_INLINE)
def first_step(i, lane, jac, diagonal, tolerance):
    fastest = 0.0
    for k in range(diagonal.shape[0]):
        fastest = max(fastest, abs(jac[at(diagonal[k]) + i]))
    length = lane[at(LENGTH) + i]
    return min(length, FIRST * root4(tolerance) / fastest) if fastest > 0.0 else length


@njit(**_INLINE)
def fitted(i, lane, h):
    """A step that ends well: at the edge, or leaving enough for one more."""
    rest = lane[at(LENGTH) + i] - lane[at(DONE) + i]
    if h >= rest * 0.999999:
        return rest
    return min(h, 0.5 * rest) if h > 0.5 * rest else h


@njit(**_INLINE)
def judged(i, lane):
    """Whether a lane's step is taken, and the next one's length: (taken, length, failure)."""
    h, err = lane[at(STEP) + i], lane[at(ERROR) + i]
    if not err < 1e300:
        return False, 0.1 * h, FINE if h > 1e-9 * lane[at(LENGTH) + i] else NOT_A_NUMBER
    shrink = max(FASTEST, min(SLOWEST, root4(err) / SAFETY))
    if err > 1.0:
        return False, h / shrink, FINE
    before = lane[at(LAST_STEP) + i]
    if before > 0.0:
        expected = before / h * root4(err * err / lane[at(LAST_ERROR) + i]) / SAFETY
        shrink = max(shrink, max(FASTEST, min(SLOWEST, expected)))
    longer = h / shrink
    return True, min(h, longer) if lane[at(HELD) + i] > 0.0 else longer, FINE


@njit(**_JIT)
def finish(i, lane, failure, at_min, kept, out, told, block, people):
    """What is left untold is no number; the lane is free."""
    times = at_min.shape[0]
    person = U(lane[at(PERSON) + i])
    for asked in range(int(lane[at(ASKED) + i]), times):
        for k in range(kept.shape[0]):
            out[person * U(times) + U(k) * block + U(asked)] = np.nan
    told[person] = failure
    told[people + person] = lane[at(NOW) + i] + lane[at(DONE) + i]
    told[U(2) * people + person] = lane[at(STEPS) + i]
    told[U(3) * people + person] = lane[at(REFUSED) + i]
    lane[at(PERSON) + i] = -1.0


@njit(**_JIT)
def integrate(
    span,
    sizes,
    lin,
    lin_rates,
    sat,
    sat_vmax,
    sat_km,
    turn,
    turn_par,
    drv_factors,
    prod,
    prod_rates,
    inputs,
    occasions,
    scales,
    start_level,
    pivots,
    tables,
    at_min,
    kept,
    tolerance,
    out,
    told,
    spaces,
):
    """Each person of ``span`` from the first minute to the last one asked.

    ``out``: (kept states, N, T), flat. ``told``: (4, N), flat: failure, minute it happened, steps, steps refused.
    """
    n, people = U(sizes[0]), U(sizes[1])
    a_table, c_table, d_table = tables
    states, terms, matrices, lane, step, shift, error, level = spaces
    y, y1, x, r, u, steady, scale = states
    rate, vmax, km, par, factor, prod_rate = terms
    jac, w, inverse = matrices
    times = at_min.shape[0]
    last = at_min[times - 1]
    block = people * U(times)
    n_lin, n_sat, n_turn, n_drv = lin[0].shape[0], sat[0].shape[0], turn[0].shape[0], turn[3].shape[0]
    following, working = span[0], 0
    for i in range(LANES):
        lane[at(PERSON) + i] = -1.0
        step[i] = 1.0
    fresh = True
    while fresh or working > 0:
        fresh = False
        for i in range(LANES):
            # A lane whose person is done takes the next; one at an edge goes on behind it.
            while True:
                if lane[at(PERSON) + i] < 0.0:
                    if following == span[1]:
                        break
                    person = U(following)
                    following += 1
                    working += 1
                    lane[at(PERSON) + i] = np.float64(person)
                    lane[at(NOW) + i], lane[at(ASKED) + i], lane[at(OCCASION) + i] = occasions[0], 0.0, -1.0
                    lane[at(STEPS) + i], lane[at(REFUSED) + i] = 0.0, 0.0
                    for m in range(n):
                        y[at(m) + i] = start_level[m]
                    fetch(i, scale, scales, 0, n, person, people)
                    fetch(i, par, turn_par, 0, 4 * n_turn, person, people)
                    fetch(i, prod_rate, prod_rates, 0, prod[0].shape[0], person, people)
                    tell_state(i, y, lane, np.nextafter(occasions[0], -np.inf), at_min, kept, out, block)
                elif lane[at(DONE) + i] < lane[at(LENGTH) + i]:
                    break
                else:
                    lane[at(NOW) + i] = lane[at(EDGE) + i]
                failure = FINE
                if int(lane[at(ASKED) + i]) < times:
                    next_stretch(
                        i, n, people, y, lane, steady, inputs, occasions, last, lin_rates, n_lin, rate, sat_vmax, sat_km,
                        n_sat, vmax, km, drv_factors, n_drv, factor,
                    )  # fmt: skip
                    tell_state(i, y, lane, lane[at(NOW) + i], at_min, kept, out, block)
                if int(lane[at(ASKED) + i]) == times:
                    finish(i, lane, failure, at_min, kept, out, told, block, people)
                    working -= 1
        if working == 0:
            break
        jacobian(y, jac, lin, rate, sat, vmax, km, turn, par, factor, level, prod, prod_rate)
        for i in range(LANES):
            if lane[at(PERSON) + i] >= 0.0:
                h = lane[at(STEP) + i]
                if h < 0.0:
                    h = first_step(i, lane, jac, pivots[1], tolerance)
                h = fitted(i, lane, h)
                lane[at(STEP) + i] = h
                step[i] = h
            shift[i] = 1.0 / (GAMMA * step[i])
        eliminate(jac, w, inverse, shift, pivots)
        stages(
            n, y, y1, x, r, u, steady, lin, rate, sat, vmax, km, turn, par, factor, level, prod, prod_rate,
            w, inverse, pivots, a_table, c_table, step,
        )  # fmt: skip
        errors(n, y, y1, u, scale, tolerance, error)
        for i in range(LANES):
            if lane[at(PERSON) + i] < 0.0:
                continue
            lane[at(ERROR) + i] = error[i]
            taken, longer, failure = judged(i, lane)
            if taken:
                h = step[i]
                done = lane[at(DONE) + i] + h
                whole = done >= lane[at(LENGTH) + i]
                ends = lane[at(EDGE) + i] if whole else lane[at(NOW) + i] + done
                tell_between(i, n, y, y1, u, lane, ends, whole, d_table, at_min, kept, out, block)
                for m in range(n):
                    y[at(m) + i] = y1[at(m) + i]
                lane[at(DONE) + i], lane[at(STEPS) + i] = done, lane[at(STEPS) + i] + 1.0
                lane[at(LAST_STEP) + i], lane[at(LAST_ERROR) + i] = h, max(1e-2, error[i])
                lane[at(HELD) + i] = 0.0
            else:
                lane[at(REFUSED) + i] += 1.0
                lane[at(HELD) + i] = 1.0
            lane[at(STEP) + i] = longer
            if longer <= 1e-14 * max(abs(lane[at(NOW) + i]), lane[at(LENGTH) + i]) and failure == FINE:
                failure = TOO_SMALL
            if lane[at(STEPS) + i] + lane[at(REFUSED) + i] > MOST_STEPS:
                failure = TOO_MANY
            if failure != FINE:
                finish(i, lane, failure, at_min, kept, out, told, block, people)
                working -= 1
                fresh = True
