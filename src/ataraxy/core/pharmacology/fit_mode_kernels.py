"""The modes of a block of lanes, as ``mode_kernels`` finds them, with no more turns than these lanes need.

Jacobi's turns stop when every lane's are done, and what is nothing by the network's shape is not worked out.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ataraxy.core.pharmacology.lanes import JIT, U, add_product, at, divided, fill, scaled
from ataraxy.core.pharmacology.mode_kernels import SWEEPS, couple, symmetric, triangle, turn

TINY = 1e-150  # beside any difference of decays
DONE = 1e-33  # of two decays' product: a coupling whose square is less changes neither


@njit(**JIT)
def rotate(rates, turned, p, q, lo, hi, n, cosine, sine, lanes):
    """As ``mode_kernels.rotate``, by two roots and one division."""
    pp, qq, pq = at(p * n + p), at(q * n + q), at(p * n + q)
    for i in range(lanes):
        a, d = rates[pq + i], rates[qq + i] - rates[pp + i]
        wide = abs(d) + TINY
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
    """As ``mode_kernels.decays_of``."""
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
            if sweep > 2 and settled(rates, lo, hi, n, lanes):
                break
            for p in range(lo, hi):
                for q in range(p + 1, hi):
                    rotate(rates, turned, p, q, lo, hi, n, cosine, sine, lanes)


@njit(**JIT)
def whole(ahead, back, lower, inverse, turned, scale, block, begins, reach, n, spare, lanes):
    """As ``mode_kernels.whole``: within a block the triangle is one on its diagonal and nothing beside it."""
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
    """As ``mode_kernels.modes``."""
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
