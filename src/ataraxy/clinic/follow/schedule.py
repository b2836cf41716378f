"""The check-ins a dose is followed by, booked from the protocol's calendar.

A later dose starts the calendar anew: what an earlier session of the course would have asked after it is
superseded, so that nobody is asked twice about the same days.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid5

from ataraxy.clinic.context import Context
from ataraxy.clinic.follow.models import CheckIn
from ataraxy.clinic.plan.models import Session
from ataraxy.core.course.check_ins import CheckInDue, check_ins_due
from ataraxy.core.protocol.types import Disorder, Protocol

LAST_STAYS_OPEN = timedelta(days=7)


def schedule_check_ins(
    ctx: Context, session: Session, protocol: Protocol, disorder: Disorder, dose_at: datetime
) -> None:
    """Book every check-in that follows a dose given at ``dose_at``; those already booked stay as they are."""
    asked = {line.id for line in protocol.check_ins if line.asks(disorder)}
    due = [d for d in check_ins_due(protocol, dose_at, ctx.zone) if d.line in asked]
    rows = [
        CheckIn(
            id=check_in_id(session.id, one.line, one.turn),
            clinic=ctx.clinic,
            patient_id=session.patient_id,
            session=session,
            line=one.line,
            scales=list(one.scales),
            due_at=one.due_at,
            closes_at=closes_at,
        )
        for one, closes_at in zip(due, _closing(due), strict=True)
    ]
    CheckIn.objects.bulk_create(rows, ignore_conflicts=True)
    CheckIn.objects.filter(
        session__course_id=session.course_id, session__number__lt=session.number, due_at__gt=dose_at
    ).filter(answered_at__isnull=True, superseded_by__isnull=True).update(superseded_by=session)


def check_in_id(session: UUID, line: str, turn: int) -> UUID:
    """The same check-in has the same id, however often it is booked."""
    return uuid5(session, f"{line} {turn}")


def _closing(due: list[CheckInDue]) -> list[datetime]:
    """Each stays open until the next later one is due."""
    moments = sorted({d.due_at for d in due})
    after = dict(pairwise(moments))
    return [after.get(d.due_at, d.due_at + LAST_STAYS_OPEN) for d in due]
