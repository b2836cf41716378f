"""The arithmetic of one lane written down once: rows, each made from earlier ones, for any effects at once.

Parameters that do not vary stay plain arrays, so that what is made of them alone is worked out while it is written; a
``Row`` is anything that follows from the effects. What a model's own formulas do with rows becomes a short list of
operations that a compiled kernel runs for many lanes side by side.
"""

from __future__ import annotations

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
    """The list for the kernel: operations (k,) and the rows they write and read; tables (tables, people)."""

    op: IntArray
    to: IntArray
    x: IntArray
    y: IntArray
    tables: FloatArray
    rows: int


class Sheet:
    """Rows being written. The first ``effects`` rows are the random effects themselves."""

    def __init__(self, effects: int, people: int) -> None:
        self.people = people
        self.rows = effects
        self._lines: list[tuple[int, int, int, int]] = []
        self._tables: dict[bytes, tuple[int, FloatArray]] = {}
        self._known: dict[tuple[int, int, int], Row] = {}

    def effect(self, row: int) -> Row:
        return Row(self, row)

    def row(self, value: Number) -> Row:
        """Where it is written; what does not follow from the effects is loaded into a row of its own."""
        if isinstance(value, Row):
            return value
        if not isinstance(value, np.ndarray) or value.shape != (self.people,):
            value = np.full(self.people, value)
        number, _ = self._tables.setdefault(value.tobytes(), (len(self._tables), value))
        return self.line(Op.LOAD, number, 0)

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
        tables = np.array([table for _, table in self._tables.values()]).reshape(-1, self.people)
        ops, into, left, right = (np.ascontiguousarray(lines[:, k]) for k in range(4))
        return Written(ops, into, left, right, tables, self.rows)


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
"""A parameter of a lane: a row where it follows from the effects, else the people's own (people,) or one for all."""


def _is(value: Number, number: float) -> bool:
    if isinstance(value, np.ndarray):
        return bool((value == number).all())
    return not isinstance(value, Row) and value == number
