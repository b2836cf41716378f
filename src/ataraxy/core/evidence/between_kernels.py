"""The compiled search for the highest likelihood, for thousands of pools. Import it only when it is needed.

The same arithmetic as ``between``: scoring within a bracket, then a look along the curve for other peaks, one pool after
the other with its few studies in the nearest cache.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

JIT: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract", "reassoc"},
}


@njit(inline="always", **JIT)
def sums(y, v, w, tau2):
    """Weights; their sums to the first, second and third power; the weighted mean."""
    total = second = third = weighted = 0.0
    for j in range(len(y)):
        w[j] = 1.0 / (v[j] + tau2)
    for j in range(len(y)):
        a = w[j]
        total += a
        second += a * a
        third += a * a * a
        weighted += a * y[j]
    return total, second, third, weighted / total


@njit(inline="always", **JIT)
def scored(y, v, w, tau2, restricted):
    """y'PPy less the trace beside it, and the step."""
    total, second, third, mean = sums(y, v, w, tau2)
    pull = cubed = pulled = 0.0
    for j in range(len(y)):
        u = w[j] * (y[j] - mean)
        pull += u * u
        cubed += w[j] * u * u
        pulled += w[j] * u
    cubed -= pulled * pulled / total
    trace, squared = total, second
    if restricted:
        ratio = second / total
        trace, squared = total - ratio, second - 2.0 * third / total + ratio * ratio
    curved = 2.0 * cubed - squared
    return pull - trace, (pull - trace) / (curved if curved > squared / 50.0 else squared)


@njit(inline="always", **JIT)
def risen(y, v, w, tau2, restricted):
    """y'PPy less the trace beside it."""
    total = second = weighted = 0.0
    for j in range(len(y)):
        w[j] = 1.0 / (v[j] + tau2)
    for j in range(len(y)):
        total += w[j]
        second += w[j] * w[j]
        weighted += w[j] * y[j]
    mean, pull = weighted / total, 0.0
    for j in range(len(y)):
        u = w[j] * (y[j] - mean)
        pull += u * u
    return pull - (total - second / total if restricted else total)


@njit(**JIT)
def search(y, v, w, start, near, relative, most, restricted):
    """The peak reached from ``start``; whether reached; the steps it took."""
    now, low, high = start, 0.0, np.inf
    for step in range(most):
        _, move = scored(y, v, w, now, restricted)
        if move > 0.0:
            low = now
        if move < 0.0:
            high = now
        to = now + move
        if to < low or to > high:
            if low == 0.0 and to < 0.0 and scored(y, v, w, 0.0, restricted)[1] <= 0.0:
                to = 0.0
            else:
                to = 0.5 * (low + (high if high < np.inf else max(to, 0.0)))
        moved = abs(to - now)
        was, now = now, to
        if moved <= relative * was + near:
            return now, True, step + 1
    return now, False, most


@njit(inline="always", **JIT)
def beginning(y, v):
    """Hedges' tau², where the search starts, and the harmonic mean of the sampling variances."""
    n = len(y)
    mean = own = inverse = squares = 0.0
    for j in range(n):
        mean += y[j]
        own += v[j]
        inverse += 1.0 / v[j]
    mean /= n
    for j in range(n):
        squares += (y[j] - mean) * (y[j] - mean)
    return max(0.0, (squares - own * (1.0 - 1.0 / n)) / (n - 1.0)), n / inverse


@njit(inline="always", **JIT)
def edges(y, v):
    """The smallest variance, and a tau² from which on the likelihood is sure to fall.

    Beyond the largest variance weights are within a factor of two, so the trace is at least a third of their sum; beyond
    four times the squared range y'PPy is at most a quarter of it.
    """
    least, most, lowest, highest = v[0], v[0], y[0], y[0]
    for j in range(len(y)):
        least, most = min(least, v[j]), max(most, v[j])
        lowest, highest = min(lowest, y[j]), max(highest, y[j])
    return least, max(most, 4.0 * (highest - lowest) * (highest - lowest))


@njit(inline="always", **JIT)
def information(y, v, w, tau2, restricted):
    """Twice Fisher's information of tau²."""
    total, second, third, _ = sums(y, v, w, tau2)
    ratio = second / total
    return second - 2.0 * third / total + ratio * ratio if restricted else second


@njit(**JIT)
def likeliest(y, v, peaks, nearly_zero, relative, most, restricted, tau2, se, found, steps, doubtful):
    """Every pool's peak, its error, and whether the likelihood rises beyond it or falls before it; y, v are (k, m)."""
    k, m = y.shape
    a, b, w = np.empty(k), np.empty(k), np.empty(k)
    for i in range(m):
        n = 0
        for j in range(k):
            if v[j, i] < np.inf:
                a[n], b[n] = y[j, i], v[j, i]
                n += 1
        start, typical = beginning(a[:n], b[:n])
        tau2[i], found[i], steps[i] = search(
            a[:n], b[:n], w[:n], start, relative * typical, relative, most, restricted
        )
        se[i] = np.sqrt(2.0 / information(a[:n], b[:n], w[:n], tau2[i], restricted))
        smallest, bound = edges(a[:n], b[:n])
        for height in peaks:
            at = height * typical
            if (
                at > nearly_zero * smallest
                and at < bound
                and (risen(a[:n], b[:n], w[:n], at, restricted) > 0.0) == (at > tau2[i])
            ):
                doubtful[i] = True
                break
