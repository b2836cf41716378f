"""A course starts only when nothing is missing, and can be stopped at any time."""

from __future__ import annotations

from django.db import transaction

from ataraxy.clinic.audit.append import Entry, already_done, lock_head
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.chart import append_chart, chart_of
from ataraxy.clinic.people.models import Patient, Role
from ataraxy.clinic.people.signing import require_role
from ataraxy.clinic.plan.models import ActivatedProtocol, Course, Session
from ataraxy.clinic.plan.queries import protocol_of, waiting_sessions
from ataraxy.clinic.plan.ready import missing_for_course
from ataraxy.clinic.treat.record import append_session
from ataraxy.core.chart.events import CoursePlanned, CourseStopped
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Disorder
from ataraxy.core.session.events import EndReason, SessionEnded


def start_course(
    ctx: Context,
    patient: Patient,
    row: ActivatedProtocol,
    disorder: Disorder,
    goals: str,
    *,
    key: str | None = None,
    seen: int | None = None,
) -> Course:
    """Plan a course on one protocol version: decided, agreed to, and every line answered for.

    Raises:
        InputRefused: says everything that is missing.
    """
    require_role(ctx, Role.PRESCRIBER)
    with transaction.atomic():
        lock_head(ctx, patient.id)
        if already_done(ctx, key):
            return Course.objects.filter(patient=patient).latest("started_at")
        if missing := missing_for_course(ctx, patient, chart_of(patient.id), row, disorder):
            raise InputRefused(
                " ".join(f"{one.cause} {one.cure}" for one in missing), "Then plan the course again."
            )
        course = Course.objects.create(
            id=ctx.new_id(),
            clinic=ctx.clinic,
            patient=patient,
            protocol=row,
            disorder=disorder.value,
            started_at=ctx.now,
        )
        append_chart(ctx, patient.id, Entry(_planned(course, goals)), key=key, seen=seen)
        return course


def _planned(course: Course, goals: str) -> CoursePlanned:
    disorder = Disorder(course.disorder)
    indication = protocol_of(course.protocol).indication(disorder)
    return CoursePlanned(
        course=course.id,
        protocol_id=course.protocol.protocol_id,
        protocol_version=course.protocol.version,
        protocol_sha256=course.protocol.sha256,
        disorder=disorder,
        goals=goals,
        sessions=indication.course.sessions if indication else 0,
    )


def stop_course(ctx: Context, course: Course, reason: str, *, key: str | None = None) -> None:
    """No further session of this course; those still booked are cancelled and their rooms are free.

    Raises:
        InputRefused: no reason, or a session of the course is going on.
    """
    require_role(ctx, Role.PRESCRIBER, Role.NURSE)
    if not reason.strip():
        raise InputRefused("The reason is missing.", "Say why the course is stopped.", "reason")
    with transaction.atomic():
        waiting = waiting_sessions(course)
        _lock_in_order(ctx, course, waiting)
        if Course.objects.get(id=course.id).stopped_at is not None:
            return
        _refuse_running(course)
        append_chart(ctx, course.patient_id, Entry(CourseStopped(course.id, reason)), key=key)
        for session in waiting:
            cancelled = SessionEnded(EndReason.CANCELLED, note="the course was stopped")
            append_session(ctx, session.id, Entry(cancelled))
        Course.objects.filter(id=course.id).update(stopped_at=ctx.now)


def _lock_in_order(ctx: Context, course: Course, waiting: list[Session]) -> None:
    for stream in sorted([course.patient_id, *(session.id for session in waiting)]):
        lock_head(ctx, stream)


def _refuse_running(course: Course) -> None:
    running = Session.objects.filter(course=course, ended="").exclude(phase="booked").first()
    if running is not None:
        raise InputRefused(
            f"Session {running.number} of this course is going on.", "End it first, then stop the course."
        )
