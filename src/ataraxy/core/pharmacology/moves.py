"""A propagation written out as moves that a compiled kernel can walk: which step, what runs, what enters, what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.pharmacology.inputs import Input, occasion_at
from ataraxy.core.pharmacology.linear import INPUT_SCALE, Course, cuts_of, moments_of, round_steps

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NONE = -1


@dataclass(frozen=True, slots=True)
class Moves:
    """One row a move; M moves of N people, m input columns, n states.

    ``step``: which of ``lengths`` (shared by all), or -2 - k for row k of ``own_min`` (each their own length).
    ``rate``: row of ``rates`` running meanwhile. ``bolus``: row of ``boluses`` that enters after it, or -1.
    ``out``: which asked minute it ends at, or -1.
    """

    step: IntArray  # (M,)
    occasion: IntArray
    rate: IntArray
    bolus: IntArray
    out: IntArray
    lengths: FloatArray  # (distinct steps,), minutes
    length_occasion: IntArray
    rates: FloatArray  # (rows, m, N), mg/min; row 0 is nothing
    boluses: FloatArray  # (rows, n, N), mg
    own_min: FloatArray  # (rows, N)
    columns: tuple[int, ...]  # states the input columns run into


def moves_of(course: Course, at_min: FloatArray) -> Moves:
    """Every move from the first input to the last minute asked."""
    writer = _Writer(course)
    moments = moments_of(course, at_min)
    if len(moments) == 0:
        return writer.written()
    found = np.searchsorted(at_min, moments)
    asked = np.where(at_min[np.minimum(found, len(at_min) - 1)] == moments, found, NONE)
    steps = round_steps(np.diff(moments)).tolist()
    writer.move(NONE, 0, float(moments[0]), int(asked[0]))
    for place, (before, after) in enumerate(pairwise(moments.tolist())):
        writer.span(steps[place], before, after, int(asked[place + 1]))
    return writer.written()


class _Writer:
    """Collects moves; equal steps, rates and boluses are told once."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.people, self.n, _ = course.rates[0].shape
        self.even = [one for one in course.inputs if not one.bolus]
        self.own = [one for one in course.inputs if not one.shared]
        self.boluses = [one for one in course.inputs if one.bolus]
        self.columns = tuple(sorted({one.state for one in self.even}))
        self.edges = {float(t) for one in self.even if one.shared for t in (one.start_min[0], one.end_min[0])}
        self.at_once = {float(one.start_min[0]) for one in self.boluses if one.shared}
        self.running = 0
        self.rows: list[tuple[int, int, int, int, int]] = []
        self.lengths: dict[tuple[int, float], int] = {}
        self.rate_rows: list[FloatArray] = [np.zeros((len(self.columns), self.people))]
        self.rate_of: dict[tuple[int, ...], int] = {(): 0}
        self.bolus_rows: list[FloatArray] = []
        self.own_rows: list[FloatArray] = []

    def span(self, step: float, before: float, after: float, asked: int) -> None:
        """Every move between two shared moments."""
        starts = self.course.starts
        occasion = occasion_at(starts, before) if len(starts) > 1 else 0
        cuts = cuts_of(self.own, (before, after), self.people) if self.own else None
        if cuts is None:
            if before in self.edges or self.own:
                self.running = self._shared_rate(0.5 * (before + after))
            place = self.lengths.setdefault((occasion, step), len(self.lengths))
            self.move(place, occasion, after, asked, rate=self.running)
            return
        for place, (start, end) in enumerate(pairwise(cuts)):
            entering = self._entering(start, before)
            if entering is not None:
                self._row(NONE, occasion, 0, self._bolus(entering), NONE)
            self.own_rows.append(end - start)
            rate = self._rate(_running(self.even, self.columns, 0.5 * (start + end)))
            if place == len(cuts) - 2:
                self.move(-1 - len(self.own_rows), occasion, after, asked, rate=rate)
            else:
                self._row(-1 - len(self.own_rows), occasion, rate, NONE, NONE)

    def move(self, step: int, occasion: int, after: float, asked: int, *, rate: int = 0) -> None:
        """A move that ends at a shared moment: its boluses enter, and it may be asked for."""
        bolus = NONE
        if after in self.at_once or self.own:
            each = [np.where(one.start_min == after, one.mg, 0.0) for one in self.boluses]
            bolus = self._bolus(self._sum(each)) if any(mg.any() for mg in each) else NONE
        self._row(step, occasion, rate, bolus, asked)

    def _row(self, step: int, occasion: int, rate: int, bolus: int, out: int) -> None:
        self.rows.append((step, occasion, rate, bolus, out))

    def _sum(self, each: Sequence[FloatArray]) -> FloatArray:
        total = np.zeros((self.n, self.people))
        for one, mg in zip(self.boluses, each, strict=True):
            total[one.state] += mg
        return total

    def _bolus(self, total: FloatArray) -> int:
        self.bolus_rows.append(total)
        return len(self.bolus_rows) - 1

    def _entering(self, at: FloatArray, before: float) -> FloatArray | None:
        each = [
            np.where((one.start_min == at) & (one.start_min > before) & (not one.shared), one.mg, 0.0)
            for one in self.boluses
        ]
        return self._sum(each) if any(mg.any() for mg in each) else None

    def _shared_rate(self, middle: float) -> int:
        runs = tuple(
            i for i, one in enumerate(self.even) if np.any((middle > one.start_min) & (middle < one.end_min))
        )
        if runs not in self.rate_of:
            at = np.full(self.people, middle)
            self.rate_of[runs] = self._rate(_running([self.even[i] for i in runs], self.columns, at))
        return self.rate_of[runs]

    def _rate(self, running: FloatArray) -> int:
        if not running.any():
            return 0
        self.rate_rows.append(running)
        return len(self.rate_rows) - 1

    def written(self) -> Moves:
        table = np.array(self.rows, dtype=np.int64).reshape(-1, 5)
        keys = list(self.lengths)
        return Moves(
            step=np.ascontiguousarray(table[:, 0]),
            occasion=np.ascontiguousarray(table[:, 1]),
            rate=np.ascontiguousarray(table[:, 2]),
            bolus=np.ascontiguousarray(table[:, 3]),
            out=np.ascontiguousarray(table[:, 4]),
            lengths=np.array([key[1] for key in keys], dtype=np.float64),
            length_occasion=np.array([key[0] for key in keys], dtype=np.int64),
            rates=np.array(self.rate_rows),
            boluses=np.array(self.bolus_rows).reshape(-1, self.n, self.people),
            own_min=np.array(self.own_rows).reshape(-1, self.people),
            columns=self.columns,
        )


def _running(even: Sequence[Input], columns: Sequence[int], at: FloatArray) -> FloatArray:
    """mg/min into each input column at each person's minute; (m, N)."""
    rates = np.zeros((len(columns), len(at)))
    for one in even:
        runs = (at > one.start_min) & (at < one.end_min)
        length = np.where(runs, one.end_min - one.start_min, 1.0)
        rates[columns.index(one.state)] += np.where(runs, one.mg / length / INPUT_SCALE, 0.0)
    return rates
