"""What the course says against a dose: gathered from the chart and from every session of the patient."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from ataraxy.catalog.library import instruments
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.plan.models import Course, Session
from ataraxy.clinic.plan.queries import protocol_of
from ataraxy.clinic.treat.read import state_if_readable
from ataraxy.core.chart.chart import Chart
from ataraxy.core.course.findings import CourseCase
from ataraxy.core.course.holds import CourseHold, course_holds
from ataraxy.core.protocol.types import CourseRuleKind, Disorder, Status
from ataraxy.core.session.state import SessionState


def holds_today(session: Session, today: SessionState, chart: Chart | None = None) -> tuple[CourseHold, ...]:
    """What holds the dose of this session; ``today`` is the session itself as its events tell it."""
    case = case_of(session.course, session.id, today, chart)
    return (*course_holds(case), *_unread(session.course, session.id))


def holds_of_course(course: Course, chart: Chart | None = None) -> tuple[CourseHold, ...]:
    """What holds the next dose of a course, whichever session it will be given in."""
    rows = Session.objects.filter(course=course, ended="", dose_started_at__isnull=True)
    coming = rows.order_by("number").first()
    today = state_if_readable(coming.id) if coming else None
    case = case_of(course, coming.id if coming else None, today or SessionState(), chart)
    return (*course_holds(case), *_unread(course, None))


def _unread(course: Course, but: UUID | None) -> Iterator[CourseHold]:
    """Hazard: a session nobody can read may hold what stops the course; unknown opens no gate."""
    for row in _sessions(course, but):
        if state_if_readable(row.id) is None:
            yield CourseHold(
                line="record",
                text="Every session of the patient can be read.",
                what=f"the record of session {row.number} ({row.during.lower:%-d %b %Y}) cannot be read",
                cure="Tell the director; its printed record and the prescriber say what it holds.",
                source="ataraxy-proposal",
                status=Status.PROPOSED,
                kind=CourseRuleKind.STOP,
            )


def _sessions(course: Course, but: UUID | None) -> list[Session]:
    rows = Session.objects.filter(patient_id=course.patient_id).order_by("during")
    return list(rows if but is None else rows.exclude(id=but))


def case_of(course: Course, session: UUID | None, today: SessionState, chart: Chart | None) -> CourseCase:
    """Everything the rules of a course look at."""
    others = (state_if_readable(row.id) for row in _sessions(course, session))
    return CourseCase(
        protocol=protocol_of(course.protocol),
        disorder=Disorder(course.disorder),
        course=course.id,
        chart=chart or chart_of(course.patient_id),
        today=today,
        others=tuple(state for state in others if state is not None),
        instruments=instruments(),
    )
