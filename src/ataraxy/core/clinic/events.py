"""A clinic's own acts, as events: who was let in, which protocol it treats by, who answers for which line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from ataraxy.core.protocol.types import Status


@dataclass(frozen=True, slots=True)
class ProtocolActivated:
    """The director signs: from now on this clinic may treat by this version, whose text has this hash."""

    VERSION: ClassVar[int] = 1
    protocol_id: str
    protocol_version: str
    protocol_sha256: str


@dataclass(frozen=True, slots=True)
class LineSigned:
    """The director takes responsibility for one line that no label, guidance or trial carries."""

    VERSION: ClassVar[int] = 1
    protocol_id: str
    protocol_version: str
    protocol_sha256: str
    line: str
    text: str  # as it stood on the page
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class StaffAdded:
    VERSION: ClassVar[int] = 1
    staff: UUID
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CredentialRecorded:
    VERSION: ClassVar[int] = 1
    staff: UUID
    kind: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class LockSet:
    """After how many minutes without a touch a page is locked; 0: never."""

    VERSION: ClassVar[int] = 1
    minutes: int


@dataclass(frozen=True, slots=True)
class PhoneSet:
    """The number patients are told to call."""

    VERSION: ClassVar[int] = 1
    phone: str


@dataclass(frozen=True, slots=True)
class RoomAdded:
    """A room in which sessions are booked."""

    VERSION: ClassVar[int] = 1
    name: str


@dataclass(frozen=True, slots=True)
class ContactChanged:
    """Somebody put right how a patient is reached, their name or date of birth; ``what`` names the fields."""

    VERSION: ClassVar[int] = 1
    patient: UUID
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GlassBroken:
    """Somebody opened a chart their role does not open, in an emergency."""

    VERSION: ClassVar[int] = 1
    glass: UUID
    patient: UUID
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class GlassReviewed:
    VERSION: ClassVar[int] = 1
    glass: UUID
    words: str


@dataclass(frozen=True, slots=True)
class EquipmentChecked:
    """The rescue equipment of the day was looked at and tried. What is in ``faults`` does not work."""

    VERSION: ClassVar[int] = 1
    works: tuple[str, ...]
    faults: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class RecordSigned:
    """A prescriber has read a session's record up to entry ``seq``, whose link has this hash, and signs it."""

    VERSION: ClassVar[int] = 1
    session: UUID
    upto_seq: int
    link: str


@dataclass(frozen=True, slots=True)
class DayClosed:
    """The clinic goes home. ``left_open`` names what was not done, in the closing page's own words."""

    VERSION: ClassVar[int] = 1
    day: date
    on_call: UUID
    on_call_phone: str
    left_open: tuple[str, ...]
    note: str = ""


ClinicPayload = (
    ProtocolActivated
    | LineSigned
    | StaffAdded
    | CredentialRecorded
    | LockSet
    | PhoneSet
    | RoomAdded
    | ContactChanged
    | GlassBroken
    | GlassReviewed
    | EquipmentChecked
    | RecordSigned
    | DayClosed
)
