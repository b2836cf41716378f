"""The event list: everything in the session's record, with persons and times, as it was entered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ataraxy.clinic.people.models import Patient, Staff
from ataraxy.clinic.treat.models import Monitor
from ataraxy.clinic.treat.words import event_words
from ataraxy.core.protocol.types import Protocol
from ataraxy.core.record.envelope import Origin
from ataraxy.core.session.events import (
    DoseDecided,
    DoseFinished,
    DosePaused,
    DoseResumed,
    DoseStarted,
    DoseStopped,
    EventRetracted,
    Grade,
    SessionOpened,
    SideEffectReported,
    VitalRecorded,
)
from ataraxy.core.session.state import Event, SessionState, WhyOut

DOSE_ACTS = (DoseStarted, DosePaused, DoseResumed, DoseStopped, DoseFinished)
LATE = timedelta(minutes=2)  # entered later than this after it was true: marked as charted afterwards


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. ``entered`` is set when it was charted afterwards; ``out`` says why it no longer counts."""

    id: UUID
    at: datetime
    words: str
    who: str
    kind: str  # "dose", "high", "medium", "" : how it is marked
    entered: datetime | None
    out: str
    trouble: str
    may_be_corrected: bool


def log(state: SessionState, protocol: Protocol, names: Mapping[UUID, str]) -> list[Entry]:
    """The whole record of a session, newest first."""
    labels = monitor_labels(state)
    out = {o.event.envelope.id: o.why for o in state.out_of_effect}
    trouble = {i.event: i.reason for i in state.irregular}
    return [_entry(e, protocol, names, labels, out, trouble) for e in reversed(state.log)]


def names_of(state: SessionState) -> dict[UUID, str]:
    """The names behind the ids in a session."""
    ids = {e.envelope.actor for e in state.log if e.envelope.actor is not None}
    return people_names(ids)


def monitor_labels(state: SessionState) -> dict[str, str]:
    """What the monitors of the session's clinic are called, by their name on the wire."""
    if state.opened is None:
        return {}
    rows = Monitor.objects.filter(clinic__patients=state.opened.patient)
    return dict(rows.values_list("device", "label"))


def people_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Staff by name; a patient is "the patient"."""
    wanted = set(ids)
    staff = dict(Staff.objects.filter(id__in=wanted).values_list("id", "name"))
    patients = Patient.objects.filter(id__in=wanted - staff.keys()).values_list("id", flat=True)
    return staff | dict.fromkeys(patients, "the patient")


def _entry(
    event: Event,
    protocol: Protocol,
    names: Mapping[UUID, str],
    labels: Mapping[str, str],
    out: Mapping[UUID, WhyOut],
    trouble: Mapping[UUID, str],
) -> Entry:
    frame = event.envelope
    late = frame.recorded_at - frame.at > LATE and frame.origin is Origin.STAFF
    return Entry(
        id=frame.id,
        at=frame.at,
        words=event_words(event.payload, protocol, labels),
        who=_who(event, names, labels),
        kind=_kind(event),
        entered=frame.recorded_at if late else None,
        out=out[frame.id].value if frame.id in out else "",
        trouble=trouble.get(frame.id, ""),
        may_be_corrected=frame.id not in out
        and not isinstance(event.payload, SessionOpened | EventRetracted | DoseDecided),
    )


def _who(event: Event, names: Mapping[UUID, str], labels: Mapping[str, str]) -> str:
    if event.envelope.origin is Origin.DEVICE:
        told = event.payload.device if isinstance(event.payload, VitalRecorded) else "monitor"
        return labels.get(told, told)
    if event.envelope.actor is None:
        return "Ataraxy"
    return names.get(event.envelope.actor, "unknown person")


def _kind(event: Event) -> str:
    payload = event.payload
    if isinstance(payload, DOSE_ACTS):
        return "dose"
    if isinstance(payload, SideEffectReported):
        return {Grade.SEVERE: "high", Grade.MODERATE: "medium"}.get(payload.grade, "")
    return ""
