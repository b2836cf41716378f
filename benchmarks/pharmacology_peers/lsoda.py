"""numbalsoda: LSODA called from numba, patients in a compiled loop, on one thread."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
from numba import carray, cfunc, njit, prange, set_num_threads
from numbalsoda import lsoda, lsoda_sig

from ataraxy.core.pharmacology.people import FloatArray
from pharmacology_peers.workload import ATOL, COLUMNS, RTOL, Workload, read_off, segments

NAME = f"numbalsoda {version('numbalsoda')}"
MOST = None  # patients: as many as asked
PUMP = len(COLUMNS)  # one column more: what the pump gives now, mg/min


@cfunc(lsoda_sig)
def w1_slopes(t, y_, dy, p_):
    y, p = carray(y_, (4,)), carray(p_, (PUMP + 1,))
    dy[0] = p[PUMP] - (p[0] + p[1] + p[3]) * y[0] + p[2] * y[1] + p[4] * y[2]
    dy[1] = p[1] * y[0] - p[2] * y[1]
    dy[2] = p[3] * y[0] - p[4] * y[2]
    dy[3] = p[7] * (y[0] / p[5] - y[3])


@cfunc(lsoda_sig)
def w2_slopes(t, y_, dy, p_):
    y, p = carray(y_, (7,)), carray(p_, (PUMP + 1,))
    power = (max(y[3], 0.0) / p[15]) ** p[16]
    dy[0] = p[PUMP] - (p[0] + p[1] + p[3]) * y[0] + p[2] * y[1] + p[4] * y[2]
    dy[1] = p[1] * y[0] - p[2] * y[1]
    dy[2] = p[3] * y[0] - p[4] * y[2]
    dy[3] = p[7] * (y[0] / p[5] - y[3])
    dy[4] = p[8] * y[0] - (p[9] + p[10]) * y[4] + p[11] * y[5]
    dy[5] = p[10] * y[4] - p[11] * y[5]
    dy[6] = p[17] * (p[13] * (1 - p[14] * power / (1 + power)) - y[6])


@cfunc(lsoda_sig)
def w3_slopes(t, y_, dy, p_):
    y, p = carray(y_, (7,)), carray(p_, (PUMP + 1,))
    power = (max(y[3], 0.0) / p[15]) ** p[16]
    made = p[22] * y[0] / (p[23] + y[0])
    dy[0] = p[PUMP] - (p[0] + p[1] + p[3]) * y[0] + p[2] * y[1] + p[4] * y[2] - made
    dy[1] = p[1] * y[0] - p[2] * y[1]
    dy[2] = p[3] * y[0] - p[4] * y[2]
    dy[3] = p[7] * (y[0] / p[5] - y[3])
    dy[4] = made - (p[9] + p[10]) * y[4] + p[11] * y[5]
    dy[5] = p[10] * y[4] - p[11] * y[5]
    dy[6] = p[17] * (p[13] * (1 - p[14] * power / (1 + power)) - y[6])


SLOPES = {"w1": (w1_slopes, 4), "w2": (w2_slopes, 7), "w3": (w3_slopes, 7)}


@njit(parallel=True)
def solve(address, numbers, first, at, begins, running, owned, states, rtol, atol):
    """``at``: the times of each stretch, its start first; ``owned`` says which of them are asked for."""
    people, pump = numbers.shape[0], numbers.shape[1] - 1
    failed = np.zeros(people, dtype=np.int64)
    for person in prange(people):
        state, p = first[person].copy(), numbers[person].copy()
        for stretch in range(len(begins) - 1):
            p[pump] = p[6] if running[stretch] else 0.0
            part = at[begins[stretch] : begins[stretch + 1]]
            found, success = lsoda(address, state, part, p, rtol, atol)
            failed[person] += not success
            for k in range(len(part)):
                place = owned[begins[stretch] + k]
                if place >= 0:
                    states[person, place] = found[k]
            state = found[-1].copy()
    return failed.sum()


def make(work: Workload, rtol: float = RTOL, atol: float = ATOL):
    """Numbers (people, columns) -> the curves."""
    set_num_threads(1)
    slopes, n = SLOPES[work.name]
    at, begins, running, owned = [], [0], [], []
    for start, end, runs, inside in segments(work.at_min):
        times = np.unique(np.concatenate([[start], work.at_min[inside], [end]]))
        where = np.full(len(times), -1)
        where[np.searchsorted(times, work.at_min[inside])] = inside
        at.append(times), owned.append(where), running.append(runs), begins.append(begins[-1] + len(times))
    told = (np.concatenate(at), np.array(begins), np.array(running), np.concatenate(owned))

    def call(numbers: FloatArray) -> dict[str, FloatArray]:
        first = np.zeros((len(numbers), n))
        if n == 7:
            first[:, 6] = numbers[:, COLUMNS.index("r0")]
        states = np.zeros((len(numbers), len(work.at_min), n))
        wide = np.ascontiguousarray(np.column_stack([numbers, np.zeros(len(numbers))]))
        failed = solve(slopes.address, wide, first, *told, states, rtol, atol)
        if failed:
            raise RuntimeError(f"numbalsoda failed on {failed} stretches")
        return read_off(work, numbers, states)

    return call
