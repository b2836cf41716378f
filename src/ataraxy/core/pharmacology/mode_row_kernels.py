"""The rows of the banks: what each mode is worth in each reading, what a while leaves of it, what enters it."""

from __future__ import annotations

from numba import njit

from ataraxy.core.pharmacology.lanes import JIT, STRIDE, add_product, at, copy, fill, scaled
from ataraxy.core.pharmacology.mode_kernels import decayed, filled

ALL = -1  # a row of a bank that is a mode itself, kept to carry people from one occasion to the next


@njit(**JIT)
def worth(y_mode, y_reading, rd_state, scales, sources, ahead, back, n, weight, entering, spare, lanes):
    """What each mode of each bank is worth (``weight``), and 1 mg into each source in it (``entering``)."""
    count = sources.shape[0]
    for y in range(y_mode.shape[0]):
        k, r = y_mode[y], y_reading[y]
        if r == ALL:
            fill(weight, at(y), 1.0, lanes)
        else:
            scaled(weight, at(y), ahead, at(rd_state[r] * n + k), scales, at(r), lanes)
        for s in range(count):
            scaled(entering, at(y * count + s), weight, at(y), back, at(k * n + sources[s]), lanes)


@njit(**JIT)
def length_rows(e, g, e0, fed, rates, n, y_mode, minutes, spare, lanes):
    """What a while leaves of each mode (``e``), and of 1 mg a minute into it (``g``), for every row of the banks."""
    for k in range(n):
        decayed(spare, at(k), rates, at(k * n + k), minutes, lanes)
    for y in range(y_mode.shape[0]):
        copy(e, e0 + at(y), spare, at(y_mode[y]), lanes)
    if fed:
        for k in range(n):
            filled(spare, at(k), rates, at(k * n + k), minutes, lanes)
        for y in range(y_mode.shape[0]):
            copy(g, e0 + at(y), spare, at(y_mode[y]), lanes)


@njit(**JIT)
def node_rows(e, g, e0, fed, rates, n, driving, bank, y_mode, minutes, lanes):
    """The same for the driving banks alone, one behind the other."""
    to = e0
    for x in range(driving.shape[0]):
        for y in range(bank[driving[x]], bank[driving[x] + 1]):
            k = at(y_mode[y] * n + y_mode[y])
            decayed(e, to, rates, k, minutes, lanes)
            if fed:
                filled(g, to, rates, k, minutes, lanes)
            to += STRIDE


@njit(**JIT)
def pushed(push, entering, inputs, count, rows, feeding, lanes):
    """What the running inputs push into every row of the banks, a minute."""
    for y in range(rows):
        fill(push, at(y), 0.0, lanes)
        for c in range(inputs):
            add_product(push, at(y), entering, at(y * count + c), feeding, at(c), lanes)


@njit(**JIT)
def times_constant(x, k, constant, lanes):
    for i in range(lanes):
        x[k + i] *= constant


@njit(**JIT)
def carried(y, all_from, n, ahead, amounts, lanes):
    """The amounts in every state, from the modes kept in the last rows."""
    for s in range(n):
        fill(amounts, at(s), 0.0, lanes)
        for k in range(n):
            add_product(amounts, at(s), ahead, at(s * n + k), y, at(all_from + k), lanes)


@njit(**JIT)
def taken_up(y, y_mode, weight, n, back, amounts, spare, lanes):
    """Every row of the banks from the amounts in every state."""
    for k in range(n):
        fill(spare, at(k), 0.0, lanes)
        for s in range(n):
            add_product(spare, at(k), back, at(k * n + s), amounts, at(s), lanes)
    for row in range(y_mode.shape[0]):
        scaled(y, at(row), weight, at(row), spare, at(y_mode[row]), lanes)
