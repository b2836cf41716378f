"""The arithmetic of one lane written down once: rows, each made from earlier ones, for any effects and any people.

A ``Row`` stands where elsewhere an array of people's numbers does. What a model's own formulas do with rows becomes a
short list of operations that a compiled kernel runs for many lanes side by side; it begins with what is loaded from
tables by person: their typical parameters, their doses, plain numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from ataraxy.core.pharmacology.people import FloatArray, IntArray


class Op(IntEnum):
    """What makes a row. LOAD: a table by person. GROWN: x exp(y). ODDS: x, with y added to its logit."""

    LOAD = 0
    TIMES = 1
    OVER = 2
    PLUS = 3
    MINUS = 4
    GROWN = 5
    ODDS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """The list for the kernel: operations (k,) and the rows they write and read; what each table to load holds."""

    op: IntArray
    to: IntArray
    x: IntArray
    y: IntArray
    sources: tuple[Source, ...]
    rows: int

    def tables(self, known: Mapping[str, FloatArray], people: int) -> FloatArray:
        """(tables, people): ``known`` holds the people's numbers by name."""
        found = np.empty((len(self.sources), people))
        for row, source in zip(found, self.sources, strict=True):
            row[:] = known[source] if isinstance(source, str) else source
        return found


class Sheet:
    """Rows being written. The first ``effects`` rows are the random effects themselves."""

    def __init__(self, effects: int) -> None:
        self.rows = effects
        self._lines: list[tuple[int, int, int, int]] = []
        self._sources: dict[str | float | bytes, int] = {}
        self._held: list[Source] = []
        self._known: dict[tuple[int, int, int], Row] = {}

    def effect(self, row: int) -> Row:
        return Row(self, row)

    def named(self, name: str) -> Row:
        """A number of each person's, known by name when the tables are made."""
        return self._load(name, name)

    def row(self, value: Number) -> Row:
        """Where it is written; what is no row yet is loaded into one."""
        if isinstance(value, Row):
            return value
        return self._load(value.tobytes() if isinstance(value, np.ndarray) else value, value)

    def _load(self, key: str | float | bytes, source: Source) -> Row:
        if key not in self._sources:
            self._sources[key] = len(self._held)
            self._held.append(source)
        return self.line(Op.LOAD, self._sources[key], 0)

    def line(self, op: Op, x: int, y: int) -> Row:
        key = (int(op), x, y)
        if key not in self._known:
            self._lines.append((op, self.rows, x, y))
            self._known[key] = Row(self, self.rows)
            self.rows += 1
        return self._known[key]

    def written(self, asked: set[int]) -> Written:
        """The operations that these rows need, in order."""
        needed, kept = set(asked), []
        for op, to, x, y in reversed(self._lines):
            if to in needed:
                kept.append((op, to, x, y))
                needed |= set() if op == Op.LOAD else {x, y}
        lines = np.array(kept[::-1], dtype=np.int64).reshape(-1, 4)
        ops, into, left, right = (np.ascontiguousarray(lines[:, k]) for k in range(4))
        return Written(ops, into, left, right, tuple(self._held), self.rows)


class Row:
    """A number of each lane that follows from its effects. It does the arithmetic that a parameter's array does."""

    __array_ufunc__ = None  # an array that meets a row leaves the arithmetic to it
    __slots__ = ("place", "sheet")

    def __init__(self, sheet: Sheet, place: int) -> None:
        self.sheet, self.place = sheet, place

    def grown(self, effect: Row) -> Row:
        """Times exp(effect)."""
        return self.sheet.line(Op.GROWN, self.place, effect.place)

    def odds(self, effect: Row) -> Row:
        """A fraction with the effect added to its logit."""
        return self.sheet.line(Op.ODDS, self.place, effect.place)

    def _with(self, op: Op, x: Number, y: Number) -> Row:
        return self.sheet.line(op, self.sheet.row(x).place, self.sheet.row(y).place)

    def __mul__(self, other: Number) -> Row:
        return self if _is(other, 1.0) else self._with(Op.TIMES, self, other)

    def __rmul__(self, other: Number) -> Row:
        return self * other

    def __truediv__(self, other: Number) -> Row:
        return self if _is(other, 1.0) else self._with(Op.OVER, self, other)

    def __rtruediv__(self, other: Number) -> Row:
        return self._with(Op.OVER, other, self)

    def __add__(self, other: Number) -> Row:
        return self if _is(other, 0.0) else self._with(Op.PLUS, self, other)

    def __radd__(self, other: Number) -> Row:
        return self + other

    def __sub__(self, other: Number) -> Row:
        return self if _is(other, 0.0) else self._with(Op.MINUS, self, other)

    def __rsub__(self, other: Number) -> Row:
        return self._with(Op.MINUS, other, self)


Number = Row | FloatArray | float
"""A number of a lane: a row, or what is the same whatever the effects, for each of the people or for all."""
Source = str | FloatArray | float
"""Of a table by person: a name, their numbers (people,), or one number for all."""


def _is(value: Number, number: float) -> bool:
    if isinstance(value, np.ndarray):
        return bool((value == number).all())
    return not isinstance(value, Row) and value == number
