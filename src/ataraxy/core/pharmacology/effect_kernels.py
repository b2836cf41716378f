"""Effects of a block of people in vector lanes: what a drive does at once, and what the slow response adds up."""

from __future__ import annotations

from numba import njit

from ataraxy.core.pharmacology.lanes import JIT, U, at, copy, fill, vexp, vlog

LINEAR, OCCUPANCY, SIGMOID, RELATIVE, TURNOVER = 0, 1, 2, 3, 4


@njit(**JIT)
def shares(u, par, gamma, lanes):
    """Each u becomes u^g / (1 + u^g), as 1 / (1 + exp(-g log u)): 0 at 0 without asking.

    Loops of their own: the compiler makes vector code of a logarithm or of an exponential, not of both at once. The
    least share is 1e-299: numbers too small to be normal are slow.
    """
    for i in range(lanes):
        u[i] = -par[gamma + i] * vlog(max(u[i], 1e-300))
    for i in range(lanes):
        u[i] = 1.0 / (1.0 + vexp(min(u[i], 690.0)))


@njit(**JIT)
def straight(out, t, drive, par, base, slope, low, high, lanes):
    for i in range(lanes):
        out[t + i] = min(max(par[base + i] + par[slope + i] * drive[i], low), high)


@njit(**JIT)
def occupied(drive, lanes):
    for i in range(lanes):
        drive[i] = drive[i] / (1.0 + drive[i])


@njit(**JIT)
def relative(out, t, drive, par, base, top, low, high, lanes):
    for i in range(lanes):
        out[t + i] = min(max(par[base + i] * (1.0 + par[top + i] * drive[i]), low), high)


@njit(forceinline=True, **JIT)
def response(kind, drive, par, p, low, high, out, t, lanes):
    """One effect of a block at one minute into ``out`` from t on; rows of ``par`` from p on, as in ``ROLES``.

    The drive is used up.
    """
    base, slope, top, gamma = p, p + at(1), p + at(2), p + at(3)
    if kind == LINEAR:
        straight(out, t, drive, par, base, slope, low, high, lanes)
    elif kind == OCCUPANCY:
        occupied(drive, lanes)
        straight(out, t, drive, par, base, top, low, high, lanes)
    elif kind == SIGMOID:
        shares(drive, par, gamma, lanes)
        straight(out, t, drive, par, base, top, low, high, lanes)
    else:
        shares(drive, par, gamma, lanes)
        relative(out, t, drive, par, base, top, low, high, lanes)


@njit(forceinline=True, **JIT)
def weigh(integral, j, weight, decay, k, drive, par, gamma, lanes):
    """Add one quadrature node to the integral of a turnover effect; the drive is used up."""
    shares(drive, par, gamma, lanes)
    gained(integral, j, weight, decay, k, drive, lanes)


@njit(**JIT)
def driven(drive, x, a, factors, f, lanes):
    """The drive of one level."""
    for i in range(lanes):
        drive[i] = max(x[a + i], 0.0) * factors[f + i]


@njit(**JIT)
def driven_too(drive, x, a, factors, f, lanes):
    """A further level's part of the drive."""
    for i in range(lanes):
        drive[i] += max(x[a + i], 0.0) * factors[f + i]


@njit(forceinline=True, **JIT)
def drive_of(first, last, states, s, drv_state, factors, drive, lanes):
    """Drivers first to last of one effect (states from row s on), each over its own constant, added."""
    driven(drive, states, s + at(drv_state[first]), factors, at(first), lanes)
    for d in range(first + 1, last):
        driven_too(drive, states, s + at(drv_state[d]), factors, at(d), lanes)


@njit(**JIT)
def gained(integral, j, weight, decay, k, share, lanes):
    for i in range(lanes):
        integral[j + i] += weight * decay[k + i] * share[i]


@njit(**JIT)
def ended(level, j, keep, k, par, placebo, integral, lanes):
    for i in range(lanes):
        stays = keep[k + i]
        level[j + i] = stays * level[j + i] + (1.0 - par[placebo + i]) * (1.0 - stays) - integral[j + i]
        integral[j + i] = 0.0


@njit(forceinline=True, **JIT)
def close(v, kinds, par, keeps, kept_rows, keep, level, integral, quad, start, people, lanes):
    """End one interval of every turnover effect: its level decays and the integral is taken away."""
    turnover = 0
    for e in range(kinds.shape[0]):
        if kinds[e] == TURNOVER:
            j, k, placebo = at(e), at(e * kept_rows + keeps[v]), at(6 * e + 5)
            if quad.shape[0]:
                copy(quad, U((turnover * keeps.shape[0] + v) * people) + start, integral, j, lanes)
            ended(level, j, keep, k, par, placebo, integral, lanes)
            turnover += 1


@njit(**JIT)
def turnover_tables(kinds, par, left_min, keep_min, decay, keep, level, integral, lanes):
    """For each turnover effect of a block: what a node is worth at the interval's end, and what an interval leaves."""
    for e in range(kinds.shape[0]):
        fill(level, at(e), 1.0, lanes)
        fill(integral, at(e), 0.0, lanes)
        if kinds[e] == TURNOVER:
            top, kout = at(6 * e + 2), at(6 * e + 4)
            for d in range(left_min.shape[0]):
                k, minutes = at(e * left_min.shape[0] + d), left_min[d]
                for i in range(lanes):
                    decay[k + i] = par[kout + i] * par[top + i] * vexp(-par[kout + i] * minutes)
            for d in range(keep_min.shape[0]):
                k, minutes = at(e * keep_min.shape[0] + d), keep_min[d]
                for i in range(lanes):
                    keep[k + i] = vexp(-par[kout + i] * minutes)
