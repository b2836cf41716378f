"""Who is simulated: covariates, one array each, and how the parameters of each follow from them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.errors import InputRefused

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
TextArray = NDArray[np.str_]

SEXES = ("female", "male")
ANCESTRIES = ("white", "black", "asian", "japanese", "other")


@dataclass(frozen=True, slots=True)
class People:
    """Covariates of N people; every array has shape (N,). ``number`` names a person's random draws.

    Raises:
        InputRefused: lengths differ, or a weight, age or height that cannot be.
    """

    number: IntArray
    weight_kg: FloatArray
    age_years: FloatArray
    height_cm: FloatArray
    sex: TextArray  # "female" | "male"
    ancestry: TextArray  # "" where unknown
    disorder: TextArray
    comedication: TextArray

    def __post_init__(self) -> None:
        if len({len(getattr(self, f.name)) for f in fields(self)}) != 1:
            raise InputRefused(
                "The columns of the people differ in length.", "Give one value a person.", "people"
            )
        for name, low, high in (("weight_kg", 1, 500), ("age_years", 0, 130), ("height_cm", 30, 260)):
            values = getattr(self, name)
            if not np.all((values >= low) & (values <= high)):
                wrong = int(np.flatnonzero(~((values >= low) & (values <= high)))[0])
                raise InputRefused(
                    f"Person {int(self.number[wrong])} has {name} {values[wrong]}.",
                    f"Give a number from {low} to {high}.",
                    name,
                )

    def __len__(self) -> int:
        return len(self.number)

    def rows(self, chosen: slice | IntArray) -> People:
        """Some of them, in the order asked."""
        return People(*(getattr(self, f.name)[chosen] for f in fields(self)))


def one_person(weight_kg: float, age_years: float = 45.0, *, sex: str = "", ancestry: str = "") -> People:
    """A single person, number 0; what the clinic's pages simulate."""
    return People(
        number=np.zeros(1, dtype=np.int64),
        weight_kg=np.array([weight_kg], dtype=np.float64),
        age_years=np.array([age_years], dtype=np.float64),
        height_cm=np.array([170.0]),
        sex=np.array([sex]),
        ancestry=np.array([ancestry]),
        disorder=np.array([""]),
        comedication=np.array([""]),
    )


def same_people(person: People, count: int) -> People:
    """``count`` copies of one person, numbered from 0: the members of an ensemble."""
    copies = person.rows(np.zeros(count, dtype=np.int64))
    return People(np.arange(count, dtype=np.int64), *(getattr(copies, f.name) for f in fields(copies)[1:]))
