"""Studies that came to a clinic from outside, as events: what arrived, and what a person decided of it, and why.

Nothing that arrives changes an answer until a person has accepted it; a later decision stands over an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from ataraxy.core.record.envelope import Recorded


@dataclass(frozen=True, slots=True)
class StudyArrived:
    """A study out of a file somebody brought. ``text`` is its catalog file, ``sources`` the rows it cites."""

    VERSION: ClassVar[int] = 1
    arrival: UUID
    study: str  # id
    file: str  # as it was called
    sha256: str  # of that file
    text: str
    sources: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RetractionReported:
    """Somebody says that a study of the base was taken back. ``where``: where that can be read."""

    VERSION: ClassVar[int] = 1
    arrival: UUID
    study: str
    retracted_on: date
    words: str
    where: str


@dataclass(frozen=True, slots=True)
class ArrivalDecided:
    """A person lets what arrived stand in this clinic's base, or keeps it out, and says why."""

    VERSION: ClassVar[int] = 1
    arrival: UUID
    accepted: bool
    reason: str


EVENTS = (StudyArrived, RetractionReported, ArrivalDecided)


@dataclass(frozen=True, slots=True)
class Decision:
    accepted: bool
    reason: str
    by: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing that arrived, with every decision about it, the first first."""

    what: StudyArrived | RetractionReported
    brought_by: UUID | None
    at: datetime
    decisions: tuple[Decision, ...] = ()

    @property
    def id(self) -> UUID:
        return self.what.arrival

    @property
    def is_retraction(self) -> bool:
        return isinstance(self.what, RetractionReported)

    @property
    def decided(self) -> Decision | None:
        """The decision that stands; None while it waits for one."""
        return self.decisions[-1] if self.decisions else None

    @property
    def stands(self) -> bool:
        return self.decided is not None and self.decided.accepted


def arrivals(events: Iterable[Recorded[object]]) -> tuple[Arrival, ...]:
    """What arrived, in order of arrival, each with the decisions about it."""
    found: dict[UUID, Arrival] = {}
    for one in events:
        frame, payload = one.envelope, one.payload
        if isinstance(payload, StudyArrived | RetractionReported):
            found[payload.arrival] = Arrival(payload, frame.actor, frame.at)
        elif isinstance(payload, ArrivalDecided) and payload.arrival in found:
            held = found[payload.arrival]
            made = Decision(payload.accepted, payload.reason, frame.actor, frame.at)
            found[payload.arrival] = replace(held, decisions=(*held.decisions, made))
    return tuple(found.values())
