"""How well a prediction explains a reading, compiled: one reading with its slopes, or a column of many lanes.

The formulas are ``likelihood``'s. A reading is told by its column of the ``errors`` table and by ``value``, which is
already on the scale of its error. Import it only when it is needed.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from ataraxy.core.pharmacology.lanes import JIT, U, at, vlog
from ataraxy.core.pharmacology.likelihood import FLOOR, SMALLEST
from ataraxy.core.pharmacology.tail import FAR, LOG_ROOT_2PI, towards_zero

NODES, WEIGHTS = towards_zero()
ON_LOG, FIXED, SHARE, FREEDOM, CONSTANT = 0, 1, 2, 3, 4  # rows of ``errors``; freedom 0: the normal


@njit(**JIT)
def log_normal_below(z):
    """Log probability that a standard normal lies below z."""
    if z < FAR:
        inverse = 1.0 / (z * z)
        series = 1.0 - inverse * (
            1.0 - inverse * (3.0 - inverse * (15.0 - inverse * (105.0 - inverse * 945.0)))
        )
        return -0.5 * z * z - LOG_ROOT_2PI - math.log(-z) + math.log(series)
    tail = 0.5 * math.erfc(abs(z) / math.sqrt(2.0))
    return math.log1p(-tail) if z > 0 else math.log(tail)


@njit(**JIT)
def log_student_below(z, freedom, constant):
    """Log probability that Student's t lies below z; ``constant``: its log density at 0."""
    reach = math.atan2(math.sqrt(freedom), abs(z))
    end = math.sin(reach)
    area = 0.0
    for k in range(NODES.shape[0]):
        area += WEIGHTS[k] * (math.sin(reach * NODES[k]) / end) ** (freedom - 1.0)
    tail = constant + 0.5 * math.log(freedom) + (freedom - 1.0) * math.log(end) + math.log(reach * area)
    return math.log1p(-math.exp(tail)) if z > 0 else tail


@njit(**JIT)
def log_density(z, freedom, constant):
    if freedom == 0:
        return -0.5 * z * z - LOG_ROOT_2PI
    return constant - 0.5 * (freedom + 1.0) * math.log1p(z * z / freedom)


@njit(**JIT)
def log_below(z, freedom, constant):
    return log_normal_below(z) if freedom == 0 else log_student_below(z, freedom, constant)


@njit(**JIT)
def spread_of(located, fixed, share):
    """The spread, and how it grows with the prediction."""
    part = abs(share * located)
    spread = max(part if fixed == 0 else math.sqrt(fixed * fixed + part * part), SMALLEST)
    return spread, share * share * located / spread


@njit(**JIT)
def reading(located, value, side, errors, j):
    """Log likelihood of one reading, its slope by the prediction, the weight for scoring, the second derivative."""
    n = errors.shape[0] // 5
    share, freedom, constant = errors[SHARE * n + j], errors[FREEDOM * n + j], errors[CONSTANT * n + j]
    spread, growth = spread_of(located, errors[FIXED * n + j], share)
    z = (value - located) / spread
    stretch, extra = 1.0 + z * growth, share * share - growth * growth
    if side != 0:
        return beyond(z, side, spread, growth, stretch, extra, freedom, constant)
    pull, bend, expected = 1.0, 1.0, 1.0 + 2.0 * growth * growth
    if freedom > 0:
        around = freedom + z * z
        pull = (freedom + 1.0) / around
        bend = (freedom + 1.0) * (freedom - z * z) / (around * around)
        expected = (freedom + 1.0) / (freedom + 3.0) + 2.0 * freedom / (freedom + 3.0) * growth * growth
    score = (pull * z * stretch - growth) / spread
    weight = bend * stretch * stretch + pull * z * (growth * stretch - z * extra) + extra
    curvature = weight / (spread * spread) + score * growth / spread
    likely = log_density(z, freedom, constant) - math.log(spread)
    if errors[ON_LOG * n + j] > 0:
        likely -= value
    return likely, score, max(weight, FLOOR * expected) / (spread * spread), curvature


@njit(**JIT)
def beyond(z, side, spread, growth, stretch, extra, freedom, constant):
    """The same of a reading that is only known to lie below (-1) or above (1) the value."""
    u = -side * z
    likely = log_below(u, freedom, constant)
    slope = side * stretch / spread
    ratio = math.exp(log_density(u, freedom, constant) - likely)
    pull = u if freedom == 0 else u * (freedom + 1.0) / (freedom + u * u)
    weight = max(ratio * (ratio + pull), 0.0) * slope * slope
    turn = z * extra - 2.0 * stretch * growth
    return likely, ratio * slope, weight, weight - ratio * side * turn / (spread * spread)


@njit(**JIT)
def on_scale(w, t, out, c, on_log, lanes):
    """A column of predictions on the scale of a reading's error."""
    if on_log > 0:
        for i in range(lanes):
            w[t + i] = vlog(max(out[c + i], SMALLEST))
    else:
        for i in range(lanes):
            w[t + i] = out[c + i]


@njit(**JIT)
def sound(ok, out, c, lanes):
    """1 in every lane stays where the prediction is a number; where not, 0, and the prediction becomes 1."""
    for i in range(lanes):
        good = abs(out[c + i]) <= 1e300  # written so that what is no number is not
        ok[i] = ok[i] if good else 0.0
        out[c + i] = out[c + i] if good else 1.0


@njit(**JIT)
def misfits(z, spread, w, t, value, fixed, share, lanes):
    for i in range(lanes):
        part = share * w[t + i]
        s = max(np.sqrt(fixed * fixed + part * part), SMALLEST)
        spread[i] = s
        z[i] = (value - w[t + i]) / s


@njit(**JIT)
def add_normal(total, z, spread, less, lanes):
    for i in range(lanes):
        total[i] += -0.5 * z[i] * z[i] - less - vlog(spread[i])


@njit(**JIT)
def add_student(total, z, spread, less, freedom, lanes):
    for i in range(lanes):
        total[i] -= less + 0.5 * (freedom + 1.0) * vlog(1.0 + z[i] * z[i] / freedom) + vlog(spread[i])


@njit(**JIT)
def add_readings(total, ok, out, columns, values, sides, errors, w, z, spread, lanes):
    """The log likelihood of every reading, added up in each lane; ``w``: a spare row."""
    n = columns.shape[0]
    for j in range(n):
        c, on_log = at(columns[j]), errors[ON_LOG * n + j]
        freedom, constant = errors[FREEDOM * n + j], errors[CONSTANT * n + j]
        sound(ok, out, c, lanes)
        on_scale(w, U(0), out, c, on_log, lanes)
        misfits(z, spread, w, U(0), values[j], errors[FIXED * n + j], errors[SHARE * n + j], lanes)
        jacobian = values[j] if on_log > 0 else 0.0
        if sides[j] != 0:
            for i in range(lanes):
                total[i] += log_below(-sides[j] * z[i], freedom, constant)
        elif freedom == 0:
            add_normal(total, z, spread, LOG_ROOT_2PI + jacobian, lanes)
        else:
            add_student(total, z, spread, jacobian - constant, freedom, lanes)
