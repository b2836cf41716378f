"""One patient after the doses: check-ins, concerns and their own words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ataraxy.catalog.library import instruments
from ataraxy.clinic.context import Context
from ataraxy.clinic.follow.models import CheckIn
from ataraxy.clinic.follow.queries.due import SOON
from ataraxy.clinic.people.models import Patient, Staff
from ataraxy.core.chart.chart import Chart
from ataraxy.core.record.envelope import Origin


@dataclass(frozen=True, slots=True)
class CheckInRow:
    """``kind``: how it is marked; ``words``: where it stands."""

    id: UUID
    session: int
    asks: str
    scales: tuple[str, ...]
    due_at: datetime
    kind: str
    words: str
    at: datetime | None
    may_send: bool
    is_missed: bool


@dataclass(frozen=True, slots=True)
class ConcernRow:
    id: UUID
    text: str
    raised_at: datetime
    action: str
    answered_by: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoryRow:
    words: str
    at: datetime
    who: str


def check_ins(ctx: Context, patient: Patient) -> list[CheckInRow]:
    """What was asked and what will be, in order of time; superseded ones only when they were answered."""
    rows = CheckIn.objects.filter(clinic=ctx.clinic, patient=patient).select_related("session")
    shown = [r for r in rows.order_by("due_at", "line") if r.superseded_by_id is None or r.answered_at]
    return [_row(ctx, row) for row in shown]


def missed(ctx: Context, rows: Iterable[CheckInRow]) -> list[tuple[str, datetime]]:
    """(scale, when) of every question that closed without an answer."""
    return [(scale, row.due_at) for row in rows if row.is_missed for scale in row.scales]


def concerns(chart: Chart) -> list[ConcernRow]:
    """Open ones first, then the newest."""
    ids = {c.answer.envelope.actor for c in chart.concerns if c.answer and c.answer.envelope.actor}
    names = dict(Staff.objects.filter(id__in=ids).values_list("id", "name"))
    rows = [
        ConcernRow(
            c.record.envelope.id,
            c.record.payload.text,
            c.record.envelope.at,
            c.answer.payload.action if c.answer else "",
            names.get(c.answer.envelope.actor, "") if c.answer and c.answer.envelope.actor else "",
            c.answer.envelope.at if c.answer else None,
        )
        for c in chart.concerns
    ]
    return sorted(rows, key=lambda r: (r.answered_at is not None, -r.raised_at.timestamp()))


def stories(chart: Chart) -> list[StoryRow]:
    """The patient's words, newest first, and who wrote them down."""
    ids = {s.envelope.actor for s in chart.stories if s.envelope.actor}
    names = dict(Staff.objects.filter(id__in=ids).values_list("id", "name"))
    rows = [
        StoryRow(
            s.payload.words,
            s.envelope.at,
            "written by the patient"
            if s.envelope.origin is Origin.PATIENT
            else f"told to {names.get(s.envelope.actor, 'staff') if s.envelope.actor else 'staff'}",
        )
        for s in chart.stories
    ]
    return rows[::-1]


def _row(ctx: Context, row: CheckIn) -> CheckInRow:
    names = ", ".join(instruments()[s].name for s in row.scales if s in instruments())
    kind, words, at = _stands(ctx, row)
    is_open = row.answered_at is None and row.due_at <= ctx.now + SOON and row.closes_at > ctx.now
    return CheckInRow(
        row.id,
        row.session.number,
        names,
        tuple(row.scales),
        row.due_at,
        kind,
        words,
        at,
        may_send=is_open,
        is_missed=row.answered_at is None and row.closes_at <= ctx.now,
    )


def _stands(ctx: Context, row: CheckIn) -> tuple[str, str, datetime | None]:
    if row.answered_at is not None:
        return "done", "Answered", row.answered_at
    if row.closes_at <= ctx.now:
        return "unknown", "Not answered" if row.invited_at else "Never sent", row.closes_at
    if row.invited_at is not None:
        return "due", "Sent", row.invited_at
    return ("overdue", "To be sent", None) if row.due_at <= ctx.now else ("planned", "Ahead", None)
