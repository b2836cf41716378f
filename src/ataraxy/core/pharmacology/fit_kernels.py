"""From random effects to what would have been read, in vector lanes: a sheet's arithmetic, then a walk in modes.

The lanes of a pass may be anybody: one person's draws, or many people's steps. Only what was observed is told. Import
it only when it is needed.
"""

from __future__ import annotations

from numba import njit

from ataraxy.core.pharmacology.effect_kernels import driven, driven_too, response
from ataraxy.core.pharmacology.lanes import JIT, U, add_product, at, copy, fill, scaled, vexp
from ataraxy.core.pharmacology.mode_kernels import modes

LOAD, TIMES, OVER, PLUS, MINUS, GROWN = 0, 1, 2, 3, 4, 5  # as ``fit_sheet.Op``


@njit(**JIT)
def loaded(w, t, table, first, whose, people, lanes):
    if people == 1:
        fill(w, t, table[first], lanes)
    else:
        for i in range(lanes):
            w[t + i] = table[first + U(whose[i])]


@njit(**JIT)
def timed(w, t, a, b, lanes):
    for i in range(lanes):
        w[t + i] = w[a + i] * w[b + i]


@njit(**JIT)
def parted(w, t, a, b, lanes):
    for i in range(lanes):
        w[t + i] = w[a + i] / w[b + i]


@njit(**JIT)
def added(w, t, a, b, lanes):
    for i in range(lanes):
        w[t + i] = w[a + i] + w[b + i]


@njit(**JIT)
def taken(w, t, a, b, lanes):
    for i in range(lanes):
        w[t + i] = w[a + i] - w[b + i]


@njit(**JIT)
def grown(w, t, a, b, lanes):
    for i in range(lanes):
        w[t + i] = w[a + i] * vexp(w[b + i])


@njit(**JIT)
def odds(w, t, a, b, lanes):
    for i in range(lanes):
        ratio = w[a + i] / (1.0 - w[a + i]) * vexp(w[b + i])
        w[t + i] = ratio / (1.0 + ratio)


@njit(**JIT)
def worked_out(w, sheet, whose, lanes):
    """Every row of the sheet, in order."""
    op, to, x, y, tables, people = sheet
    for k in range(op.shape[0]):
        t, a, b = at(to[k]), at(x[k]), at(y[k])
        if op[k] == LOAD:
            loaded(w, t, tables, U(x[k] * people), whose, people, lanes)
        elif op[k] == TIMES:
            timed(w, t, a, b, lanes)
        elif op[k] == OVER:
            parted(w, t, a, b, lanes)
        elif op[k] == PLUS:
            added(w, t, a, b, lanes)
        elif op[k] == MINUS:
            taken(w, t, a, b, lanes)
        elif op[k] == GROWN:
            grown(w, t, a, b, lanes)
        else:
            odds(w, t, a, b, lanes)


@njit(**JIT)
def faded(y, t, rates, k, minutes, lanes):
    for i in range(lanes):
        y[t + i] *= vexp(-rates[k + i] * minutes)


@njit(**JIT)
def taken_over(y, back, amounts, reach, n, lanes):
    """Modes from the amounts in every state."""
    for k in range(n):
        fill(y, at(k), 0.0, lanes)
        for s in range(n):
            if reach[k * n + s]:
                add_product(y, at(k), back, at(k * n + s), amounts, at(s), lanes)


@njit(**JIT)
def summed_up(to, t, state, ahead, y, reach, n, lanes):
    """The amount in one state from the modes."""
    fill(to, t, 0.0, lanes)
    for k in range(n):
        if reach[state * n + k]:
            add_product(to, t, ahead, at(state * n + k), y, at(k), lanes)


@njit(**JIT)
def fed(y, t, push, rates, k, minutes, lanes):
    """A mode some minutes later while something enters: what is left, and (1 - exp(-x)) / decay of what came.

    A series for the short, so that nothing cancels.
    """
    for i in range(lanes):
        x = rates[k + i] * minutes
        left = vexp(-x)
        u = min(x, 0.1)
        p = 1.0 / 11.0
        p = (1.0 - u * p) * (1.0 / 10.0)
        p = (1.0 - u * p) * (1.0 / 9.0)
        p = (1.0 - u * p) * (1.0 / 8.0)
        p = (1.0 - u * p) * (1.0 / 7.0)
        p = (1.0 - u * p) * (1.0 / 6.0)
        p = (1.0 - u * p) * (1.0 / 5.0)
        p = (1.0 - u * p) * (1.0 / 4.0)
        p = (1.0 - u * p) * (1.0 / 3.0)
        p = (1.0 - u * p) * (1.0 / 2.0)
        series = 1.0 - u * p
        share = series if x < 0.1 else (1.0 - left) / max(x, 0.05)
        y[t + i] = y[t + i] * left + push[t + i] * (share * minutes)


@njit(**JIT)
def step(minutes, running, rates, y, push, n, lanes):
    """Every mode this many minutes later; ``running``: something enters meanwhile."""
    for k in range(n):
        if running:
            fed(y, at(k), push, rates, at(k * n + k), minutes, lanes)
        else:
            faded(y, at(k), rates, at(k * n + k), minutes, lanes)


@njit(**JIT)
def pushed(push, w, rows, first, into, back, reach, n, lanes):
    """What the running inputs push into every mode, a minute."""
    for k in range(n):
        fill(push, at(k), 0.0, lanes)
        for c in range(into.shape[0]):
            row = rows[first + c]
            if row >= 0 and reach[k * n + into[c]]:
                add_product(push, at(k), back, at(k * n + into[c]), w, at(row), lanes)


@njit(**JIT)
def entered(y, w, rows, first, back, reach, n, lanes):
    """Boluses into every mode."""
    for s in range(n):
        row = rows[first + s]
        if row >= 0:
            for k in range(n):
                if reach[k * n + s]:
                    add_product(y, at(k), back, at(k * n + s), w, at(row), lanes)


@njit(**JIT)
def tell(out, w, y, t, times, occasion, told, ahead, reach, n, early, rooms, lanes):
    """Every reading and effect that somebody looked at at this minute, into rows of ``out``."""
    state, scale, kinds, roles, low, high, ends, driver_state, driver_scale, wanted = told
    amount, drive, par = rooms
    readings, drivers = state.shape[0], driver_state.shape[0]
    for r in range(readings):
        if wanted[r * times + t]:
            to = at(r * times + t)
            if early:
                fill(out, to, 0.0, lanes)
            else:
                summed_up(amount, U(0), state[r], ahead, y, reach, n, lanes)
                scaled(out, to, amount, U(0), w, at(scale[occasion * readings + r]), lanes)
    for e in range(kinds.shape[0]):
        if wanted[(readings + e) * times + t]:
            for d in range(ends[e], ends[e + 1]):
                if early:
                    fill(amount, U(0), 0.0, lanes)
                else:
                    summed_up(amount, U(0), driver_state[d], ahead, y, reach, n, lanes)
                factor = at(driver_scale[occasion * drivers + d])
                if d == ends[e]:
                    driven(drive, amount, U(0), w, factor, lanes)
                else:
                    driven_too(drive, amount, U(0), w, factor, lanes)
            for k in range(6):
                copy(par, at(k), w, at(roles[6 * e + k]), lanes)
            response(kinds[e], drive, par, U(0), low[e], high[e], out, at((readings + e) * times + t), lanes)


@njit(**JIT)
def course(lanes, whose, plan, w, out, doubt, rooms):
    """What would have been read of these lanes, whose effects are in the first rows of ``w``, into rows of ``out``.

    ``doubt``: how many times rounding may have grown in each lane; not a number where two modes coincide.
    """
    sheet, network, moves, told, times = plan
    n, count, structure, cells = network
    steps, occasions, rate, bolus, outs, lengths, feeding, into, entering, early = moves
    tables, a, y, push, amounts, told_rooms = rooms
    rates, ahead, back, worst = tables[0], tables[7], tables[8], tables[13]
    reach = structure[5]
    worked_out(w, sheet, whose, lanes)
    fill(doubt, U(0), 1.0, lanes)
    for t in range(early):
        tell(out, w, y, t, times, 0, told, ahead, reach, n, True, told_rooms, lanes)
    here, running = -1, 0
    for m in range(steps.shape[0]):
        if occasions[m] != here:
            if here >= 0:
                for s in range(n):
                    summed_up(amounts, at(s), s, ahead, y, reach, n, lanes)
            for k in range(count):
                row = cells[occasions[m] * count + k]
                if row >= 0:
                    copy(a, at(k), w, at(row), lanes)
                else:
                    fill(a, at(k), 0.0, lanes)
            modes(a, structure, n, tables, lanes)
            for i in range(lanes):
                doubt[i] = doubt[i] if worst[i] <= doubt[i] else worst[i]
            if here >= 0:
                taken_over(y, back, amounts, reach, n, lanes)
            else:
                for k in range(n):
                    fill(y, at(k), 0.0, lanes)
            here, running = occasions[m], 0
        if rate[m] != running:
            running = rate[m]
            pushed(push, w, feeding, running * into.shape[0], into, back, reach, n, lanes)
        if steps[m] >= 0:
            step(lengths[steps[m]], running != 0, rates, y, push, n, lanes)
        if bolus[m] >= 0:
            entered(y, w, entering, bolus[m] * n, back, reach, n, lanes)
        if outs[m] >= 0:
            tell(out, w, y, outs[m], times, here, told, ahead, reach, n, False, told_rooms, lanes)
