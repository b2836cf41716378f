"""Everything that was written in a chart, newest first, with author and time; what was struck stays seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.chart import chart_events
from ataraxy.clinic.people.describe import describe
from ataraxy.clinic.people.models import Patient, Staff
from ataraxy.core.chart import events as e
from ataraxy.core.chart.fold import fold_chart
from ataraxy.core.record.envelope import Origin, Recorded

KINDS: dict[type, str] = {e.DoseGiven: "dose", e.ConcernRaised: "medium"}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. ``late`` when it was written well after it was true."""

    id: UUID
    seq: int
    at: datetime
    recorded_at: datetime
    headline: str
    detail: str
    author: str
    css: str
    late: bool
    struck_by: str
    retractable: bool


def timeline(ctx: Context, patient: Patient, retractable: tuple[type, ...] = ()) -> list[Line]:
    """The chart's entries, newest first."""
    events = chart_events(patient.id)
    names = authors(events)
    struck = {one.entry.envelope.id: one.by for one in fold_chart(events).struck}
    lines = [_line(ctx, event, names, struck, retractable) for event in events]
    return sorted(lines, key=lambda line: (line.at, line.seq), reverse=True)


def authors(events: Iterable[Recorded[Any]]) -> dict[UUID, str]:
    """Names of the staff who wrote these events, in one query."""
    ids = {event.envelope.actor for event in events if event.envelope.actor is not None}
    return {staff.id: f"{staff.name}, {staff.role_label}" for staff in Staff.objects.filter(id__in=ids)}


def author_of(event: Recorded[Any], names: dict[UUID, str]) -> str:
    frame = event.envelope
    if frame.origin is Origin.PATIENT:
        return "the patient"
    if frame.actor is None:
        return frame.origin.value
    return names.get(frame.actor, "unknown")


def _line(
    ctx: Context,
    event: Recorded[Any],
    names: dict[UUID, str],
    struck: dict[UUID, Recorded[Any]],
    retractable: tuple[type, ...],
) -> Line:
    frame = event.envelope
    headline, detail = describe(event.payload, ctx.zone)
    by = struck.get(frame.id)
    reason = describe(by.payload, ctx.zone)[1] if by else ""
    css = "retracted" if by else KINDS.get(type(event.payload), "")
    late = (frame.recorded_at - frame.at).total_seconds() > 60
    return Line(
        id=frame.id,
        seq=frame.seq,
        at=frame.at,
        recorded_at=frame.recorded_at,
        headline=headline,
        detail=detail,
        author=author_of(event, names),
        css=f"{css} late" if late and not by else css,
        late=late,
        struck_by=f"Struck by {author_of(by, names)}: {reason}" if by else "",
        retractable=by is None and isinstance(event.payload, retractable),
    )
