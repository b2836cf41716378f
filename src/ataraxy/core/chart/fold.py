"""Events to chart: the same events always give the same chart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from ataraxy.core.chart.chart import (
    Chart,
    CheckIn,
    Concern,
    Consent,
    Course,
    EarlierTreatment,
    PlannedSession,
    Struck,
)
from ataraxy.core.chart.events import (
    BodyMeasured,
    ChartClosed,
    ChartOpened,
    ChartPayload,
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
    EntryRetracted,
    EscortRecorded,
    MedicineGroupRecorded,
    PregnancyRecorded,
    ScaleAnswered,
    SessionMoved,
    SessionPlanned,
    StoryWritten,
    TreatmentAttested,
    TreatmentRecorded,
)
from ataraxy.core.record.envelope import Recorded

__all__ = ["Chart", "fold_chart"]

P = TypeVar("P")


def fold_chart(events: Iterable[Recorded[ChartPayload]]) -> Chart:
    """The chart that these events of one stream add up to, in any order they are handed over."""
    written = sorted(events, key=lambda event: event.envelope.seq)
    standing, struck = _strike(written)
    entries = sorted(standing, key=lambda event: (event.envelope.at, event.envelope.seq))
    answers = _of(entries, ScaleAnswered)
    return Chart(
        opened=_last(_of(entries, ChartOpened)),
        closed=_last(_of(entries, ChartClosed)),
        diagnoses=_of(entries, DiagnosisRecorded),
        answers=answers,
        treatments=_treatments(entries),
        conditions=MappingProxyType({e.payload.condition: e for e in _of(entries, ConditionRecorded)}),
        medicine_groups=MappingProxyType({e.payload.group: e for e in _of(entries, MedicineGroupRecorded)}),
        pregnancy=_last(_of(entries, PregnancyRecorded)),
        bodies=_of(entries, BodyMeasured),
        overrides=_of(entries, CriterionOverridden),
        decisions=_of(entries, DecisionSigned),
        consents=_consents(entries),
        withdrawals=_of(entries, ConsentWithdrawn),
        courses=_courses(entries),
        reviews=_of(entries, CourseReviewed),
        doses=_of(entries, DoseGiven),
        check_ins=_check_ins(entries, answers),
        stories=_of(entries, StoryWritten),
        concerns=_concerns(entries),
        escort=_last(_of(entries, EscortRecorded)),
        struck=struck,
    )


def _strike(written: list[Recorded[Any]]) -> tuple[list[Recorded[Any]], tuple[Struck, ...]]:
    """Take out what was retracted or replaced. Retracting a correction brings the first entry back."""
    by: dict[UUID, Recorded[Any]] = {}
    undone: set[UUID] = set()
    for event in reversed(written):
        if event.envelope.id in undone or event.envelope.corrects is None:
            continue
        by.setdefault(event.envelope.corrects, event)
        if isinstance(event.payload, EntryRetracted):
            undone.add(event.envelope.corrects)
    standing = [
        event
        for event in written
        if event.envelope.id not in by and not isinstance(event.payload, EntryRetracted)
    ]
    struck = tuple(Struck(event, by[event.envelope.id]) for event in written if event.envelope.id in by)
    return standing, struck


def _of(entries: Iterable[Recorded[Any]], kind: type[P]) -> tuple[Recorded[P], ...]:
    return tuple(entry for entry in entries if isinstance(entry.payload, kind))


def _last(entries: tuple[Recorded[P], ...]) -> Recorded[P] | None:
    return entries[-1] if entries else None


def _treatments(entries: list[Recorded[Any]]) -> tuple[EarlierTreatment, ...]:
    attested = {entry.payload.treatment_event: entry for entry in _of(entries, TreatmentAttested)}
    return tuple(
        EarlierTreatment(entry, attested.get(entry.envelope.id)) for entry in _of(entries, TreatmentRecorded)
    )


def _consents(entries: list[Recorded[Any]]) -> tuple[Consent, ...]:
    """A withdrawal ends the grants of its kinds written before it; a later signature grants again."""
    withdrawals = _of(entries, ConsentWithdrawn)
    return tuple(_consent(signed, withdrawals) for signed in _of(entries, ConsentSigned))


def _consent(signed: Recorded[ConsentSigned], withdrawals: tuple[Recorded[ConsentWithdrawn], ...]) -> Consent:
    gone = {
        grant
        for withdrawal in withdrawals
        if withdrawal.envelope.seq > signed.envelope.seq
        for grant in withdrawal.payload.grants
    }
    return Consent(signed, frozenset(signed.payload.grants) - gone)


def _courses(entries: list[Recorded[Any]]) -> tuple[Course, ...]:
    sessions = _sessions(entries)
    stops = {entry.payload.course: entry for entry in _of(entries, CourseStopped)}
    return tuple(
        Course(
            entry,
            tuple(session for session in sessions if session.course == entry.payload.course),
            stops.get(entry.payload.course),
        )
        for entry in _of(entries, CoursePlanned)
    )


def _sessions(entries: list[Recorded[Any]]) -> list[PlannedSession]:
    planned: dict[UUID, PlannedSession] = {}
    for entry in _of(entries, SessionPlanned):
        p = entry.payload
        planned[p.session] = PlannedSession(p.session, p.course, p.number, p.room, p.starts_at, p.ends_at)
    for move in sorted(_of(entries, SessionMoved), key=lambda entry: entry.envelope.seq):
        to = move.payload
        if to.session in planned:
            old = planned[to.session]
            planned[to.session] = replace(
                old, room=to.room, starts_at=to.starts_at, ends_at=to.ends_at, moved=old.moved + 1
            )
    return sorted(planned.values(), key=lambda session: (session.starts_at, session.number))


def _check_ins(
    entries: list[Recorded[Any]], answers: tuple[Recorded[ScaleAnswered], ...]
) -> tuple[CheckIn, ...]:
    return tuple(
        CheckIn(entry, tuple(answer for answer in answers if _answers(answer.payload, entry.payload)))
        for entry in _of(entries, CheckInInvited)
    )


def _answers(answer: ScaleAnswered, invited: CheckInInvited) -> bool:
    return answer.check_in == invited.line and answer.dose_session == invited.dose_session


def _concerns(entries: list[Recorded[Any]]) -> tuple[Concern, ...]:
    answered = {entry.payload.concern: entry for entry in _of(entries, ConcernAnswered)}
    return tuple(Concern(entry, answered.get(entry.envelope.id)) for entry in _of(entries, ConcernRaised))
