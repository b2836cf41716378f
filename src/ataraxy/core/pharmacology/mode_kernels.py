"""The modes of a block of people in vector lanes: rates to decays, and to what each mode is worth in each reading.

Dense tables of a block are rows of lanes, row (i, j) at ``at(i * n + j)``. Within a block of compartments the scaled
rates are symmetric and turned (Jacobi) until they are diagonal in every lane; what is nothing by the network's shape is
not worked out. Between blocks the modes are set apart by a lower triangle of ones on its diagonal. Where two modes that
feed each other nearly coincide, that triangle and its inverse grow large and cancel: how large is told, person by
person, so that such people can be moved another way.

Source: Jacobi's method for symmetric matrices; eigenvectors of a block-triangular matrix by substitution.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ataraxy.core.pharmacology.lanes import JIT, U, add_product, at, divided, fill, scaled, vexp

SWEEPS = np.array([0, 0, 1, 6, 7, 8, 9, 10, 10])  # at most, of Jacobi's method, by the size of a block
SURE = 3  # of them before it is asked whether they were enough
TINY = 1e-300
LEAST = 1e-150  # beside any difference of decays
DONE = 1e-33  # of two decays' product: a coupling whose square is less changes neither


@njit(**JIT)
def rotate(rates, turned, p, q, lo, hi, n, cosine, sine, lanes):
    """One rotation that empties (p, q) of a block's symmetric rates; ``turned`` gathers the rotations."""
    pp, qq, pq = at(p * n + p), at(q * n + q), at(p * n + q)
    for i in range(lanes):
        a, d = rates[pq + i], rates[qq + i] - rates[pp + i]
        wide = abs(d) + LEAST
        root = np.sqrt(wide * wide + 4.0 * a * a)
        inverse = 1.0 / np.sqrt(2.0 * root * (root + wide))
        c, s = (root + wide) * inverse, np.copysign(2.0 * a * inverse, a * d)
        moved = np.copysign(s * s * root, d)
        cosine[i] = c
        sine[i] = s
        rates[pp + i] -= moved
        rates[qq + i] += moved
        rates[pq + i] = 0.0
    for r in range(lo, hi):
        if r != p and r != q:
            turn(rates, at(min(r, p) * n + max(r, p)), at(min(r, q) * n + max(r, q)), cosine, sine, lanes)
        turn(turned, at(r * n + p), at(r * n + q), cosine, sine, lanes)


@njit(**JIT)
def turn(x, a, b, cosine, sine, lanes):
    for i in range(lanes):
        u, v, c, s = x[a + i], x[b + i], cosine[i], sine[i]
        x[a + i] = c * u - s * v
        x[b + i] = s * u + c * v


@njit(**JIT)
def symmetric(rates, a, down, up, parent, child, both, scale, lanes):
    """The exchange of two compartments made symmetric, and the child's scale from its parent's."""
    for i in range(lanes):
        there, back = a[down + i], a[up + i]
        rates[both + i] = -np.sqrt(there * back)
        scale[child + i] = scale[parent + i] * np.sqrt(max(there, TINY) / max(back, TINY))


@njit(**JIT)
def negative(to, t, a, k, lanes):
    for i in range(lanes):
        to[t + i] = -a[k + i]


@njit(**JIT)
def coupled(rates, p, q, both, lanes):
    """In how many lanes these two still turn each other."""
    count = 0
    for i in range(lanes):
        count += rates[both + i] * rates[both + i] > DONE * abs(rates[p + i] * rates[q + i])
    return count


@njit(**JIT)
def settled(rates, lo, hi, n, lanes):
    """Whether a block's rates are diagonal in every lane."""
    for p in range(lo, hi):
        for q in range(p + 1, hi):
            if coupled(rates, at(p * n + p), at(q * n + q), at(p * n + q), lanes):
                return False
    return True


@njit(**JIT)
def decays_of(rates, a, cell, begins, edges, n, turned, scale, cosine, sine, lanes):
    """The decays of every block, on the diagonal of ``rates``; ``turned``: its rotations; ``scale``: of each state."""
    for b in range(begins.shape[0] - 1):
        for p in range(begins[b], begins[b + 1]):
            fill(scale, at(p), 1.0, lanes)
            negative(rates, at(p * n + p), a, at(cell[p * n + p]), lanes)
            for q in range(begins[b], begins[b + 1]):
                fill(turned, at(p * n + q), 1.0 if p == q else 0.0, lanes)
                if q > p:
                    fill(rates, at(p * n + q), 0.0, lanes)
    for e in range(edges.shape[0] // 2):
        child, parent = edges[2 * e], edges[2 * e + 1]
        both = at(min(child, parent) * n + max(child, parent))
        down, up = at(cell[child * n + parent]), at(cell[parent * n + child])
        symmetric(rates, a, down, up, at(parent), at(child), both, scale, lanes)
    for b in range(begins.shape[0] - 1):
        lo, hi = begins[b], begins[b + 1]
        for sweep in range(SWEEPS[min(hi - lo, 8)]):
            if sweep >= SURE and settled(rates, lo, hi, n, lanes):
                break
            for p in range(lo, hi):
                for q in range(p + 1, hi):
                    rotate(rates, turned, p, q, lo, hi, n, cosine, sine, lanes)


@njit(**JIT)
def couple(fed, a, cell, between, block, begins, turned, scale, n, spare, lanes):
    """How fast each mode feeds each mode of the blocks below it, row (fed, feeding)."""
    for k in range(n * n):
        fill(fed, at(k), 0.0, lanes)
    for c in range(between.shape[0] // 2):
        row, column = between[2 * c], between[2 * c + 1]
        rate = at(cell[row * n + column])
        for j in range(begins[block[column]], begins[block[column] + 1]):
            # rate * scale of the column * rotation, over the scale of the row
            for i in range(lanes):
                spare[i] = (
                    a[rate + i] * scale[at(column) + i] * turned[at(column * n + j) + i] / scale[at(row) + i]
                )
            for k in range(begins[block[row]], begins[block[row] + 1]):
                add_product(fed, at(k * n + j), spare, U(0), turned, at(row * n + k), lanes)


@njit(**JIT)
def apart(lower, sure, rates, n, i, k, lanes):
    """Entry (i, k) of the triangle from the sum gathered there, and how much it may cancel."""
    here, li, lk = at(i * n + k), at(i * n + i), at(k * n + k)
    for p in range(lanes):
        gap = rates[li + p] - rates[lk + p]
        lower[here + p] = lower[here + p] / gap
        sure[here + p] = sure[here + p] * (rates[li + p] + rates[lk + p] + TINY) / abs(gap)


@njit(**JIT)
def greatest_product(to, t, x, a, y, b, lanes):
    for i in range(lanes):
        to[t + i] = max(to[t + i], x[a + i] * y[b + i])


@njit(**JIT)
def raised(to, t, x, a, lanes):
    for i in range(lanes):
        to[t + i] = max(to[t + i], x[a + i])


@njit(**JIT)
def less_product(to, t, x, a, y, b, lanes):
    for i in range(lanes):
        to[t + i] -= x[a + i] * y[b + i]


@njit(**JIT)
def between_them(i, j, k, reach, block, n):
    """Whether mode k feeds mode i by way of mode j, or j is k itself."""
    feeds = reach[i * n + j] and reach[j * n + k] and block[i] != block[j]
    return feeds and (j == k or block[j] != block[k])


@njit(**JIT)
def triangle(lower, inverse, sure, sure_back, fed, rates, block, reach, n, doubt, lanes):
    """The triangle that sets the modes apart, its inverse, and in ``doubt`` how many times rounding may grow.

    ``doubt`` is no number where two modes coincide.
    """
    for k in range(n * n):
        fill(lower, at(k), 0.0, lanes)
        fill(inverse, at(k), 0.0, lanes)
        fill(sure, at(k), 0.0, lanes)
        fill(sure_back, at(k), 0.0, lanes)
    for k in range(n):
        fill(lower, at(k * n + k), 1.0, lanes)
        fill(inverse, at(k * n + k), 1.0, lanes)
        fill(sure, at(k * n + k), 1.0, lanes)
        fill(sure_back, at(k * n + k), 1.0, lanes)
        for i in range(k + 1, n):
            if reach[i * n + k] and block[i] != block[k]:
                here = at(i * n + k)
                for j in range(k, i):
                    if between_them(i, j, k, reach, block, n):
                        add_product(lower, here, fed, at(i * n + j), lower, at(j * n + k), lanes)
                        raised(sure, here, sure, at(j * n + k), lanes)
                apart(lower, sure, rates, n, i, k, lanes)
    fill(doubt, U(0), 1.0, lanes)
    for k in range(n):
        for i in range(k + 1, n):
            if reach[i * n + k] and block[i] != block[k]:
                here = at(i * n + k)
                for j in range(k, i):
                    if between_them(i, j, k, reach, block, n):
                        less_product(inverse, here, lower, at(i * n + j), inverse, at(j * n + k), lanes)
                        greatest_product(
                            sure_back, here, sure, at(i * n + j), sure_back, at(j * n + k), lanes
                        )
                for p in range(lanes):
                    worst = sure_back[here + p]
                    # Written so that what is no number stays so.
                    doubt[p] = doubt[p] if worst <= doubt[p] else worst


@njit(**JIT)
def whole(ahead, back, lower, inverse, turned, scale, block, begins, reach, n, spare, lanes):
    """States from modes (``ahead``: row state, column mode) and modes from states (``back``).

    Within a block the triangle is one on its diagonal and nothing beside it.
    """
    for s in range(n):
        for k in range(n):
            inside = block[s] == block[k]
            if inside:
                scaled(ahead, at(s * n + k), turned, at(s * n + k), scale, at(s), lanes)
                divided(back, at(k * n + s), turned, at(s * n + k), scale, at(s), lanes)
            else:
                fill(ahead, at(s * n + k), 0.0, lanes)
                fill(back, at(k * n + s), 0.0, lanes)
    for s in range(n):
        for j in range(begins[block[s]], begins[block[s] + 1]):
            scaled(spare, U(0), turned, at(s * n + j), scale, at(s), lanes)
            for k in range(n):
                if reach[j * n + k] and block[j] != block[k]:
                    add_product(ahead, at(s * n + k), spare, U(0), lower, at(j * n + k), lanes)
            divided(spare, U(0), turned, at(s * n + j), scale, at(s), lanes)
            for k in range(n):
                if reach[k * n + j] and block[j] != block[k]:
                    add_product(back, at(k * n + s), spare, U(0), inverse, at(k * n + j), lanes)


@njit(**JIT)
def modes(a, structure, n, tables, lanes):
    """Decays (diagonal of the first table), states from modes, modes from states, and the doubt of each person."""
    cell, begins, block, edges, between, reach = structure
    rates, turned, fed, lower, inverse, sure, sure_back, ahead, back, scale, spare, cosine, sine, doubt = (
        tables
    )
    decays_of(rates, a, cell, begins, edges, n, turned, scale, cosine, sine, lanes)
    if begins.shape[0] > 2:
        couple(fed, a, cell, between, block, begins, turned, scale, n, spare, lanes)
        triangle(lower, inverse, sure, sure_back, fed, rates, block, reach, n, doubt, lanes)
    else:
        fill(doubt, U(0), 1.0, lanes)
    whole(ahead, back, lower, inverse, turned, scale, block, begins, reach, n, spare, lanes)


@njit(**JIT)
def decayed(to, t, rates, k, minutes, lanes):
    """exp(-decay h) of one mode."""
    for i in range(lanes):
        to[t + i] = vexp(-rates[k + i] * minutes[i])


@njit(**JIT)
def filled(to, t, rates, k, minutes, lanes):
    """(1 - exp(-decay h)) / decay of one mode: what 1 mg a minute leaves in it; h where nothing decays.

    A series for the short, so that nothing cancels.
    """
    for i in range(lanes):
        x = rates[k + i] * minutes[i]
        y = min(x, 1.0)
        p = 1.0 / 18.0
        p = (1.0 - y * p) * (1.0 / 17.0)
        p = (1.0 - y * p) * (1.0 / 16.0)
        p = (1.0 - y * p) * (1.0 / 15.0)
        p = (1.0 - y * p) * (1.0 / 14.0)
        p = (1.0 - y * p) * (1.0 / 13.0)
        p = (1.0 - y * p) * (1.0 / 12.0)
        p = (1.0 - y * p) * (1.0 / 11.0)
        p = (1.0 - y * p) * (1.0 / 10.0)
        p = (1.0 - y * p) * (1.0 / 9.0)
        p = (1.0 - y * p) * (1.0 / 8.0)
        p = (1.0 - y * p) * (1.0 / 7.0)
        p = (1.0 - y * p) * (1.0 / 6.0)
        p = (1.0 - y * p) * (1.0 / 5.0)
        p = (1.0 - y * p) * (1.0 / 4.0)
        p = (1.0 - y * p) * (1.0 / 3.0)
        p = (1.0 - y * p) * (1.0 / 2.0)
        series = 1.0 - y * p
        far = (1.0 - vexp(-x)) / max(x, 0.5)
        to[t + i] = minutes[i] * (series if x < 1.0 else far)
