"""A patient's chart as one frozen value: what stands, what was struck out, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from ataraxy.core.chart.events import (
    BodyMeasured,
    ChartClosed,
    ChartOpened,
    CheckInInvited,
    ConcernAnswered,
    ConcernRaised,
    ConditionRecorded,
    ConsentSigned,
    ConsentWithdrawn,
    CoursePlanned,
    CourseReviewed,
    CourseStopped,
    CriterionOverridden,
    DecisionSigned,
    DiagnosisRecorded,
    DoseGiven,
    EscortRecorded,
    GrantKind,
    MedicineGroupRecorded,
    PregnancyRecorded,
    ScaleAnswered,
    StoryWritten,
    TreatmentAttested,
    TreatmentRecorded,
)
from ataraxy.core.protocol.types import Disorder
from ataraxy.core.record.envelope import Recorded

EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Struck:
    """An entry that no longer stands, and the entry that retracted or replaced it."""

    entry: Recorded[Any]
    by: Recorded[Any]


@dataclass(frozen=True, slots=True)
class EarlierTreatment:
    """``attested`` is the prescriber's word that it was adequate although facts are missing."""

    record: Recorded[TreatmentRecorded]
    attested: Recorded[TreatmentAttested] | None


@dataclass(frozen=True, slots=True)
class Consent:
    """One signature, and what is left of its grants after withdrawals."""

    record: Recorded[ConsentSigned]
    in_force: frozenset[GrantKind]


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """A session as it stands in the calendar now, after every move."""

    session: UUID
    course: UUID
    number: int
    room: int
    starts_at: datetime
    ends_at: datetime
    moved: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    record: Recorded[CoursePlanned]
    sessions: tuple[PlannedSession, ...]
    stopped: Recorded[CourseStopped] | None


@dataclass(frozen=True, slots=True)
class Concern:
    record: Recorded[ConcernRaised]
    answer: Recorded[ConcernAnswered] | None


@dataclass(frozen=True, slots=True)
class CheckIn:
    """An invitation and the answers that came for it: none, while the patient is silent."""

    record: Recorded[CheckInInvited]
    answers: tuple[Recorded[ScaleAnswered], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Tuples are in order of time; mappings hold the latest answer to each question.

    A key that is not in ``conditions`` or ``medicine_groups`` was never asked: unknown, not absent.
    """

    opened: Recorded[ChartOpened] | None = None
    closed: Recorded[ChartClosed] | None = None
    diagnoses: tuple[Recorded[DiagnosisRecorded], ...] = ()
    answers: tuple[Recorded[ScaleAnswered], ...] = ()
    treatments: tuple[EarlierTreatment, ...] = ()
    conditions: Mapping[str, Recorded[ConditionRecorded]] = field(default_factory=lambda: EMPTY)
    medicine_groups: Mapping[str, Recorded[MedicineGroupRecorded]] = field(default_factory=lambda: EMPTY)
    pregnancy: Recorded[PregnancyRecorded] | None = None
    bodies: tuple[Recorded[BodyMeasured], ...] = ()
    overrides: tuple[Recorded[CriterionOverridden], ...] = ()
    decisions: tuple[Recorded[DecisionSigned], ...] = ()
    consents: tuple[Consent, ...] = ()
    withdrawals: tuple[Recorded[ConsentWithdrawn], ...] = ()
    courses: tuple[Course, ...] = ()
    reviews: tuple[Recorded[CourseReviewed], ...] = ()
    doses: tuple[Recorded[DoseGiven], ...] = ()
    check_ins: tuple[CheckIn, ...] = ()
    stories: tuple[Recorded[StoryWritten], ...] = ()
    concerns: tuple[Concern, ...] = ()
    escort: Recorded[EscortRecorded] | None = None
    struck: tuple[Struck, ...] = ()

    @property
    def diagnosis(self) -> Recorded[DiagnosisRecorded] | None:
        return self.diagnoses[-1] if self.diagnoses else None

    @property
    def disorder(self) -> Disorder | None:
        """The disorder of the latest diagnosis."""
        return self.diagnosis.payload.disorder if self.diagnosis else None

    @property
    def weight_kg(self) -> Decimal | None:
        return self.bodies[-1].payload.weight_kg if self.bodies else None

    @property
    def open_concerns(self) -> tuple[Concern, ...]:
        return tuple(concern for concern in self.concerns if concern.answer is None)

    @property
    def sessions(self) -> tuple[PlannedSession, ...]:
        """Every planned session of every course, by time."""
        found = (session for course in self.courses for session in course.sessions)
        return tuple(sorted(found, key=lambda session: session.starts_at))

    def answers_of(self, scale: str) -> tuple[Recorded[ScaleAnswered], ...]:
        """The answers to one scale, oldest first."""
        return tuple(answer for answer in self.answers if answer.payload.scale == scale)

    def latest_answer(self, scale: str, until: datetime | None = None) -> Recorded[ScaleAnswered] | None:
        """The newest answer to a scale, not after ``until``."""
        found = [a for a in self.answers_of(scale) if until is None or a.envelope.at <= until]
        return found[-1] if found else None

    def grants_in_force(self, protocol_id: str, version: str, sha256: str) -> frozenset[GrantKind]:
        """What the patient agrees to on this very text of this version, withdrawals taken off."""
        text = (protocol_id, version, sha256)
        signed = (consent for consent in self.consents if _text_of(consent.record.payload) == text)
        return frozenset(grant for consent in signed for grant in consent.in_force)

    def course(self, course: UUID) -> Course | None:
        return next((one for one in self.courses if one.record.payload.course == course), None)


def _text_of(signed: ConsentSigned) -> tuple[str, str, str]:
    return signed.protocol_id, signed.protocol_version, signed.protocol_sha256
