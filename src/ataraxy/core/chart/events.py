"""Everything that is written in a patient's chart, from referral to follow-up, as events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from ataraxy.core.protocol.types import Disorder


class Answer(StrEnum):
    """Three values everywhere: unknown is not no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    NON_RESPONSE = "non-response"
    PARTIAL = "partial"
    RESPONSE = "response"
    INTOLERANCE = "intolerance"
    UNKNOWN = "unknown"


class TreatmentKind(StrEnum):
    DRUG = "drug"
    PSYCHOTHERAPY = "psychotherapy"


class GrantKind(StrEnum):
    TREATMENT = "treatment"
    RESEARCH = "research"
    STORY = "story"


class DecisionKind(StrEnum):
    TREAT = "treat"
    DO_NOT_TREAT = "do-not-treat"


@dataclass(frozen=True, slots=True)
class ChartOpened:
    VERSION: ClassVar[int] = 1
    referred_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class DiagnosisRecorded:
    VERSION: ClassVar[int] = 1
    disorder: Disorder
    icd10: str
    basis: str  # how it was established: interview, referral letter


@dataclass(frozen=True, slots=True)
class ScaleAnswered:
    """A questionnaire: item answers in order (None: left out), or only a total where items may not be shown.

    ``total`` is scored by us (core/scales), None when it cannot be. ``check_in`` names the line of the protocol's
    calendar that asked for it, ``dose_session`` the session it counts from.
    """

    VERSION: ClassVar[int] = 1
    scale: str
    scale_version: str
    answers: tuple[int | None, ...]
    total: Decimal | None
    check_in: str = ""
    dose_session: UUID | None = None


@dataclass(frozen=True, slots=True)
class TreatmentRecorded:
    """One earlier treatment. What the patient cannot remember stays None: unknown, not zero."""

    VERSION: ClassVar[int] = 1
    kind: TreatmentKind
    treatment: str  # a key in catalog/treatments, or free text for "other"
    dose_mg_per_day: Decimal | None
    weeks: int | None
    sessions: int | None  # psychotherapy
    outcome: Outcome
    adherent: Answer


@dataclass(frozen=True, slots=True)
class TreatmentAttested:
    """The prescriber attests that an earlier treatment was adequate although facts are missing; counted apart."""

    VERSION: ClassVar[int] = 1
    treatment_event: UUID
    explanation: str


@dataclass(frozen=True, slots=True)
class ConditionRecorded:
    VERSION: ClassVar[int] = 1
    condition: str  # a key in catalog/cautions
    answer: Answer
    note: str = ""


@dataclass(frozen=True, slots=True)
class MedicineGroupRecorded:
    VERSION: ClassVar[int] = 1
    group: str  # a key in catalog/cautions
    answer: Answer
    name: str = ""
    dose: str = ""


@dataclass(frozen=True, slots=True)
class PregnancyRecorded:
    """``basis`` says how it is known; where pregnancy is not possible the answer is NO and ``basis`` says why."""

    VERSION: ClassVar[int] = 1
    answer: Answer
    basis: str  # "urine test today", "post-menopausal"


@dataclass(frozen=True, slots=True)
class BodyMeasured:
    VERSION: ClassVar[int] = 1
    weight_kg: Decimal
    height_cm: Decimal | None


@dataclass(frozen=True, slots=True)
class CriterionOverridden:
    """A prescriber's signed reason for treating although this criterion is not met, for this disorder.

    ``disorder`` is None in entries from before it was recorded.
    """

    VERSION: ClassVar[int] = 1
    protocol_id: str
    protocol_version: str
    criterion: str
    reason: str
    disorder: Disorder | None = None


@dataclass(frozen=True, slots=True)
class DecisionSigned:
    """The prescriber decides. ``verdicts`` is what the screen showed: criterion id -> met / not-met / unknown."""

    VERSION: ClassVar[int] = 1
    decision: DecisionKind
    protocol_id: str
    protocol_version: str
    protocol_sha256: str
    disorder: Disorder
    verdicts: dict[str, str]
    reason: str


@dataclass(frozen=True, slots=True)
class ConsentSigned:
    """``text_sha256`` fixes the very words that were read; ``signed_name`` as typed by the patient."""

    VERSION: ClassVar[int] = 1
    protocol_id: str
    protocol_version: str
    protocol_sha256: str
    text_sha256: str
    language: str
    grants: tuple[GrantKind, ...]
    points_read: tuple[str, ...]
    signed_name: str


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    VERSION: ClassVar[int] = 1
    grants: tuple[GrantKind, ...]
    words: str


@dataclass(frozen=True, slots=True)
class CoursePlanned:
    VERSION: ClassVar[int] = 1
    course: UUID
    protocol_id: str
    protocol_version: str
    protocol_sha256: str
    disorder: Disorder
    goals: str
    sessions: int = 0  # how many the protocol plans for this disorder; 0: not recorded


@dataclass(frozen=True, slots=True)
class SessionPlanned:
    VERSION: ClassVar[int] = 1
    course: UUID
    session: UUID
    number: int
    room: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SessionMoved:
    VERSION: ClassVar[int] = 1
    session: UUID
    room: int
    starts_at: datetime
    ends_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class CourseStopped:
    VERSION: ClassVar[int] = 1
    course: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class CourseReviewed:
    """A prescriber looked at what a stop rule found, and goes on. It covers the named events and no others.

    ``findings`` are the events reviewed, ``shown`` the words that were on the screen.
    """

    VERSION: ClassVar[int] = 1
    course: UUID
    findings: tuple[UUID, ...]
    shown: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class DoseGiven:
    """Written to the chart when a session ends, so that the chart knows every dose."""

    VERSION: ClassVar[int] = 2  # 2: ``mg_per_kg`` may be unknown
    course: UUID
    session: UUID
    started_at: datetime
    mg: Decimal
    mg_per_kg: Decimal | None  # None: nobody weighed the patient


@dataclass(frozen=True, slots=True)
class CheckInInvited:
    VERSION: ClassVar[int] = 1
    check_in: UUID
    line: str
    dose_session: UUID
    due_at: datetime


@dataclass(frozen=True, slots=True)
class StoryWritten:
    VERSION: ClassVar[int] = 1
    words: str
    dose_session: UUID | None = None


@dataclass(frozen=True, slots=True)
class ConcernRaised:
    """An answer that a named person must look at (for example PHQ-9 item 9 above zero)."""

    VERSION: ClassVar[int] = 1
    about: UUID  # the event that raised it
    text: str


@dataclass(frozen=True, slots=True)
class ConcernAnswered:
    VERSION: ClassVar[int] = 1
    concern: UUID
    action: str


@dataclass(frozen=True, slots=True)
class EscortRecorded:
    VERSION: ClassVar[int] = 1
    name: str
    phone: str
    relation: str


@dataclass(frozen=True, slots=True)
class EntryRetracted:
    """The entry named by ``envelope.corrects`` was wrong; both stay in the record."""

    VERSION: ClassVar[int] = 1
    reason: str


@dataclass(frozen=True, slots=True)
class ChartClosed:
    VERSION: ClassVar[int] = 1
    reason: str
    closed_on: date


ChartPayload = (
    ChartOpened
    | DiagnosisRecorded
    | ScaleAnswered
    | TreatmentRecorded
    | TreatmentAttested
    | ConditionRecorded
    | MedicineGroupRecorded
    | PregnancyRecorded
    | BodyMeasured
    | CriterionOverridden
    | DecisionSigned
    | ConsentSigned
    | ConsentWithdrawn
    | CoursePlanned
    | SessionPlanned
    | SessionMoved
    | CourseStopped
    | CourseReviewed
    | DoseGiven
    | CheckInInvited
    | StoryWritten
    | ConcernRaised
    | ConcernAnswered
    | EscortRecorded
    | EntryRetracted
    | ChartClosed
)
