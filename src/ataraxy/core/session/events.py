"""Everything that can happen in a session. Appended, never changed; a correction names the event it corrects.

A payload's ``VERSION`` grows when its fields change; older texts are upcast in ``core/session/upcast.py`` and
never rewritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from ataraxy.core.protocol.types import Disorder, Measure, Route
from ataraxy.core.session.care import CarePayload


class EndReason(StrEnum):
    DISCHARGED = "discharged"
    STOPPED = "stopped"  # the dose was stopped early; home once every criterion held
    CANCELLED = "cancelled"  # before any dose
    TRANSFERRED = "transferred"  # by ambulance
    LEFT_AGAINST_ADVICE = "left-against-advice"
    DIED = "died"


class CalledOff(StrEnum):
    """Why a session did not happen, as a code; what was seen is in the note."""

    NO_SHOW = "no-show"
    LATE = "late"
    INTOXICATED = "intoxicated"
    NO_VEIN = "no-vein"
    HELD = "held"
    UNWILLING = "unwilling"
    NO_ESCORT = "no-escort"
    OTHER = "other"


class Grade(StrEnum):
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """The session exists, on this protocol version, with this planned dose."""

    VERSION: ClassVar[int] = 1
    patient: UUID
    course: UUID
    protocol_id: str
    protocol_version: str
    protocol_sha256: str
    disorder: Disorder
    number: int  # 1 is the first session of the course
    planned_mg_per_kg: Decimal


@dataclass(frozen=True, slots=True)
class PatientArrived:
    VERSION: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class CheckRecorded:
    """One arrival check or discharge confirmation, by its line id. ``ok`` False is an answer, and holds.

    ``answers``: for a line that asks a scale item by item, each item's answer in order; they are never added up. None:
    not asked, as the scale says after another answer.
    """

    VERSION: ClassVar[int] = 3  # 2: ``answers``, ``scale``; 3: an item may be not asked
    line: str
    ok: bool
    note: str = ""
    identifiers: tuple[str, ...] = ()  # for IDENTIFIERS: which two were read back
    answers: tuple[int | None, ...] = ()
    scale: str = ""  # the instrument and its version, "c-ssrs 2016.1"


@dataclass(frozen=True, slots=True)
class EscortNamed:
    VERSION: ClassVar[int] = 1
    name: str
    phone: str
    present: bool  # False: confirmed to come; True: standing here


@dataclass(frozen=True, slots=True)
class MonitorBound:
    """From now on this device speaks for this patient."""

    VERSION: ClassVar[int] = 1
    device: str


@dataclass(frozen=True, slots=True)
class MonitorUnbound:
    VERSION: ClassVar[int] = 1
    device: str


@dataclass(frozen=True, slots=True)
class Reading:
    measure: Measure
    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class VitalRecorded:
    """One or more values of one moment (a cuff gives three). ``envelope.at`` is when they were true."""

    VERSION: ClassVar[int] = 1
    readings: tuple[Reading, ...]
    device: str = ""  # empty: typed by hand


@dataclass(frozen=True, slots=True)
class OverrideSigned:
    """A prescriber signs past one line that may be overridden; ``reason`` in their words."""

    VERSION: ClassVar[int] = 1
    line: str
    reason: str


@dataclass(frozen=True, slots=True)
class DoseDecided:
    """A prescriber decides the dose of this session. ``after`` is the start of the dose before it, as it was seen."""

    VERSION: ClassVar[int] = 1
    mg_per_kg: Decimal
    reason: str
    after: UUID | None = None


@dataclass(frozen=True, slots=True)
class DoseStarted:
    """An infusion begins, an injection or the first spray is given. ``rate_mg_per_min``: of an infusion alone.

    ``sprays``, ``spray_mg``: into the nose, how many are planned and how much each holds; the first is in.
    ``already_in``: an injection or first spray that had gone in before it was written down; ``past`` tells what it went
    past (empty: nothing).
    """

    # 2: ``syringe``; 3: ``sprays``, ``spray_mg``; 4: ``already_in``, ``past``; 5: a weight may be unknown
    VERSION: ClassVar[int] = 5
    mg: Decimal
    mg_per_kg: Decimal | None  # None, as the weight: nobody weighed the patient, and it was in already
    weight_kg: Decimal | None
    route: Route
    duration_min: int | None = None
    rate_mg_per_min: Decimal | None = None
    concentration_mg_per_ml: Decimal | None = None
    syringe: UUID | None = None  # the ``SyringePrepared`` it runs from
    sprays: int | None = None
    spray_mg: Decimal | None = None
    already_in: bool = False
    past: str = ""


@dataclass(frozen=True, slots=True)
class SprayGiven:
    """A further spray of the dose went in; the first went in with its start.

    ``already_in``: it had gone in before it was written down; ``past`` tells what it went past (empty: nothing).
    """

    VERSION: ClassVar[int] = 1
    number: int  # 2 is the first after the start
    already_in: bool = False
    past: str = ""


@dataclass(frozen=True, slots=True)
class DosePaused:
    VERSION: ClassVar[int] = 1
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DoseResumed:
    VERSION: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class DoseStopped:
    """Ended before the planned end."""

    VERSION: ClassVar[int] = 1
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DoseFinished:
    """The whole planned dose is in."""

    VERSION: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class SideEffectReported:
    """``envelope.at`` is its onset."""

    VERSION: ClassVar[int] = 2  # 2: ``action``, ``serious``
    effect: str  # a key of catalog/codes/side_effects.csv, or "other" with a note
    grade: Grade
    note: str = ""
    action: str = ""  # what was done about it
    serious: bool = (
        False  # threatens life, keeps in hospital, harms lastingly, or needs stepping in to prevent it
    )


@dataclass(frozen=True, slots=True)
class SideEffectResolved:
    VERSION: ClassVar[int] = 2  # 2: ``outcome``
    report: UUID
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class NoteWritten:
    VERSION: ClassVar[int] = 1
    text: str


@dataclass(frozen=True, slots=True)
class EventRetracted:
    """The event named by ``envelope.corrects`` was entered in error; both stay in the record.

    ``moved_to``: the session of the patient it is really about, where it stands now.
    """

    VERSION: ClassVar[int] = 2  # 2: ``moved_to``
    reason: str
    moved_to: UUID | None = None


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The patient leaves. ``escort`` is the adult who takes them home, for a discharge.

    ``why``: for a session that was called off; None on one that was cancelled before this was a code.
    """

    VERSION: ClassVar[int] = 2  # 2: ``why``
    how: EndReason
    escort: str = ""
    note: str = ""
    why: CalledOff | None = None


SessionPayload = (
    SessionOpened
    | PatientArrived
    | CheckRecorded
    | EscortNamed
    | MonitorBound
    | MonitorUnbound
    | VitalRecorded
    | OverrideSigned
    | DoseDecided
    | DoseStarted
    | SprayGiven
    | DosePaused
    | DoseResumed
    | DoseStopped
    | DoseFinished
    | SideEffectReported
    | SideEffectResolved
    | NoteWritten
    | EventRetracted
    | SessionEnded
    | CarePayload
)
