"""Sessions are booked into rooms and moved; no room and no patient twice at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from ataraxy.clinic.audit.append import Entry, already_done, lock_head
from ataraxy.clinic.consent.queries import consent_state
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.chart import append_chart, chart_of
from ataraxy.clinic.people.models import Room
from ataraxy.clinic.plan.models import Course, Session
from ataraxy.clinic.plan.queries import course_rule
from ataraxy.clinic.plan.spacing import refuse_spacing
from ataraxy.clinic.treat.record import open_session
from ataraxy.core.chart.events import SessionMoved, SessionPlanned
from ataraxy.core.errors import InputRefused

CANCELLED = "cancelled"
BOOKED = "booked"


@dataclass(frozen=True, slots=True)
class Slot:
    """A room for a while."""

    room: Room
    starts_at: datetime
    ends_at: datetime

    @property
    def during(self) -> DateTimeTZRange:
        return DateTimeTZRange(self.starts_at, self.ends_at)


def book_session(ctx: Context, course: Course, slot: Slot, *, key: str | None = None) -> Session:
    """Book the next session of a course, and open its record.

    Raises:
        InputRefused: the course is stopped or full, consent is not in force, the day breaks the spacing, or
            the room or the patient is taken then.
    """
    with transaction.atomic():
        lock_head(ctx, course.patient_id)
        if done := already_done(ctx, key):
            return Session.objects.filter(course=course, patient_id=done.stream_id).latest("number")
        _refuse_course(course)
        _refuse_slot(ctx, slot)
        number = _next_number(course)
        refuse_spacing(course_rule(course), number, _day(ctx, slot), _days(ctx, course))
        _refuse_twice(course, slot)
        with _clash_told(ctx, slot):
            session = Session.objects.create(
                id=ctx.new_id(),
                clinic=ctx.clinic,
                patient_id=course.patient_id,
                course=course,
                room=slot.room,
                number=number,
                during=slot.during,
            )
        planned = SessionPlanned(course.id, session.id, number, slot.room.id, slot.starts_at, slot.ends_at)
        append_chart(ctx, course.patient_id, Entry(planned), key=key)
        open_session(ctx, session)
        return session


def move_session(ctx: Context, session: Session, slot: Slot, reason: str, *, key: str | None = None) -> None:
    """Another time or room for a session that has not begun.

    Raises:
        InputRefused: it has begun or ended, no reason, the spacing breaks, the room or the patient is taken.
    """
    if not reason.strip():
        raise InputRefused("The reason is missing.", "Say why the session is moved.", "reason")
    with transaction.atomic():
        lock_head(ctx, session.patient_id)
        if already_done(ctx, key):
            return
        held = Session.objects.select_for_update().get(id=session.id, clinic=ctx.clinic)
        if held.phase != BOOKED or held.ended:
            raise InputRefused("This session has begun or is over.", "Book another one instead.")
        _refuse_slot(ctx, slot)
        others = {n: d for n, d in _days(ctx, session.course).items() if n != session.number}
        refuse_spacing(course_rule(session.course), session.number, _day(ctx, slot), others)
        _refuse_twice(session.course, slot, held)
        moved = SessionMoved(session.id, slot.room.id, slot.starts_at, slot.ends_at, reason)
        with _clash_told(ctx, slot):
            Session.objects.filter(id=session.id).update(room=slot.room, during=slot.during)
        append_chart(ctx, session.patient_id, Entry(moved), key=key)


def _refuse_course(course: Course) -> None:
    if Course.objects.filter(id=course.id, stopped_at__isnull=False).exists():
        raise InputRefused("This course was stopped.", "Plan a new one after a new decision.")
    state = consent_state(chart_of(course.patient_id), course.protocol)
    if not state.in_force:
        raise InputRefused(f"Consent is {state.state.value}.", "Ask for consent before a session is booked.")


def _refuse_slot(ctx: Context, slot: Slot) -> None:
    if slot.ends_at <= slot.starts_at:
        raise InputRefused("The session ends before it begins.", "Give a later end.", "minutes")
    if slot.ends_at <= ctx.now:
        raise InputRefused("This time is over.", "Choose a time to come.", "starts_at")
    if slot.room.clinic_id != ctx.clinic.id:
        raise InputRefused("There is no such room here.", "Choose one of the clinic's rooms.", "room")


def _next_number(course: Course) -> int:
    planned = course_rule(course).sessions
    rows = Session.objects.filter(course=course).exclude(ended=CANCELLED)
    booked = set(rows.values_list("number", flat=True))
    free = [number for number in range(1, planned + 1) if number not in booked]
    if not free:
        raise InputRefused(
            f"All {planned} sessions of this course are booked or done.", "Move one, or plan another course."
        )
    return free[0]


def _days(ctx: Context, course: Course) -> dict[int, date]:
    """The day of every session of the course that was not cancelled, on the clinic's calendar."""
    rows = Session.objects.filter(course=course).exclude(ended=CANCELLED)
    return {row.number: row.during.lower.astimezone(ctx.zone).date() for row in rows}


def _day(ctx: Context, slot: Slot) -> date:
    return slot.starts_at.astimezone(ctx.zone).date()


def _refuse_twice(course: Course, slot: Slot, but: Session | None = None) -> None:
    rows = Session.objects.filter(patient_id=course.patient_id, during__overlap=slot.during)
    rows = rows.exclude(ended=CANCELLED)
    if but is not None:
        rows = rows.exclude(id=but.id)
    if rows.exists():
        raise InputRefused(
            "This patient has another session at that time.", "Choose another time.", "starts_at"
        )


@contextmanager
def _clash_told(ctx: Context, slot: Slot) -> Iterator[None]:
    """The database refuses a room that is taken; say by whom and when."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "session_room_once" not in str(error):
            raise
        raise _clash(ctx, slot) from None


def _clash(ctx: Context, slot: Slot) -> InputRefused:
    rows = Session.objects.filter(room=slot.room, during__overlap=slot.during).exclude(ended=CANCELLED)
    taken = rows.select_related("patient").order_by("during").first()
    if taken is None:
        return InputRefused(f"{slot.room.name} is taken then.", _instead(slot), "room")
    begins, ends = (moment.astimezone(ctx.zone) for moment in (taken.during.lower, taken.during.upper))
    return InputRefused(
        f"{slot.room.name} is taken from {begins:%H:%M} to {ends:%H:%M} on {begins.day} {begins:%b %Y} "
        f"by the session of {taken.patient.full_name}.",
        _instead(slot),
        "room",
    )


def _instead(slot: Slot) -> str:
    """Which rooms are free at that time; that none is, when none is."""
    sessions = Session.objects.filter(during__overlap=slot.during).exclude(ended=CANCELLED)
    rooms = Room.objects.filter(clinic=slot.room.clinic_id).exclude(id=slot.room.id)
    free = rooms.exclude(id__in=sessions.values("room")).order_by("name").values_list("name", flat=True)
    if names := list(free):
        return f"Free then: {', '.join(names)}. Or choose another time."
    return "No room of the clinic is free then: choose another time."
