"""What a lane knows of its person: where it is in the course, what is told so far, and how long its next step is."""

from __future__ import annotations

import numpy as np
from numba import njit

from ataraxy.core.pharmacology.lane_kernels import INLINE, LANES, at, root4
from ataraxy.core.pharmacology.lanes import JIT, U

FINE, TOO_SMALL, NOT_A_NUMBER, TOO_MANY = 0.0, 1.0, 2.0, 3.0
SAFETY, SLOWEST, FASTEST = 0.9, 5.0, 1.0 / 6.0  # of the step's size: most it shrinks, most it grows
FIRST = 2.0  # times the fourth root of the tolerance: the first step, in times of the fastest rate

# One row of ``lane`` each.
PERSON, NOW, EDGE, DONE, LENGTH, HELD, LAST_STEP, LAST_ERROR, ASKED, STEPS, REFUSED, OCCASION = range(12)
STEP, ERROR, LANE_ROWS = 12, 13, 14


@njit(**JIT)
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


@njit(**JIT)
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


@njit(**INLINE)
def fetch(i, to, table, first, count, person, people):
    """A person's numbers, ``count`` rows of a table from row ``first`` on, into the lane."""
    for k in range(count):
        to[at(k) + i] = table[U(first + k) * people + person]


@njit(**JIT)
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


@njit(**INLINE)
def first_step(i, lane, jac, diagonal, tolerance):
    fastest = 0.0
    for k in range(diagonal.shape[0]):
        fastest = max(fastest, abs(jac[at(diagonal[k]) + i]))
    length = lane[at(LENGTH) + i]
    return min(length, FIRST * root4(tolerance) / fastest) if fastest > 0.0 else length


@njit(**INLINE)
def fitted(i, lane, h):
    """A step that ends well: at the edge, or leaving enough for one more."""
    rest = lane[at(LENGTH) + i] - lane[at(DONE) + i]
    if h >= rest * 0.999999:
        return rest
    return min(h, 0.5 * rest) if h > 0.5 * rest else h


@njit(**INLINE)
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


@njit(**JIT)
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
