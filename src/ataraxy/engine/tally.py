"""What very many people amount to: bands over time, figures, lines crossed. Small, and added to others of its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.people import FloatArray, IntArray
from ataraxy.core.pharmacology.sketch import EXACT_UP_TO, Sketch
from ataraxy.engine.lines import BoolArray

EXACT_BYTES = 100_000_000  # of values kept as they are; beyond, they are counted in bins 0.39 % wide


@dataclass(frozen=True, slots=True)
class Answer:
    """Some people, told in full: curves (N, T), figures (N, F), lines crossed (N, L), not settled or ready (N, 2)."""

    values: Mapping[str, FloatArray]
    figures: FloatArray
    crossed: BoolArray
    late: BoolArray
    error: float

    def __len__(self) -> int:
        return len(self.figures)


@final
class Tally:
    """``curves``: by output; ``figures``: one column a figure; ``crossed``: people a line; ``late``: not settled,
    not ready. Counts do not depend on the pieces that were added or on their order.
    """

    __slots__ = ("crossed", "curves", "error", "figures", "late", "people")

    def __init__(
        self,
        curves: dict[str, Sketch],
        figures: Sketch | None,
        crossed: IntArray,
        late: IntArray,
        people: int = 0,
        error: float = 0.0,
    ) -> None:
        self.curves, self.figures, self.crossed, self.late = curves, figures, crossed, late
        self.people, self.error = people, error

    @classmethod
    def empty(
        cls,
        times: int,
        limits: Mapping[str, Sequence[float]],
        *,
        figures: int,
        lines: int,
        expected: int,
        compiled: bool,
    ) -> Tally:
        """Of nobody. ``expected``: how many people will come in all; decides how exactly values are kept."""
        size = expected * 8 * (times * len(limits) + figures)
        hint = expected if size <= EXACT_BYTES else max(expected, EXACT_UP_TO + 1)
        return cls(
            {n: Sketch(times, limits=at, expected=hint, compiled=compiled) for n, at in limits.items()},
            Sketch(figures, expected=hint, compiled=compiled) if figures else None,
            np.zeros(lines, dtype=np.int64),
            np.zeros(2, dtype=np.int64),
        )

    def add(self, answer: Answer) -> None:
        """Count some people in."""
        for name, sketch in self.curves.items():
            sketch.add(answer.values[name])
        if self.figures is not None:
            self.figures.add(answer.figures)
        self.crossed += answer.crossed.sum(axis=0)
        self.late += answer.late.sum(axis=0)
        self.people += len(answer)
        self.error = max(self.error, answer.error)

    def merge(self, other: Tally) -> Tally:
        """Both as one, neither changed.

        Raises:
            InputRefused: they tell different things.
        """
        if set(self.curves) != set(other.curves) or len(self.crossed) != len(other.crossed):
            raise InputRefused("Two tallies of different things.", "Merge tallies of one work.", "other")
        figures = self.figures
        if self.figures is not None and other.figures is not None:
            figures = self.figures.merge(other.figures)
        return Tally(
            {name: sketch.merge(other.curves[name]) for name, sketch in self.curves.items()},
            figures,
            self.crossed + other.crossed,
            self.late + other.late,
            self.people + other.people,
            max(self.error, other.error),
        )

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Tally, (self.curves, self.figures, self.crossed, self.late, self.people, self.error)
