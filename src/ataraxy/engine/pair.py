"""Two regimens in the same virtual people: what differs is the regimen alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.people import IntArray
from ataraxy.core.pharmacology.simulate import Tier
from ataraxy.core.pharmacology.sketch import Sketch
from ataraxy.engine.tally import Tally
from ataraxy.engine.work import Work, answer


@final
class PairTally:
    """``differences``: second minus first, one column a figure, person by person; ``more``: people with a larger
    figure under the second; ``only``: (lines, 2), people who cross a line under the first alone, the second alone.
    """

    __slots__ = ("differences", "first", "more", "only", "second")

    def __init__(
        self, first: Tally, second: Tally, differences: Sketch, more: IntArray, only: IntArray
    ) -> None:
        self.first, self.second, self.differences = first, second, differences
        self.more, self.only = more, only

    @property
    def people(self) -> int:
        return self.differences.people

    def merge(self, other: PairTally) -> PairTally:
        """Both as one, neither changed."""
        return PairTally(
            self.first.merge(other.first),
            self.second.merge(other.second),
            self.differences.merge(other.differences),
            self.more + other.more,
            self.only + other.only,
        )

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return PairTally, (self.first, self.second, self.differences, self.more, self.only)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two works that differ in regimen and in the protocol's lines only.

    Raises:
        InputRefused: they differ in people, draws, model, effects or figures.
    """

    first: Work
    second: Work

    def __post_init__(self) -> None:
        for name in ("count", "seed", "model", "effects", "crowd", "figures", "variability", "tier"):
            if getattr(self.first, name) != getattr(self.second, name):
                raise InputRefused(
                    f"The two differ in their {name}.",
                    "Compare two regimens in the same people, by the same model.",
                    name,
                )
        if not self.first.figures:
            raise InputRefused("No figure is asked for.", "Ask for one at least.", "figures")

    @property
    def count(self) -> int:
        return self.first.count

    @property
    def chunk_people(self) -> int:
        return max(1, min(self.first.chunk_people, self.second.chunk_people) // 2)

    @property
    def tier(self) -> Tier:
        return self.first.tier

    @property
    def shared_lines(self) -> tuple[tuple[int, int], ...]:
        """Places of the lines that stand in both, with the same bounds."""
        theirs = {(line.id, line.bounds): place for place, line in enumerate(self.second.held)}
        return tuple(
            (place, theirs[line.id, line.bounds])
            for place, line in enumerate(self.first.held)
            if (line.id, line.bounds) in theirs
        )

    def fresh(self) -> PairTally:
        figures = len(self.first.figures)
        compiled = self.tier is Tier.NUMBA
        return PairTally(
            self.first.fresh(),
            self.second.fresh(),
            Sketch(figures, expected=self.count, compiled=compiled),
            np.zeros(figures, dtype=np.int64),
            np.zeros((len(self.shared_lines), 2), dtype=np.int64),
        )

    def add(self, tally: PairTally, first: int, count: int) -> None:
        """Simulate these people under both, and count them in."""
        one, other = answer(self.first, first, count), answer(self.second, first, count)
        tally.first.add(one)
        tally.second.add(other)
        tally.differences.add(other.figures - one.figures)
        tally.more += (other.figures > one.figures).sum(axis=0)
        for row, (mine, theirs) in enumerate(self.shared_lines):
            a, b = one.crossed[:, mine], other.crossed[:, theirs]
            tally.only[row] += np.array([(a & ~b).sum(), (b & ~a).sum()])
