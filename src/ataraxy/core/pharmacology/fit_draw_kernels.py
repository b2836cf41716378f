"""Draws of effects weighed in vector lanes: where each comes from, how dense that was, and how well it explains.

Import it only when it is needed.
"""

from __future__ import annotations

from numba import njit

from ataraxy.core.pharmacology.fit_kernels import course
from ataraxy.core.pharmacology.fit_reading_kernels import add_readings
from ataraxy.core.pharmacology.lanes import JIT, MOST_LANES, U, at, copy, copy_rows, fill, vexp, vlog


@njit(**JIT)
def beyond_sense(doubt, w, t, most, lanes):
    """No number of doubt where an effect goes beyond all sense."""
    for i in range(lanes):
        doubt[i] = doubt[i] if abs(w[t + i]) < most else 1e300


@njit(**JIT)
def kept(to, first, total, ok, lanes):
    for i in range(lanes):
        to[first + i] = total[i] if ok[i] > 0.0 else -1e308


@njit(**JIT)
def log_likelihoods(etas, count, plan, seen, most_eta, found, doubts, rooms):
    """Log likelihood (count,) of draws (d, count), flat; -1e308 where a prediction is no number. ``doubts``: of each."""
    sheet_plan, course_rooms, d = plan
    columns, values, sides, errors = seen
    w, out, doubt, whose, ok, total, z, spread, spare = rooms
    for first in range(0, count, MOST_LANES):
        lanes, start = U(min(count - first, MOST_LANES)), U(first)
        copy_rows(w, U(0), etas, start, count, d, lanes)
        course(lanes, whose, sheet_plan, w, out, doubt, course_rooms)
        for i in range(d):
            beyond_sense(doubt, w, at(i), most_eta, lanes)
        for i in range(lanes):
            doubts[start + i] = doubt[i]
        fill(ok, U(0), 1.0, lanes)
        fill(total, U(0), 0.0, lanes)
        add_readings(total, ok, out, columns, values, sides, errors, spare, z, spread, lanes)
        kept(found, start, total, ok, lanes)


@njit(**JIT)
def projected(to, x, start, count, centre, c0, unroot, r0, d, white, lanes):
    """Squared distance from a centre, in the scale of a kernel."""
    fill(to, U(0), 0.0, lanes)
    for i in range(d):
        fill(white, U(0), 0.0, lanes)
        for k in range(i + 1):
            along(white, x, U(k * count) + start, centre[c0 + k], unroot[r0 + i * d + k], lanes)
        squared(to, white, lanes)


@njit(**JIT)
def along(white, x, k, centre, factor, lanes):
    for i in range(lanes):
        white[i] += factor * (x[k + i] - centre)


@njit(**JIT)
def squared(to, white, lanes):
    for i in range(lanes):
        to[i] += white[i] * white[i]


@njit(**JIT)
def dense_student(to, t, distance, constant, half, freedom, lanes):
    for i in range(lanes):
        to[t + i] = constant - half * vlog(1.0 + distance[i] / freedom)


@njit(**JIT)
def dense_normal(to, t, distance, constant, lanes):
    for i in range(lanes):
        to[t + i] = constant - 0.5 * distance[i]


@njit(**JIT)
def higher(top, x, t, lanes):
    for i in range(lanes):
        top[i] = max(top[i], x[t + i])


@njit(**JIT)
def lifted(total, x, t, top, lanes):
    for i in range(lanes):
        total[i] += vexp(x[t + i] - top[i])


@njit(**JIT)
def log_of_sum(found, start, total, top, lanes):
    for i in range(lanes):
        found[start + i] = top[i] + vlog(total[i])


@njit(**JIT)
def log_densities(etas, count, d, kernels, of_prior, found, rooms):
    """Log densities (count,) of draws (d, count), flat: of the first kernel alone, and of the others' mixture.

    Kernels are told one behind the other; freedom 0 is the normal.
    """
    centres, unroots, constants, halves, freedoms = kernels
    parts, distance, white, top, total = rooms
    for first in range(0, count, MOST_LANES):
        lanes, start = U(min(count - first, MOST_LANES)), U(first)
        fill(top, U(0), -1e308, lanes)
        fill(total, U(0), 0.0, lanes)
        for k in range(constants.shape[0]):
            projected(distance, etas, start, count, centres, k * d, unroots, k * d * d, d, white, lanes)
            if freedoms[k] > 0:
                dense_student(parts, at(k), distance, constants[k], halves[k], freedoms[k], lanes)
            else:
                dense_normal(parts, at(k), distance, constants[k], lanes)
            if k:
                higher(top, parts, at(k), lanes)
        copy(of_prior, start, parts, U(0), lanes)
        for k in range(1, constants.shape[0]):
            lifted(total, parts, at(k), top, lanes)
        log_of_sum(found, start, total, top, lanes)
