"""Counts in bins that follow the bits of a float: 256 to an octave, on pages that exist only where values fell.

A float's bit pattern, read as a whole number, is ordered as the float is; its high bits are the bin. A row (one time)
owns a page of 256 counts for every octave it has touched. Exact zeros have a bin of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.pharmacology.people import FloatArray, IntArray

SHIFT: Final = 44  # 52 bits of mantissa less the 8 that choose among 256 bins
PAGE: Final = 256
SLOTS: Final = 4096  # octaves of the negatives, then of the positives
ORIGIN: Final = SLOTS * PAGE // 2  # the bin of zero
INFINITE: Final = 0x7FF0_0000_0000_0000
MAGNITUDE: Final = 0x7FFF_FFFF_FFFF_FFFF
RELATIVE_WIDTH: Final = 1 / PAGE  # of a bin, at most, beside its lower edge; above 2.3e-308
MOST: Final = 2**32 - 1  # people one count can hold
WIDE: Final = 64  # octaves; a row that spans more is counted value by value

PageArray = NDArray[np.uint32]


def ordered(values: FloatArray) -> IntArray:
    """Whole numbers ordered as the values are. Its own inverse, on the bits."""
    bits = values.view(np.int64)
    return bits ^ ((bits >> 63) & MAGNITUDE)


def from_ordered(keys: IntArray) -> FloatArray:
    """The values those whole numbers stand for."""
    return (keys ^ ((keys >> 63) & MAGNITUDE)).view(np.float64)


def lower_edges(bins: IntArray) -> FloatArray:
    """The least value of each bin; 0 for the two bins that touch zero."""
    edges = from_ordered((bins - ORIGIN) << SHIFT)
    return np.where((bins == ORIGIN) | (bins == ORIGIN - 1), 0.0, edges)


def upper_edges(bins: IntArray) -> FloatArray:
    """The least value of the next bin; 0 for the two bins that touch zero."""
    edges = from_ordered((bins + 1 - ORIGIN) << SHIFT)
    return np.where((bins == ORIGIN) | (bins == ORIGIN - 1), 0.0, edges)


@final
class Bins:
    """Counts of every row. ``pages[table[row, slot]]`` are the 256 counts of one octave; page 0 is nobody's."""

    __slots__ = ("owner", "pages", "table", "used")

    def __init__(self, rows: int) -> None:
        self.table: NDArray[np.int32] = np.zeros((rows, SLOTS), dtype=np.int32)
        self.pages: PageArray = np.zeros((max(16, rows), PAGE), dtype=np.uint32)
        self.owner: NDArray[np.int32] = np.zeros(
            (len(self.pages), 2), dtype=np.int32
        )  # (row, slot) of a page
        self.used = 1

    @property
    def flat(self) -> PageArray:
        """The pages one behind the other, as they are held now."""
        return self.pages.reshape(-1)

    @property
    def size_bytes(self) -> int:
        """What is held: 1 KiB a touched octave of a row, and at most 16 KiB of page numbers a row."""
        return self.table.nbytes + self.pages.nbytes + self.owner.nbytes

    def grow(self, least: int) -> None:
        """Room for ``least`` pages at least; doubles, so that growing costs little in all."""
        if least > len(self.pages):
            more = max(least, 2 * len(self.pages)) - len(self.pages)
            self.pages = np.concatenate((self.pages, np.zeros((more, PAGE), dtype=np.uint32)))
            self.owner = np.concatenate((self.owner, np.zeros((more, 2), dtype=np.int32)))

    def claim(self, rows: IntArray, slots: IntArray) -> NDArray[np.int32]:
        """The pages of those octaves of those rows, each asked once; new ones where there were none."""
        missing = self.table[rows, slots] == 0
        count = int(missing.sum())
        if count:
            self.grow(self.used + count)
            numbers = np.arange(self.used, self.used + count, dtype=np.int32)
            self.table[rows[missing], slots[missing]] = numbers
            self.owner[numbers, 0], self.owner[numbers, 1] = rows[missing], slots[missing]
            self.used += count
        return np.asarray(self.table[rows, slots], dtype=np.int32)

    def put(self, rows: IntArray, slots: IntArray, counts: PageArray) -> None:
        """Add ``counts`` (octaves, 256) to those octaves of those rows, each named once."""
        numbers = self.claim(rows, slots)  # may move the pages
        self.pages[numbers] += counts

    def count(self, row: int, bins: IntArray) -> None:
        """Add one to each of ``bins``, (people,), of a row."""
        first, last = int(bins.min()) // PAGE, int(bins.max()) // PAGE
        if last - first < WIDE:
            slots = np.arange(first, last + 1)
            found = np.bincount(bins - first * PAGE, minlength=len(slots) * PAGE).reshape(-1, PAGE)
        else:
            slots, which = np.unique(bins // PAGE, return_inverse=True)
            found = np.bincount(which * PAGE + bins % PAGE, minlength=len(slots) * PAGE).reshape(-1, PAGE)
        self.put(np.full(len(slots), row), slots, found.astype(np.uint32))

    def held(self) -> tuple[IntArray, IntArray, PageArray]:
        """Every octave that holds a count: its row, its place and its counts, by row and place in order."""
        some = 1 + np.flatnonzero(self.pages[1 : self.used].any(axis=1))
        rows, slots = self.owner[some, 0].astype(np.int64), self.owner[some, 1].astype(np.int64)
        order = np.argsort(rows * SLOTS + slots)
        return rows[order], slots[order], self.pages[some[order]]

    def by_row(self) -> list[tuple[IntArray, PageArray]]:
        """Of each row, its octaves that hold any count, in order, and their counts (octaves, 256)."""
        rows, slots, counts = self.held()
        ends = np.searchsorted(rows, np.arange(len(self.table) + 1))
        return [(slots[a:b], counts[a:b]) for a, b in pairwise(ends)]

    def at_ranks(self, ranks: Sequence[int]) -> FloatArray:
        """The value at each rank (from 0) of every row, shape (ranks, rows): linear inside the bin."""
        found = np.zeros((len(ranks), len(self.table)))
        asked = np.asarray(ranks, dtype=np.int64)
        for row, (slots, counts) in enumerate(self.by_row()):
            flat = counts.ravel().astype(np.int64)
            below = np.cumsum(flat)
            place = np.searchsorted(below, asked, side="right")
            bins = slots[place // PAGE] * PAGE + place % PAGE
            inside = (asked - (below[place] - flat[place]) + 0.5) / flat[place]
            low, high = lower_edges(bins), upper_edges(bins)
            found[:, row] = low + (high - low) * inside
        return found

    def above(self, limit: float) -> FloatArray:
        """How many of each row lie above ``limit``: linear inside the bin that holds it."""
        bin_ = int(ordered(np.array([limit + 0.0]))[0] >> SHIFT) + ORIGIN
        low, high = (float(edges(np.array([bin_]))[0]) for edges in (lower_edges, upper_edges))
        share = (high - limit) / (high - low) if high > low else 0.0
        found = np.zeros(len(self.table))
        for row, (slots, counts) in enumerate(self.by_row()):
            bins = slots[:, None] * PAGE + np.arange(PAGE)
            found[row] = counts[bins > bin_].sum() + share * counts[bins == bin_].sum()
        return found
