"""The counting of ``sketch`` compiled: the same counts, some fifty times as fast. Imported only when asked for."""

from __future__ import annotations

import numpy as np
from numba import njit

from ataraxy.core.pharmacology.sketch_bins import (
    INFINITE,
    MAGNITUDE,
    ORIGIN,
    PAGE,
    SHIFT,
    WIDE,
)

TILE, BLOCK = 16, 32  # times turned at once, and people at a time: what the nearest cache holds
FULL, NOT_FINITE = -1, -2


@njit(cache=True, nogil=True)
def turned(values, first, out):  # type: ignore[no-untyped-def]
    """Some times of (people, times) as (times, people)."""
    times, people = out.shape
    for block in range(0, people, BLOCK):
        for time in range(times):
            for person in range(block, min(block + BLOCK, people)):
                out[time, person] = values[person, first + time]


@njit(cache=True, nogil=True, fastmath={"reassoc"})
def higher(row, limit):  # type: ignore[no-untyped-def]
    found = 0
    for person in range(len(row)):
        found += row[person] > limit
    return found


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz"})
def extremes(row, bits, peaks):  # type: ignore[no-untyped-def]
    """The least and the greatest of a row as ordered whole numbers, and its sum; each person's peak so far is raised."""
    low, high, total = MAGNITUDE, -MAGNITUDE, 0.0
    for person in range(len(bits)):
        key = bits[person] ^ ((bits[person] >> 63) & MAGNITUDE)
        low, high = min(low, key), max(high, key)
        peaks[person] = max(peaks[person], key)
        total += row[person]
    return low, high, total


@njit(cache=True, nogil=True)
def claimed(table, owner, used, row, slot):  # type: ignore[no-untyped-def]
    """``used`` after the octave of a row has a page, and whether it has: none may be free."""
    if table[row, slot] != 0:
        return used, True
    if used == len(owner):
        return used, False
    table[row, slot] = used
    owner[used, 0], owner[used, 1] = row, slot
    return used + 1, True


@njit(cache=True, nogil=True)
def count_near(bits, low, first, scratch):  # type: ignore[no-untyped-def]
    """Count values of neighbouring octaves, from octave ``first`` on, beside each other."""
    base = first * PAGE - ORIGIN
    if low >= 0:
        for person in range(len(bits)):
            scratch[np.uint64((bits[person] >> SHIFT) - base)] += np.uint32(1)
    else:
        for person in range(len(bits)):
            key = bits[person] ^ ((bits[person] >> 63) & MAGNITUDE)
            scratch[np.uint64((key >> SHIFT) - base)] += np.uint32(1)


@njit(cache=True, nogil=True)
def count_far(bits, row, weight, table, pages, owner, used):  # type: ignore[no-untyped-def]
    """Count values of any octaves straight into their pages; as ``count_row``."""
    for pattern in bits:
        slot = (((pattern ^ ((pattern >> 63) & MAGNITUDE)) >> SHIFT) + ORIGIN) // PAGE
        used, held = claimed(table, owner, used, row, slot)
        if not held:
            return used, False
    for pattern in bits:
        bin_ = ((pattern ^ ((pattern >> 63) & MAGNITUDE)) >> SHIFT) + ORIGIN
        pages[table[row, bin_ // PAGE] * PAGE + bin_ % PAGE] += weight
    return used, True


@njit(cache=True, nogil=True)
def poured(pages, page, weight, scratch, octave):  # type: ignore[no-untyped-def]
    """Add an octave's counts to its page; unsigned places, so that both loops become vector code."""
    to, here = np.uint64(page) * np.uint64(PAGE), np.uint64(octave) * np.uint64(PAGE)
    for k in range(np.uint64(PAGE)):
        pages[to + k] += weight * scratch[here + k]
    for k in range(np.uint64(PAGE)):
        scratch[here + k] = np.uint32(0)


@njit(cache=True, nogil=True)
def count_row(bits, row, low, high, weight, table, pages, owner, used, scratch):  # type: ignore[no-untyped-def]
    """Count one row into its pages; ``used`` after it, and whether it was counted: a page may be missing."""
    first, last = (low + ORIGIN) // PAGE, (high + ORIGIN) // PAGE
    if last - first >= WIDE:
        return count_far(bits, row, weight, table, pages, owner, used)
    for slot in range(first, last + 1):
        used, held = claimed(table, owner, used, row, slot)
        if not held:
            return used, False
    count_near(bits, low, first, scratch)
    for slot in range(first, last + 1):
        poured(pages, table[row, slot], weight, scratch, slot - first)
    return used, True


@njit(cache=True, nogil=True)
def count_rows(values, first, start, weight, table, pages, owner, used, peaks, sums, lows, highs):  # type: ignore[no-untyped-def]
    """Count (times, people) into rows ``first`` on, from the ``start``-th time.

    ``pages``: all of them, flat. ``used`` pages, the next time to count (all: done), and why it stopped: 0, FULL or
    NOT_FINITE. ``weight`` 2^32 - 1 takes away what weight 1 counted.
    """
    scratch = np.zeros(WIDE * PAGE, dtype=np.uint32)
    for time in range(start, len(values)):
        row = first + time
        bits = values[time].view(np.int64)
        low, high, total = extremes(values[time], bits, peaks)
        if high >= INFINITE or low < -INFINITE:
            return used, time, NOT_FINITE
        used, counted = count_row(
            bits, row, low >> SHIFT, high >> SHIFT, weight, table, pages, owner, used, scratch
        )
        if not counted:
            return used, time, FULL
        lows[row], highs[row], sums[row] = low, high, total
    return used, len(values), 0


@njit(cache=True, nogil=True)
def count_above(values, first, limits, above):  # type: ignore[no-untyped-def]
    """How many of each time lie above each limit, added to ``above`` (limits, rows)."""
    for which in range(len(limits)):
        for time in range(len(values)):
            above[which, first + time] += higher(values[time], limits[which])
