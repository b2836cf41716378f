"""What every event carries around its payload."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

P = TypeVar("P", covariant=True)


class Origin(StrEnum):
    """Who or what said so."""

    STAFF = "staff"
    PATIENT = "patient"
    DEVICE = "device"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Envelope:
    """The frame of one event.

    ``at`` is when it was true, ``recorded_at`` when it was entered (both UTC); they differ for back-charting.
    ``seq`` counts from 1 within its stream. ``corrects`` names the event this one replaces.
    """

    id: UUID
    seq: int
    at: datetime
    recorded_at: datetime
    actor: UUID | None  # a staff member or a patient; None for a device or the system
    origin: Origin
    corrects: UUID | None = None


@dataclass(frozen=True, slots=True)
class Recorded(Generic[P]):
    """An event as it stands in the record."""

    envelope: Envelope
    payload: P
