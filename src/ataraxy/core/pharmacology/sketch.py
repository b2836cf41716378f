"""What very many people's curves amount to, kept small: quantiles, means, extremes and shares at every time.

A sketch takes (people, times) in any pieces and merges with others, on threads or machines. Its counts do not depend
on the pieces or their order; a mean may differ in the last bits.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Sequence
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.people import FloatArray, IntArray
from ataraxy.core.pharmacology.sketch_bins import (
    INFINITE,
    MAGNITUDE,
    MOST,
    ORIGIN,
    PAGE,
    SHIFT,
    SLOTS,
    Bins,
    from_ordered,
    ordered,
)

EXACT_UP_TO: Final = 20_000  # people; up to here the values themselves are kept and selected from
MAGIC: Final = b"ATXSK1"
HEAD: Final = struct.Struct("<6s?qqq")  # magic, exact, times, people, limits


@final
class Sketch:
    """A summary of what it was given, at ``times`` times, and of each person's peak over them.

    Up to ``EXACT_UP_TO`` people it keeps every value and is exact; beyond, it counts in bins 1/256 of an octave wide
    (at most 0.39 % of the value). ``expected``, the people who will come in all, spares keeping values that would be
    given up later. Held: 8 bytes a value while exact; then 1 KiB for every octave that the values of a time touch.

    ``limits``: levels whose shares are counted exactly. ``compiled``: count with numba, same counts.
    """

    __slots__ = (
        "_above",
        "_bins",
        "_compiled",
        "_highs",
        "_kept",
        "_lows",
        "_sums",
        "limits",
        "people",
        "times",
    )

    def __init__(
        self, times: int, *, limits: Sequence[float] = (), expected: int = 0, compiled: bool = False
    ) -> None:
        if times < 1 or not all(math.isfinite(limit) for limit in limits):
            raise InputRefused(
                "A sketch needs a time, and finite limits.", "Give at least one time.", "times"
            )
        rows = times + 1  # the last is each person's peak
        self.times, self.people, self.limits = times, 0, tuple(float(limit) for limit in limits)
        self._compiled = compiled
        self._kept: list[FloatArray] | None = [] if expected <= EXACT_UP_TO else None
        self._bins = Bins(rows if expected > EXACT_UP_TO else 0)
        self._lows: IntArray = np.full(rows, MAGNITUDE)
        self._highs: IntArray = np.full(rows, -MAGNITUDE)
        self._sums = np.zeros(rows)
        self._above: IntArray = np.zeros((len(self.limits), rows), dtype=np.int64)

    # --- taking in -------------------------------------------------------------------------------

    def add(self, values: FloatArray) -> None:
        """Take in more people, (people, times). Times in a row (Fortran order) are the faster to count.

        Raises:
            InputRefused: another number of times, or a value that is not a finite number; nothing is taken in then.
        """
        if values.ndim != 2 or values.shape[1] != self.times:
            raise InputRefused(
                f"The values are shaped {values.shape}; the sketch has {self.times} times.",
                "Give (people, times).",
                "values",
            )
        if not len(values):
            return
        _refuse_too_many(self.people + len(values))
        values = np.asarray(values, dtype=np.float64)
        if self._kept is None and self._compiled:
            self._add_compiled(values)
        else:
            self._add_plain(values)
        self.people += len(values)

    def _add_plain(self, values: FloatArray) -> None:
        keys = ordered(np.ascontiguousarray(values.T))
        keys = np.concatenate((keys, keys.max(axis=0, keepdims=True)))
        rows = from_ordered(keys)
        lows, highs = keys.min(axis=1), keys.max(axis=1)
        if highs.max() >= INFINITE or lows.min() < -INFINITE:
            raise _not_finite(rows)
        np.minimum(self._lows, lows, out=self._lows)
        np.maximum(self._highs, highs, out=self._highs)
        self._sums += rows.sum(axis=1)
        for which, limit in enumerate(self.limits):
            self._above[which] += (rows > limit).sum(axis=1)
        if self._kept is not None:
            self._kept.append(rows)
            if self.people + len(values) > EXACT_UP_TO:
                self._give_up_values()
        else:
            self._count(keys)

    def _count(self, keys: IntArray) -> None:
        for row, bins in enumerate((keys >> SHIFT) + ORIGIN):
            self._bins.count(row, bins)

    def _give_up_values(self) -> None:
        """From values to bins: what the bins would have held had they counted from the start."""
        self._bins = Bins(self.times + 1)
        for rows in self._kept or ():
            self._count(ordered(rows))
        self._kept = None

    def _add_compiled(self, values: FloatArray) -> None:
        from ataraxy.core.pharmacology import sketch_kernels as kernels

        peaks = np.full(len(values), -MAGNITUDE)
        sums, lows, highs = np.zeros_like(self._sums), self._lows.copy(), self._highs.copy()
        above = np.zeros_like(self._above)
        limits = np.array(self.limits)
        done: list[tuple[int, FloatArray]] = []

        def count(first: int, rows: FloatArray, raised: IntArray) -> None:
            begun, why = 0, kernels.FULL
            while why == kernels.FULL:
                self._bins.grow(self._bins.used + 1 + len(rows))
                arrays = (self._bins.table, self._bins.flat, self._bins.owner, self._bins.used)
                self._bins.used, begun, why = kernels.count_rows(
                    rows, first, begun, np.uint32(1), *arrays, raised, sums, lows, highs
                )
            done.append((first, rows[:begun]))
            if why == kernels.NOT_FINITE:
                self._take_back(done, raised)
                raise _not_finite(rows[begun:])
            if len(limits):
                kernels.count_above(rows, first, limits, above)

        by_time = values.T
        if by_time.flags.c_contiguous:
            count(0, by_time, peaks)
        else:
            values = np.ascontiguousarray(values)
            for first in range(0, self.times, kernels.TILE):
                tile = np.empty((min(kernels.TILE, self.times - first), len(values)))
                kernels.turned(values, first, tile)
                count(first, tile, peaks)
        count(self.times, from_ordered(peaks)[None, :], peaks.copy())
        np.minimum(self._lows, lows, out=self._lows)
        np.maximum(self._highs, highs, out=self._highs)
        self._sums += sums
        self._above += above

    def _take_back(self, done: list[tuple[int, FloatArray]], raised: IntArray) -> None:
        from ataraxy.core.pharmacology import sketch_kernels as kernels

        spare = [np.zeros_like(self._sums), self._lows.copy(), self._highs.copy()]
        for first, rows in done:
            arrays = (self._bins.table, self._bins.flat, self._bins.owner, self._bins.used)
            kernels.count_rows(rows, first, 0, np.uint32(MOST), *arrays, raised, *spare)

    def merge(self, other: Sketch) -> Sketch:
        """Both as one, neither changed. Any order of merging gives the same counts.

        Raises:
            InputRefused: the two have other times or other limits.
        """
        if (self.times, self.limits) != (other.times, other.limits):
            raise InputRefused(
                "Two sketches of other times or limits cannot be merged.",
                "Give both the same times and the same limits.",
                "other",
            )
        _refuse_too_many(self.people + other.people)
        exact = self.exact and other.exact and self.people + other.people <= EXACT_UP_TO
        both = Sketch(
            self.times,
            limits=self.limits,
            expected=0 if exact else EXACT_UP_TO + 1,
            compiled=self._compiled or other._compiled,
        )
        for one in (self, other):
            both.people += one.people
            np.minimum(both._lows, one._lows, out=both._lows)
            np.maximum(both._highs, one._highs, out=both._highs)
            both._sums += one._sums
            both._above += one._above
            if both._kept is not None:
                both._kept += one._kept or []
            elif one._kept is not None:
                for rows in one._kept:
                    both._count(ordered(rows))
            else:
                both._bins.put(*one._bins.held())
        return both

    # --- telling ---------------------------------------------------------------------------------

    @property
    def exact(self) -> bool:
        """Whether quantiles are those of the values themselves."""
        return self._kept is not None

    @property
    def mean(self) -> FloatArray:
        """(times,)."""
        return self._sums[:-1] / self._some()

    @property
    def min(self) -> FloatArray:
        """(times,), exact."""
        self._some()
        return from_ordered(self._lows[:-1])

    @property
    def max(self) -> FloatArray:
        """(times,), exact."""
        self._some()
        return from_ordered(self._highs[:-1])

    def quantiles(self, shares: Sequence[float]) -> FloatArray:
        """The level below which each share of people lies, (shares, times).

        numpy's default ("linear") between the two neighbours in order; in bins, within 1/256 of either's magnitude.
        """
        return self._quantiles(shares)[:, :-1]

    def peak_quantiles(self, shares: Sequence[float]) -> FloatArray:
        """The same of each person's peak over the times, (shares,)."""
        return self._quantiles(shares)[:, -1]

    def share_above(self, limit: float) -> FloatArray:
        """The share of people above ``limit`` at each time, (times,): exact for one of ``limits`` or while exact."""
        return self._count_above(limit)[:-1] / self._some()

    def share_ever_above(self, limit: float) -> float:
        """The share of people who are above ``limit`` at one of the times at least."""
        return float(self._count_above(limit)[-1] / self._some())

    @property
    def size_bytes(self) -> int:
        """Memory held, without the few numbers a time that every sketch has."""
        return self._bins.size_bytes + sum(rows.nbytes for rows in self._kept or ())

    def _some(self) -> int:
        if not self.people:
            raise InputRefused("The sketch holds nobody yet.", "Add people first.", "people")
        return self.people

    def _quantiles(self, shares: Sequence[float]) -> FloatArray:
        if not all(0 <= share <= 1 for share in shares):
            raise InputRefused(f"The shares are {tuple(shares)}.", "Give shares from 0 to 1.", "shares")
        places = np.array([share * (self._some() - 1) for share in shares])
        before = np.floor(places).astype(np.int64)
        after = np.minimum(before + 1, self.people - 1)
        ranks = np.unique(np.concatenate((before, after)))
        found = self._at_ranks(ranks)
        low, high = found[np.searchsorted(ranks, before)], found[np.searchsorted(ranks, after)]
        part = (places - before)[:, None]
        # From the nearer end, as numpy does: the same digits.
        told: FloatArray = np.where(part < 0.5, low + (high - low) * part, high - (high - low) * (1 - part))
        return told

    def _at_ranks(self, ranks: IntArray) -> FloatArray:
        if self._kept is not None:
            together: FloatArray = np.concatenate(self._kept, axis=1)
            together.partition(ranks, axis=1)
            selected: FloatArray = together[:, ranks].T
            return selected
        found = self._bins.at_ranks(ranks.tolist())
        np.clip(found, from_ordered(self._lows), from_ordered(self._highs), out=found)
        return found

    def _count_above(self, limit: float) -> FloatArray:
        if limit in self.limits:
            exact: FloatArray = self._above[self.limits.index(limit)].astype(np.float64)
            return exact
        if self._kept is not None:
            return sum(((rows > limit).sum(axis=1) for rows in self._kept), np.zeros(self.times + 1))
        found = self._bins.above(limit)
        found[from_ordered(self._highs) <= limit] = 0.0
        found[from_ordered(self._lows) > limit] = self.people
        return found

    # --- sending ---------------------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        """All of it, for another machine. Equal counts give equal counts' bytes, whatever came first."""
        parts = [self._lows, self._highs, self._sums, self._above, np.array(self.limits)]
        if self._kept is not None:
            kept = np.concatenate([np.zeros((self.times + 1, 0)), *self._kept], axis=1)
            parts.append(np.sort(ordered(kept), axis=1))
        else:
            parts += _packed(self._bins)
        head = HEAD.pack(MAGIC, self.exact, self.times, self.people, len(self.limits))
        return head + zlib.compress(b"".join(part.tobytes() for part in parts), 1)

    @classmethod
    def from_bytes(cls, data: bytes, *, compiled: bool = False) -> Sketch:
        """What ``to_bytes`` wrote.

        Raises:
            InputRefused: the bytes are not a whole sketch.
        """
        try:
            magic, exact, times, people, limits = HEAD.unpack_from(data)
            if magic != MAGIC:
                raise ValueError("another beginning")
            body = zlib.decompress(data[HEAD.size :])
            return cls._unpacked(body, exact, times, people, limits, compiled)
        except (struct.error, ValueError, zlib.error, OverflowError, IndexError) as broken:
            raise InputRefused(
                f"These bytes are not a sketch: {broken}.", "Send them again, whole.", "data"
            ) from broken

    @classmethod
    def _unpacked(
        cls, body: bytes, exact: bool, times: int, people: int, limits: int, compiled: bool
    ) -> Sketch:
        rows, place = times + 1, 0

        def read(kind: type[np.generic], *shape: int) -> NDArray[np.generic]:
            nonlocal place
            found = np.frombuffer(body, kind, math.prod(shape), place).reshape(shape)
            place += found.nbytes
            return found.copy()

        tables = [
            read(np.int64, rows),
            read(np.int64, rows),
            read(np.float64, rows),
            read(np.int64, limits, rows),
        ]
        told = read(np.float64, limits).tolist()
        sketch = cls(times, limits=told, expected=0 if exact else EXACT_UP_TO + 1, compiled=compiled)
        sketch.people = people
        sketch._lows, sketch._highs, sketch._sums, sketch._above = tables  # type: ignore[assignment]
        if exact:
            sketch._kept = [from_ordered(np.asarray(read(np.int64, rows, people), dtype=np.int64))]
        else:
            counted = int(np.asarray(read(np.int64, 1))[0])
            where = np.asarray(read(np.int64, counted), dtype=np.int64)
            counts = np.asarray(read(np.uint32, counted, PAGE), dtype=np.uint32)
            sketch._bins.put(where // SLOTS, where % SLOTS, counts)
        return sketch

    def __reduce__(self) -> tuple[object, tuple[bytes]]:
        return Sketch.from_bytes, (self.to_bytes(),)


def _packed(bins: Bins) -> list[NDArray[np.int64] | NDArray[np.uint32]]:
    """The pages that count anything: how many, which (row and octave), and their counts."""
    rows, slots, counts = bins.held()
    return [np.array([len(rows)]), rows * SLOTS + slots, counts]


def _refuse_too_many(people: int) -> None:
    if people > MOST:
        raise InputRefused(
            f"{people} people are more than one sketch counts.", "Use several sketches.", "people"
        )


def _not_finite(rows: FloatArray) -> InputRefused:
    wrong = float(rows[~np.isfinite(rows)][0])
    return InputRefused(
        f"A value is {wrong}, which is no level.", "Check the model and the people that gave it.", "values"
    )
