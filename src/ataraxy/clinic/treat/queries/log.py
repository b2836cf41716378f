"""The event list: everything in the session's record, with persons and times, as it was entered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from ataraxy.clinic.people.models import Patient, Staff
from ataraxy.clinic.treat.models import Monitor
from ataraxy.clinic.treat.words import event_words
from ataraxy.core.protocol.types import Protocol
from ataraxy.core.record.envelope import Origin
from ataraxy.core.session.care import MedicineGiven
from ataraxy.core.session.events import (
    DoseDecided,
    DoseFinished,
    DosePaused,
    DoseResumed,
    DoseStarted,
    DoseStopped,
    EventRetracted,
    Grade,
    NoteWritten,
    SessionOpened,
    SideEffectReported,
    SprayGiven,
    VitalRecorded,
)
from ataraxy.core.session.state import Event, SessionState, WhyOut

# What may have been charted on the wrong patient.
MOVABLE = (VitalRecorded, SideEffectReported, NoteWritten, MedicineGiven)
DOSE_ACTS = (DoseStarted, SprayGiven, DosePaused, DoseResumed, DoseStopped, DoseFinished)
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
    artefact: str = ""  # why it is held to be wrong; it stays
    paper: str = ""  # the sheet it was written on first
    is_vital: bool = False
    may_be_moved: bool = False


def log(state: SessionState, protocol: Protocol, names: Mapping[UUID, str]) -> list[Entry]:
    """The whole record of a session, newest first."""
    labels = monitor_labels(state)
    out = {o.event.envelope.id: o.why for o in state.out_of_effect}
    trouble = {i.event: i.reason for i in state.irregular}
    found = [_entry(e, protocol, names, labels, out, trouble) for e in reversed(state.log)]
    return [_beside(one, event, state) for one, event in zip(found, reversed(state.log), strict=True)]


def _beside(entry: Entry, event: Event, state: SessionState) -> Entry:
    """What other entries say of it: an artefact, from paper; and whether it could be another patient's."""
    care = state.care
    sheet = care.paper.get(entry.id)
    counts = not entry.out
    return replace(
        entry,
        artefact=care.artefacts.get(entry.id, ""),
        paper=f"{sheet.sheet}, {sheet.written_by}" if sheet else "",
        is_vital=counts and isinstance(event.payload, VitalRecorded),
        may_be_moved=counts and isinstance(event.payload, MOVABLE),
    )


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
