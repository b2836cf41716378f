"""What the lists of courses and check-ins say, worked out again from the chart alone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ataraxy.clinic.follow.models import CheckIn
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.plan.models import Course
from ataraxy.core.chart.chart import Chart


def rebuild_courses(patient_id: UUID) -> None:
    """Each course began when it was planned, and stopped when the chart says so."""
    for course in chart_of(patient_id).courses:
        planned, stopped = course.record, course.stopped
        Course.objects.filter(id=planned.payload.course, patient_id=patient_id).update(
            disorder=planned.payload.disorder.value,
            started_at=planned.envelope.recorded_at,
            stopped_at=stopped.envelope.recorded_at if stopped else None,
        )


def rebuild_check_ins(patient_id: UUID) -> None:
    """When each was sent and answered. What is asked follows from the sessions (``treat/record.py``)."""
    chart = chart_of(patient_id)
    invited = {one.record.payload.check_in: one.record.envelope.recorded_at for one in chart.check_ins}
    claimed: set[tuple[str, UUID, datetime]] = set()
    for row in CheckIn.objects.filter(patient_id=patient_id).order_by("due_at"):
        answered = _answered(chart, row, claimed)
        if (row.invited_at, row.answered_at) != (invited.get(row.id), answered):
            CheckIn.objects.filter(id=row.id).update(invited_at=invited.get(row.id), answered_at=answered)


def _answered(chart: Chart, row: CheckIn, claimed: set[tuple[str, UUID, datetime]]) -> datetime | None:
    """The answers to a weekly line name the line and the session: the week is told by when they came."""
    came = sorted(
        one.envelope.recorded_at
        for one in chart.answers
        if (one.payload.check_in, one.payload.dose_session) == (row.line, row.session_id)
    )
    mine = [t for t in came if (row.line, row.session_id, t) not in claimed]
    found = row.answered_at if row.answered_at in mine else None
    found = found or next((t for t in mine if row.due_at <= t < row.closes_at), None)
    if found is not None:
        claimed.add((row.line, row.session_id, found))
    return found
