"""A propagation written out as moves that a compiled kernel can walk: which step, what runs, what enters, what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.pharmacology.inputs import Input
from ataraxy.core.pharmacology.linear import INPUT_SCALE, Course, cuts_of, moments_of, round_steps

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NONE = -1


@dataclass(frozen=True, slots=True)
class Moves:
    """One row a move; M moves of N people, m input columns, n states.

    ``step``: which of ``lengths`` (shared by all), or -2 - k for row k of ``own_min`` (each their own length); -1:
    time stands still. ``rate``: row of ``rates`` running meanwhile. ``bolus``: row of ``boluses`` that enters after
    it, or -1. ``out``: which asked minute it ends at, or -1.
    """

    step: IntArray  # (M,)
    occasion: IntArray
    rate: IntArray
    bolus: IntArray
    out: IntArray
    lengths: FloatArray  # (distinct steps,), minutes
    length_occasion: IntArray
    rates: FloatArray  # (rows, m, N), mg/min over INPUT_SCALE; row 0 is nothing
    boluses: FloatArray  # (rows, n, N), mg
    own_min: FloatArray  # (rows, N)
    columns: tuple[int, ...]  # states the input columns run into


Edges = tuple[int, float, float, bool]  # of a shared input: its state, start, end, and whether it is a bolus


@dataclass(frozen=True, slots=True)
class Timeline:
    """When what happens, whoever the people are: one row a move, as in ``Moves``.

    ``running``: which inputs run in each row of rates; ``entering``: which enter in each row of boluses.
    """

    rows: IntArray  # (M, 5): step, occasion, rate, bolus, out
    lengths: FloatArray
    length_occasion: IntArray
    running: tuple[tuple[int, ...], ...]
    entering: tuple[tuple[int, ...], ...]
    moments: FloatArray
    early: int


def moves_of(course: Course, at_min: FloatArray, nodes: FloatArray) -> tuple[Moves, FloatArray, int]:
    """Every move from the first input to the last minute asked, visiting the ``nodes`` on the way.

    Returns:
        The moves, the shared moment each ends at (not a number where it ends at people's own minutes), and how many
        minutes asked come before the first input.

    First the moves between shared moments, all at once; then the spans in which somebody has a moment of their own
    are cut into moves of each person's own length.
    """
    people, n, _ = course.rates[0].shape
    even = [one for one in course.inputs if not one.bolus]
    own = [one for one in course.inputs if not one.shared]
    columns = tuple(sorted({one.state for one in even}))
    tables = _Tables(people, n, even, [one for one in course.inputs if one.bolus], columns)
    moments = moments_of(course, np.union1d(at_min, nodes)) if own or not people else np.zeros(0)
    edges = tuple(
        (one.state, float(one.start_min[0]), float(one.end_min[0]), one.bolus)
        for one in course.inputs
        if one.shared and people
    )
    first = float(moments[0]) if len(moments) else None
    line = _timeline(edges, course.starts, first, at_min.tobytes(), nodes.tobytes())
    rows, moments = line.rows, line.moments
    shared = [one for one in course.inputs if one.shared]
    tables.shared(shared, line)
    if own and len(moments):
        rows, moments = _with_own(rows, moments, own, tables)
    return tables.moves(rows, line.lengths, line.length_occasion), moments, line.early


@lru_cache(maxsize=64)
def _timeline(
    edges: tuple[Edges, ...], starts: tuple[float, ...], first: float | None, minutes: bytes, nodes: bytes
) -> Timeline:
    """The moves between shared moments; ``first``: of somebody's own input, if it comes before the shared ones."""
    at_min = np.frombuffer(minutes)
    begins = [start for _, start, _, _ in edges] + ([] if first is None else [first])
    if not begins or len(at_min) == 0:
        none = np.zeros((0, 5), dtype=np.int64)
        return Timeline(none, np.zeros(0), none[:, 0], ((),), (), np.zeros(0), len(at_min))
    begin = min(starts[0], *begins)
    every = np.unique(
        np.concatenate([at_min, np.frombuffer(nodes), [t for e in edges for t in e[1:3]], starts, [begin]])
    )
    moments = every[(every >= begin) & (every <= at_min[-1])]
    if len(moments) == 0:
        none = np.zeros((0, 5), dtype=np.int64)
        return Timeline(none, np.zeros(0), none[:, 0], ((),), (), np.zeros(0), len(at_min))
    early = int(np.searchsorted(at_min, moments[0]))
    out = _places_of(at_min, moments)
    occasion = np.maximum(np.searchsorted(starts, moments, side="right") - 1, 0)[:-1]
    lengths, place = np.unique(round_steps(np.diff(moments)), return_inverse=True)
    pairs, step = np.unique(place + len(lengths) * occasion, return_inverse=True)
    rate, running = _running(edges, moments)
    bolus, entering = _entering(edges, moments)
    rows = np.column_stack([np.append(NONE, step), np.append(0, occasion), np.append(0, rate), bolus, out])
    return Timeline(
        rows.astype(np.int64, order="F"),  # so that a column is an array as it stands
        lengths[pairs % len(lengths)] if len(lengths) else lengths,
        (pairs // max(len(lengths), 1)).astype(np.int64),
        running,
        entering,
        moments,
        early,
    )


def _places_of(known: FloatArray, moments: FloatArray) -> IntArray:
    found = np.minimum(np.searchsorted(known, moments), len(known) - 1)
    return np.where(known[found] == moments, found, NONE)


def _running(edges: Sequence[Edges], moments: FloatArray) -> tuple[IntArray, tuple[tuple[int, ...], ...]]:
    """Which inputs run from each moment to the next, as rows; row 0 is nothing."""
    sets: dict[tuple[int, ...], int] = {(): 0}
    borders = np.unique([t for _, start, end, bolus in edges if not bolus for t in (start, end)])
    stretch = np.searchsorted(borders, moments[:-1], side="right") - 1
    names = [
        sets.setdefault(
            tuple(i for i, (_, start, end, bolus) in enumerate(edges) if not bolus and start <= border < end),
            len(sets),
        )
        for border in borders
    ]
    row = np.where(stretch >= 0, np.array([*names, 0])[stretch], 0)
    return row.astype(np.int64), tuple(sets)


def _entering(edges: Sequence[Edges], moments: FloatArray) -> tuple[IntArray, tuple[tuple[int, ...], ...]]:
    """Which boluses enter at each moment, as rows."""
    rows = np.full(len(moments), NONE)
    sets: list[tuple[int, ...]] = []
    for minute in np.unique([start for _, start, _, bolus in edges if bolus]):
        for place in np.flatnonzero(moments == minute):
            rows[place] = len(sets)
            sets.append(tuple(i for i, (_, at, _, bolus) in enumerate(edges) if bolus and at == minute))
    return rows, tuple(sets)


def _with_own(
    rows: IntArray, moments: FloatArray, own: Sequence[Input], tables: _Tables
) -> tuple[IntArray, FloatArray]:
    """The rows, with every span that holds somebody's own moment cut at each person's own minutes."""
    written, ends = [tuple(rows[0])], [float(moments[0])]
    for place, (before, after) in enumerate(pairwise(moments.tolist())):
        row = rows[place + 1]
        cuts = cuts_of(own, (before, after), tables.people)
        if cuts is None:
            rate = tables.rate(np.full(tables.people, before))
            written.append((row[0], row[1], rate, row[3], row[4]))
            ends.append(after)
            continue
        for index, (start, end) in enumerate(pairwise(cuts)):
            entering = tables.entering(start, before)
            if entering != NONE:
                written.append((NONE, row[1], 0, entering, NONE))
                ends.append(np.nan)
            rate, length = tables.rate(start), tables.own_length(end - start)
            last = index == len(cuts) - 2
            written.append((length, row[1], rate, row[3] if last else NONE, row[4] if last else NONE))
            ends.append(after if last else np.nan)
    return np.array(written, dtype=np.int64), np.array(ends)


class _Tables:
    """Rates, boluses and own lengths, each told once and named by its row."""

    def __init__(
        self, people: int, n: int, even: Sequence[Input], boluses: Sequence[Input], columns: tuple[int, ...]
    ) -> None:
        self.people, self.n, self.even, self.at_once, self.columns = people, n, even, boluses, columns
        self.rate_rows: list[FloatArray] = [
            np.zeros((1, len(columns), people))
        ]  # tables, one below the other
        self.rate_count = 1
        self.bolus_rows: list[FloatArray] = []
        self.own_rows: list[FloatArray] = []

    def moves(self, rows: IntArray, lengths: FloatArray, length_occasion: IntArray) -> Moves:
        return Moves(
            step=np.ascontiguousarray(rows[:, 0]),
            occasion=np.ascontiguousarray(rows[:, 1]),
            rate=np.ascontiguousarray(rows[:, 2]),
            bolus=np.ascontiguousarray(rows[:, 3]),
            out=np.ascontiguousarray(rows[:, 4]),
            lengths=lengths,
            length_occasion=length_occasion,
            rates=self.rate_rows[0] if len(self.rate_rows) == 1 else np.concatenate(self.rate_rows),
            boluses=np.array(self.bolus_rows).reshape(-1, self.n, self.people),
            own_min=np.array(self.own_rows).reshape(-1, self.people),
            columns=self.columns,
        )

    def shared(self, inputs: Sequence[Input], line: Timeline) -> None:
        """The rows that a timeline names, in its order."""
        self.rate_count = len(line.running)
        rates = np.zeros((self.rate_count, len(self.columns), self.people))
        for row, chosen in enumerate(line.running):
            for one in (inputs[i] for i in chosen):
                minutes = one.end_min[0] - one.start_min[0]
                rates[row, self.columns.index(one.state)] += one.mg / (minutes * INPUT_SCALE)
        self.rate_rows = [rates]
        for chosen in line.entering:
            total = np.zeros((self.n, self.people))
            for one in (inputs[i] for i in chosen):
                total[one.state] += one.mg
            self.bolus_rows.append(total)

    def rate(self, at: FloatArray, inputs: Sequence[Input] | None = None) -> int:
        """The row of what runs from each person's minute on, which may be an edge."""
        rates = np.zeros((len(self.columns), self.people))
        for one in self.even if inputs is None else inputs:
            runs = (at >= one.start_min) & (at < one.end_min)
            if runs.any():
                length = np.where(runs, one.end_min - one.start_min, 1.0)
                rates[self.columns.index(one.state)] += np.where(runs, one.mg / length / INPUT_SCALE, 0.0)
        if not rates.any():
            return 0
        self.rate_rows.append(rates[np.newaxis])
        self.rate_count += 1
        return self.rate_count - 1

    def entering(self, at: FloatArray, before: float) -> int:
        """The row of what enters at each person's own minute inside a span."""
        return self._bolus(
            [
                np.where((one.start_min == at) & (one.start_min > before) & (not one.shared), one.mg, 0.0)
                for one in self.at_once
            ]
        )

    def _bolus(self, each: Sequence[FloatArray]) -> int:
        total = np.zeros((self.n, self.people))
        for one, mg in zip(self.at_once, each, strict=True):
            total[one.state] += mg
        if not total.any():
            return NONE
        self.bolus_rows.append(total)
        return len(self.bolus_rows) - 1

    def own_length(self, minutes: FloatArray) -> int:
        self.own_rows.append(minutes)
        return -1 - len(self.own_rows)
