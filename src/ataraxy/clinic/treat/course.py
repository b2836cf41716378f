"""What the course says against a dose: gathered from the chart and from every session of the patient."""

from __future__ import annotations

from uuid import UUID

from ataraxy.catalog.library import instruments
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.plan.models import Course, Session
from ataraxy.clinic.plan.queries import protocol_of
from ataraxy.clinic.treat.read import state_of
from ataraxy.core.chart.chart import Chart
from ataraxy.core.course.findings import CourseCase
from ataraxy.core.course.holds import CourseHold, course_holds
from ataraxy.core.protocol.types import Disorder
from ataraxy.core.session.state import SessionState


def holds_today(session: Session, today: SessionState, chart: Chart | None = None) -> tuple[CourseHold, ...]:
    """What holds the dose of this session; ``today`` is the session itself as its events tell it."""
    return course_holds(case_of(session.course, session.id, today, chart))


def holds_of_course(course: Course, chart: Chart | None = None) -> tuple[CourseHold, ...]:
    """What holds the next dose of a course, whichever session it will be given in."""
    rows = Session.objects.filter(course=course, ended="", dose_started_at__isnull=True)
    coming = rows.order_by("number").first()
    today = state_of(coming.id) if coming else SessionState()
    return course_holds(case_of(course, coming.id if coming else None, today, chart))


def case_of(course: Course, session: UUID | None, today: SessionState, chart: Chart | None) -> CourseCase:
    """Everything the rules of a course look at."""
    rows = Session.objects.filter(patient_id=course.patient_id).order_by("during")
    others = rows if session is None else rows.exclude(id=session)
    return CourseCase(
        protocol=protocol_of(course.protocol),
        disorder=Disorder(course.disorder),
        course=course.id,
        chart=chart or chart_of(course.patient_id),
        today=today,
        others=tuple(state_of(one) for one in others.values_list("id", flat=True)),
        instruments=instruments(),
    )
