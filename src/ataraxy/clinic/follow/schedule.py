"""The check-ins a dose is followed by, booked from the protocol's calendar."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from ataraxy.clinic.context import Context
from ataraxy.clinic.follow.models import CheckIn
from ataraxy.clinic.plan.models import Session
from ataraxy.core.course.check_ins import due_check_ins
from ataraxy.core.protocol.types import Disorder, Protocol


def schedule_check_ins(
    ctx: Context, session: Session, protocol: Protocol, disorder: Disorder, dose_at: datetime
) -> None:
    """Book every check-in that follows a dose given at ``dose_at``; those already booked stay as they are."""
    rows = [
        CheckIn(
            id=check_in_id(session.id, asked.line, asked.due_at),
            clinic=ctx.clinic,
            patient_id=session.patient_id,
            session=session,
            line=asked.line,
            scales=list(asked.scales),
            due_at=asked.due_at,
            closes_at=asked.closes_at,
        )
        for asked in due_check_ins(protocol, disorder, dose_at)
    ]
    CheckIn.objects.bulk_create(rows, ignore_conflicts=True)


def check_in_id(session: UUID, line: str, due_at: datetime) -> UUID:
    """The same check-in has the same id, however often it is booked."""
    return uuid5(session, f"{line} {due_at.isoformat()}")
