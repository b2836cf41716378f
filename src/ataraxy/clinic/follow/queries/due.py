"""Who is to be asked, who was asked, who stays silent, and where somebody must answer a concern."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from ataraxy.catalog.library import instruments
from ataraxy.clinic.context import Context
from ataraxy.clinic.follow.models import CheckIn
from ataraxy.clinic.people.models import Patient

SOON = timedelta(hours=12)
MOST = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One check-in at the desk: whom, what about, until when. No answer and no score."""

    id: UUID
    patient: Patient
    session: int
    asks: str
    due_at: datetime
    closes_at: datetime
    invited_at: datetime | None
    is_due: bool


@dataclass(frozen=True, slots=True)
class Silent:
    """A patient whose last check-ins closed unanswered."""

    patient: Patient
    missed: int
    since: datetime


def in_force(ctx: Context) -> QuerySet[CheckIn]:
    """Check-ins that no later session took the place of."""
    rows = CheckIn.objects.filter(clinic=ctx.clinic, superseded_by__isnull=True)
    return rows.select_related("patient", "session")


def to_send(ctx: Context) -> list[Row]:
    """Due now or within hours, open, and not yet sent; the oldest first."""
    rows = in_force(ctx).filter(invited_at__isnull=True, answered_at__isnull=True)
    rows = rows.filter(due_at__lte=ctx.now + SOON, closes_at__gt=ctx.now)
    return [_row(ctx, row) for row in rows.order_by("due_at")[:MOST]]


def waiting(ctx: Context) -> list[Row]:
    """Sent, still open, not answered."""
    rows = in_force(ctx).filter(invited_at__isnull=False, answered_at__isnull=True, closes_at__gt=ctx.now)
    return [_row(ctx, row) for row in rows.order_by("closes_at")[:MOST]]


def silent(ctx: Context) -> list[Silent]:
    """Patients who let check-ins close since they last answered; the longest silence first."""
    rows = in_force(ctx).filter(closes_at__lte=ctx.now).order_by("patient_id", "due_at")
    found: dict[UUID, list[CheckIn]] = {}
    for row in rows:
        missed = found.setdefault(row.patient_id, [])
        if row.answered_at is not None:
            missed.clear()
        else:
            missed.append(row)
    answered = _answered_since(ctx, found)
    quiet = [
        Silent(rows[0].patient, len(rows), rows[0].due_at)
        for patient, rows in found.items()
        if rows and answered.get(patient, rows[0].due_at) <= rows[-1].due_at
    ]
    return sorted(quiet, key=lambda s: s.since)


def _answered_since(ctx: Context, patients: Iterable[UUID]) -> dict[UUID, datetime]:
    """When each last answered anything, also what is still open."""
    rows = CheckIn.objects.filter(clinic=ctx.clinic, patient_id__in=list(patients), answered_at__isnull=False)
    return {row.patient_id: row.answered_at for row in rows.order_by("answered_at") if row.answered_at}


def with_concerns(ctx: Context) -> QuerySet[Patient]:
    """Patients about whom a concern waits for a named person."""
    rows = Patient.objects.filter(clinic=ctx.clinic, summary__open_concerns__gt=0)
    return rows.select_related("summary").order_by("family_name")


def _row(ctx: Context, row: CheckIn) -> Row:
    names = [instruments()[scale].name for scale in row.scales if scale in instruments()]
    return Row(
        row.id,
        row.patient,
        row.session.number,
        ", ".join(names),
        row.due_at,
        row.closes_at,
        row.invited_at,
        row.due_at <= ctx.now,
    )
