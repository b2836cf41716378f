"""The compiled half of ``stiff``: RODAS4 for people side by side, each at their own pace. Import it only when needed.

A lane holds one person with their own minute and their own step; whoever is done makes room for the next. No lane
looks at another, so nobody's numbers depend on their company. One kernel serves every model: rates, saturable terms,
slow responses and products come as lists of terms, the elimination as lists of positions. Nothing is allocated.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ataraxy.core.pharmacology.lane_kernels import LANES, at
from ataraxy.core.pharmacology.lanes import JIT, U
from ataraxy.core.pharmacology.pace_kernels import (
    ASKED,
    DONE,
    EDGE,
    ERROR,
    FINE,
    HELD,
    LAST_ERROR,
    LAST_STEP,
    LENGTH,
    NOW,
    OCCASION,
    PERSON,
    REFUSED,
    STEP,
    STEPS,
    TOO_MANY,
    TOO_SMALL,
    fetch,
    finish,
    first_step,
    fitted,
    judged,
    next_stretch,
    tell_between,
    tell_state,
)  # fmt: skip
from ataraxy.core.pharmacology.pivot_kernels import eliminate, solve
from ataraxy.core.pharmacology.slope_kernels import (
    add_linear,
    add_products,
    add_saturable,
    add_slow,
    jacobian,
)

GAMMA = 0.25
MOST_STEPS = 200_000.0


@njit(**JIT)
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


@njit(**JIT)
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


@njit(**JIT)
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
