"""A stopped course cancels what was booked and frees the rooms; a running session is ended first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from ataraxy.core.errors import InputRefused


@pytest.fixture
def session(course: Any, room: Any, coordinator: Any, context: Callable[..., Any], now: datetime) -> Any:
    from ataraxy.clinic.plan.actions.sessions import Slot, book_session

    begins = now + timedelta(days=1)
    return book_session(context(coordinator), course, Slot(room, begins, begins + timedelta(hours=3)))


def test_booked_sessions_are_cancelled_in_their_own_record(
    session: Any, course: Any, nurse: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    url = f"/plan/course/{course.id}/stop/"
    assert fill(log_in(nurse), url, reason="moved away").status_code == 302
    session.refresh_from_db()
    assert session.ended == "cancelled"
    assert events(session.id, "SessionEnded")[0]["how"] == "cancelled"
    assert events(course.patient_id, "CourseStopped")[0]["reason"] == "moved away"


def test_a_room_that_was_freed_can_be_booked_again(
    session: Any, course: Any, agreed_patient: Any, protocol: Any, room: Any, prescriber: Any, context: Any
) -> None:
    from ataraxy.clinic.plan.actions.courses import start_course, stop_course
    from ataraxy.clinic.plan.actions.sessions import Slot, book_session
    from ataraxy.core.protocol.types import Disorder

    ctx = context(prescriber)
    stop_course(ctx, course, "a new start")
    again = start_course(ctx, agreed_patient, protocol, Disorder.PTSD, "to sleep")
    slot = Slot(room, session.during.lower, session.during.upper)
    assert book_session(ctx, again, slot).number == 1


def test_while_a_session_goes_on_it_is_refused(session: Any, course: Any, nurse: Any, context: Any) -> None:
    from ataraxy.clinic.plan.actions.courses import stop_course
    from ataraxy.clinic.plan.models import Session

    Session.objects.filter(id=session.id).update(phase="dosing")
    with pytest.raises(InputRefused, match="going on"):
        stop_course(context(nurse), course, "moved away")


def test_the_desk_does_not_stop_a_course(course: Any, coordinator: Any, log_in: Any) -> None:
    assert log_in(coordinator).get(f"/plan/course/{course.id}/stop/").status_code == 403
