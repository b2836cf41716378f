"""The counting of ``sketch`` compiled: the same counts, some fifty times as fast. Imported only when asked for."""

from __future__ import annotations

import numpy as np
from numba import njit

from ataraxy.core.pharmacology import loans
from ataraxy.core.pharmacology.line_kernels import fetch
from ataraxy.core.pharmacology.sketch_bins import (
    INFINITE,
    MAGNITUDE,
    ORIGIN,
    PAGE,
    SHIFT,
    WIDE,
)

TILE, BLOCK = 16, 32  # times turned at once, and people at a time: what the nearest cache holds
NEAR, LINE = (
    np.uint64(512),
    np.uint64(loans.LINE),
)  # people passed over at once; of them, those in one line of the cache
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


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz"})
def taken_in(row, bits, start, people, window, peaks, places):  # type: ignore[no-untyped-def]
    """Some people of a row: the least and greatest as ordered whole numbers, the sum; their peaks so far are raised.

    ``places``: each one's bin, counted from the window's first.
    """
    low, high, total = MAGNITUDE, -MAGNITUDE, 0.0
    for person in range(people):
        here = start + person
        key = bits[here] ^ ((bits[here] >> 63) & MAGNITUDE)
        low, high = min(low, key), max(high, key)
        peaks[here] = max(peaks[here], key)
        total += row[here]
        places[person] = np.uint16((key >> SHIFT) - window)
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


@njit(cache=True, nogil=True, error_model="numpy")
def count_near(places, people, scratch, bits, ahead):  # type: ignore[no-untyped-def]
    """Count places of one window beside each other; meanwhile the people from ``ahead`` on are fetched."""
    whole = people // LINE * LINE
    for first in range(np.uint64(0), whole, LINE):
        fetch(bits, ahead + first)
        for k in range(LINE):
            scratch[np.uint64(places[first + k])] += np.uint32(1)
    for person in range(whole, people):
        scratch[np.uint64(places[person])] += np.uint32(1)


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


@njit(cache=True, nogil=True, error_model="numpy")
def passed_over(row, bits, peaks, scratch, places):  # type: ignore[no-untyped-def]
    """One row, read once: its least and greatest, its sum, the octave its window begins at, and whether all lay within.

    Those within are counted in ``scratch``; if one lies outside, it may hold only some of them.
    """
    octave = ((bits[0] ^ ((bits[0] >> 63) & MAGNITUDE)) >> SHIFT) // PAGE - WIDE // 2
    low, high, total, within = MAGNITUDE, -MAGNITUDE, 0.0, True
    people = np.uint64(len(row))
    for start in range(np.uint64(0), people, NEAR):
        some = min(NEAR, people - start)
        least, most, more = taken_in(row, bits, start, some, octave * PAGE, peaks, places)
        low, high, total = min(low, least), max(high, most), total + more
        within = within and (low >> SHIFT) // PAGE >= octave and (high >> SHIFT) // PAGE < octave + WIDE
        if within:
            count_near(places, some, scratch, bits, start + some)
    return low, high, total, octave, within


@njit(cache=True, nogil=True)
def pour_row(row, first, last, octave, weight, table, pages, owner, used, scratch):  # type: ignore[no-untyped-def]
    """Octaves ``first`` to ``last`` of what was counted, into their pages; ``used`` after it, and whether all had one."""
    for slot in range(first, last + 1):
        used, held = claimed(table, owner, used, row, slot)
        if not held:
            scratch[:] = 0
            return used, False
    for slot in range(first, last + 1):
        poured(pages, table[row, slot], weight, scratch, slot - octave)
    return used, True


@njit(cache=True, nogil=True)
def count_rows(values, first, start, weight, table, pages, owner, used, peaks, sums, lows, highs):  # type: ignore[no-untyped-def]
    """Count (times, people) into rows ``first`` on, from the ``start``-th time.

    ``pages``: all of them, flat. ``used`` pages, the next time to count (all: done), and why it stopped: 0, FULL or
    NOT_FINITE. ``weight`` 2^32 - 1 takes away what weight 1 counted.
    """
    scratch, places = np.zeros(WIDE * PAGE, dtype=np.uint32), np.empty(NEAR, dtype=np.uint16)
    zero = ORIGIN // PAGE
    for time in range(start, len(values)):
        row, bits = first + time, values[time].view(np.int64)
        low, high, total, octave, within = passed_over(values[time], bits, peaks, scratch, places)
        if high >= INFINITE or low < -INFINITE:
            return used, time, NOT_FINITE
        if within:
            least, most = (low >> SHIFT) // PAGE + zero, (high >> SHIFT) // PAGE + zero
            used, counted = pour_row(
                row, least, most, octave + zero, weight, table, pages, owner, used, scratch
            )
        else:
            scratch[:] = 0
            used, counted = count_far(bits, row, weight, table, pages, owner, used)
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
