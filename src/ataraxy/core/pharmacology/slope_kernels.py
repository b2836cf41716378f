"""The right-hand side and its derivatives, person by person in lanes: each kind of term by its own loop."""

from __future__ import annotations

from numba import njit

from ataraxy.core.pharmacology.lane_kernels import INLINE, LANES, at
from ataraxy.core.pharmacology.lanes import JIT, vexp, vlog

LEAST_LEVEL = 1e-12  # of a driver over its constant: below it a power of it is told as this one's


@njit(**INLINE)
def levels(y, level, factor, drv_col, lo, hi):
    """The drivers of a slow response, each over its constant, added."""
    for i in range(LANES):
        level[i] = 0.0
    for d in range(lo, hi):
        c, f = at(drv_col[d]), at(d)
        for i in range(LANES):
            level[i] += max(y[c + i], 0.0) * factor[f + i]


@njit(**INLINE)
def add_linear(y, r, lin, rate):
    lin_row, lin_col, _ = lin
    for e in range(lin_row.shape[0]):
        t, c, k = at(lin_row[e]), at(lin_col[e]), at(e)
        for i in range(LANES):
            r[t + i] += rate[k + i] * y[c + i]


@njit(**INLINE)
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


@njit(**INLINE)
def add_slow(y, r, turn, par, factor, level):
    turn_row, _, drv_ptr, drv_col, _ = turn
    for j in range(turn_row.shape[0]):
        levels(y, level, factor, drv_col, drv_ptr[j], drv_ptr[j + 1])
        t, kout, top, gamma, rest = at(turn_row[j]), at(4 * j), at(4 * j + 1), at(4 * j + 2), at(4 * j + 3)
        for i in range(LANES):
            power = vexp(par[gamma + i] * vlog(max(level[i], LEAST_LEVEL)))
            effect = par[top + i] * power / (1.0 + power)
            r[t + i] += par[kout + i] * (par[rest + i] - effect - y[t + i])


@njit(**INLINE)
def add_products(y, r, prod, prod_rate):
    prod_row, prod_i, prod_j, _, _ = prod
    for p in range(prod_row.shape[0]):
        t, a, b, k = at(prod_row[p]), at(prod_i[p]), at(prod_j[p]), at(p)
        for i in range(LANES):
            r[t + i] += prod_rate[k + i] * y[a + i] * y[b + i]


@njit(**JIT)
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
