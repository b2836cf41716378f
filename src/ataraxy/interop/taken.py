"""What an import gives: studies or references, and everything about them that a person must know before believing it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ataraxy.core.evidence.study import Study


class Weight(StrEnum):
    """How much a note matters."""

    LEFT_OUT = "left out"  # it stood there, and is not carried
    DOUBT = "to check"  # it is carried, or a choice was made, and a person should look
    SKIPPED = "skipped"  # a whole entry could not be read


@dataclass(frozen=True, slots=True)
class Note:
    """``where`` is a JSON path, a line or a row of the file that was read."""

    where: str
    weight: Weight
    words: str

    def __str__(self) -> str:
        return f"{self.where}: {self.weight.value}: {self.words}"


@dataclass(frozen=True, slots=True)
class Taken:
    """One study, with its notes in the order of the file."""

    study: Study
    notes: tuple[Note, ...] = ()
