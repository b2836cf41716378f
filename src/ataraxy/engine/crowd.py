"""Who is simulated: a population of the catalog, or the people of a table over and over; any stretch of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.people import People
from ataraxy.core.pharmacology.population import PopulationSpec, draw_people


@dataclass(frozen=True, slots=True)
class Crowd:
    """Exactly one of ``spec`` and ``table``. ``standing`` says how far the people may be trusted.

    Raises:
        InputRefused: neither, both, or a table without people.
    """

    name: str
    standing: str
    spec: PopulationSpec | None = None
    table: People | None = None

    def __post_init__(self) -> None:
        if (self.spec is None) == (self.table is None):
            raise InputRefused("Nobody is named, or two crowds at once.", "Give a population or a table.")
        if self.table is not None and len(self.table) == 0:
            raise InputRefused("The table holds nobody.", "Give one row a person.", "people")

    def people(self, first: int, count: int, seed: int) -> People:
        """The people numbered from ``first``; the same whoever asks and in whatever pieces.

        The rows of a table come again and again; each time with draws of their own.
        """
        if self.spec is not None:
            return draw_people(self.spec, count, seed, first)
        assert self.table is not None
        number = np.arange(first, first + count, dtype=np.int64)
        return replace(self.table.rows(number % len(self.table)), number=number)


def crowd_of(spec: PopulationSpec) -> Crowd:
    """A population as a crowd."""
    return Crowd(spec.name, spec.standing.value, spec=spec)
