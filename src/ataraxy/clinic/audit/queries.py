"""Recent acts, recent reads, and whether one stream's chain holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ataraxy.clinic.audit.models import Anchor, ChainHead, ChartRead, Event, StreamKind
from ataraxy.clinic.audit.verify import stream_faults
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Patient, Staff
from ataraxy.clinic.plan.models import Session

MOST = 100


@dataclass(frozen=True, slots=True)
class Act:
    """One event as the director sees it: what kind of act, by whom, when, in which stream. Never its content."""

    at: datetime
    words: str
    author: str
    stream: UUID
    where: str
    seq: int


@dataclass(frozen=True, slots=True)
class Read:
    at: datetime
    reader: str
    number: str
    patient: UUID
    view: str
    right: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of walking one stream now."""

    where: str
    events: int
    faults: tuple[str, ...]


def recent_acts(ctx: Context) -> list[Act]:
    rows = list(
        Event.objects.filter(clinic=ctx.clinic)
        .exclude(origin="device")
        .order_by("-recorded_at", "-seq")[:MOST]
    )
    names = _names(ctx, {row.actor_id for row in rows})
    places = _places(ctx, {row.stream_id for row in rows})
    return [
        Act(
            at=row.recorded_at,
            words=_spaced(row.type),
            author="the patient" if row.origin == "patient" else names.get(row.actor_id, row.origin),
            stream=row.stream_id,
            where=places.get(row.stream_id, "the clinic"),
            seq=row.seq,
        )
        for row in rows
    ]


def recent_reads(ctx: Context, patient: Patient | None = None) -> list[Read]:
    rows = ChartRead.objects.filter(clinic=ctx.clinic)
    if patient is not None:
        rows = rows.filter(patient_id=patient.id)
    found = list(rows.order_by("-at", "-id")[:MOST])
    names = _names(ctx, {row.staff_id for row in found})
    numbers = dict(
        Patient.objects.filter(id__in={row.patient_id for row in found}).values_list("id", "record_number")
    )
    return [
        Read(
            at=row.at,
            reader=names.get(row.staff_id, "the patient") if row.staff_id else "the patient",
            number=numbers.get(row.patient_id, ""),
            patient=row.patient_id,
            view=row.view.replace(":", ", ").replace("-", " "),
            right=row.right,
        )
        for row in found
    ]


def last_anchor(ctx: Context) -> Anchor | None:
    return Anchor.objects.filter(clinic=ctx.clinic).order_by("-number").first()


def check_stream(ctx: Context, stream: str) -> Checked | None:
    """Walk one stream of this clinic; None when there is no such stream here."""
    try:
        head = ChainHead.objects.filter(clinic=ctx.clinic, id=UUID(stream)).first()
    except ValueError:
        return None
    if head is None:
        return None
    faults = tuple(f"event {fault.seq}: {fault.reason}" for fault in stream_faults(head))
    return Checked(_places(ctx, {head.id}).get(head.id, "the clinic"), head.seq, faults)


def _names(ctx: Context, ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    wanted = [one for one in ids if one is not None]
    return {s.id: s.name for s in Staff.objects.filter(clinic=ctx.clinic, id__in=wanted)}


def _places(ctx: Context, streams: Iterable[UUID]) -> dict[UUID, str]:
    """Where a stream belongs, by record number: a name is not needed to audit."""
    heads = dict(ChainHead.objects.filter(clinic=ctx.clinic, id__in=list(streams)).values_list("id", "kind"))
    numbers = dict(Patient.objects.filter(id__in=heads).values_list("id", "record_number"))
    sessions = {
        s.id: f"session {s.number} of {s.patient.record_number}"
        for s in Session.objects.filter(id__in=heads).select_related("patient")
    }
    charts = {
        stream: f"chart {numbers.get(stream, '')}"
        for stream, kind in heads.items()
        if kind == StreamKind.CHART
    }
    return charts | sessions


def _spaced(type_name: str) -> str:
    """``DoseStarted`` as "Dose started"."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in type_name).strip()
    return words.capitalize()
