"""What the plan page shows: what is missing before a course, the course with its sessions, the next dose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.describe import disorder_name
from ataraxy.clinic.people.models import Patient
from ataraxy.clinic.plan.models import ActivatedProtocol, Course, Session
from ataraxy.clinic.plan.queries import course_rule, current_course, protocol_of
from ataraxy.clinic.plan.ready import Missing, missing_for_course
from ataraxy.core.chart.chart import Chart
from ataraxy.core.chart.events import DecisionKind
from ataraxy.core.course.next_step import NextSession, next_session
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.dosing import DosePlan, plan_dose
from ataraxy.core.protocol.types import Course as Rule
from ataraxy.core.protocol.types import CourseRule, Disorder, Protocol


@dataclass(frozen=True, slots=True)
class ReadyShown:
    """The version that was decided on, and what is missing before a course on it."""

    row: ActivatedProtocol
    disorder: Disorder
    disorder_words: str
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class CourseShown:
    course: Course
    protocol: Protocol
    rule: Rule
    disorder_words: str
    goals: str
    sessions: list[Session]
    next: NextSession | None
    all_booked: bool
    rules: tuple[CourseRule, ...]


@dataclass(frozen=True, slots=True)
class DoseShown:
    """``refused`` says why there is no dose to show."""

    number: int
    weighed_at: datetime | None
    plan: DosePlan | None
    refused: str


def ready_shown(ctx: Context, patient: Patient, chart: Chart) -> ReadyShown | None:
    """For the last decision, if it was to treat and its version is known here."""
    last = chart.decisions[-1].payload if chart.decisions else None
    if last is None or last.decision is not DecisionKind.TREAT:
        return None
    row = ActivatedProtocol.objects.filter(clinic=ctx.clinic, sha256=last.protocol_sha256).first()
    if row is None:
        return None
    missing = missing_for_course(ctx, patient, chart, row, last.disorder)
    return ReadyShown(row, last.disorder, disorder_name(last.disorder.value), missing)


def course_shown(ctx: Context, patient: Patient, chart: Chart) -> CourseShown | None:
    """The course that runs, with its sessions by number."""
    course = current_course(patient)
    if course is None:
        return None
    protocol, rule = protocol_of(course.protocol), course_rule(course)
    rows = Session.objects.filter(course=course).exclude(ended="cancelled").select_related("room")
    sessions = list(rows.order_by("number"))
    planned = chart.course(course.id)
    disorder = Disorder(course.disorder)
    return CourseShown(
        course=course,
        protocol=protocol,
        rule=rule,
        disorder_words=disorder_name(course.disorder),
        goals=planned.record.payload.goals if planned else "",
        sessions=sessions,
        next=next_session(protocol, disorder, _given(ctx, chart, course), ctx.today.date()),
        all_booked=len(sessions) >= rule.sessions,
        rules=tuple(r for r in protocol.course_rules if not r.disorders or disorder in r.disorders),
    )


def _given(ctx: Context, chart: Chart, course: Course) -> list[date]:
    doses = [dose.payload for dose in chart.doses if dose.payload.course == course.id]
    return [dose.started_at.astimezone(ctx.zone).date() for dose in doses]


def dose_shown(chart: Chart, shown: CourseShown) -> DoseShown | None:
    """The arithmetic of the next session at the latest weight; the weight of the day decides."""
    if shown.next is None:
        return None
    number, body = shown.next.number, chart.bodies[-1] if chart.bodies else None
    if body is None:
        return DoseShown(number, None, None, "No weight is recorded yet.")
    return _dose(shown.protocol, number, shown.next.mg_per_kg, body.payload.weight_kg, body.envelope.at)


def _dose(
    protocol: Protocol, number: int, mg_per_kg: Decimal, weight_kg: Decimal, weighed_at: datetime
) -> DoseShown:
    try:
        planned = plan_dose(protocol, mg_per_kg, weight_kg)
    except InputRefused as refused:
        return DoseShown(number, weighed_at, None, f"{refused.cause} {refused.cure}")
    return DoseShown(number, weighed_at, planned, "")
