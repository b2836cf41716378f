"""A booked session is moved with a reason; one that has begun is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest


@pytest.fixture
def session(course: Any, room: Any, coordinator: Any, context: Callable[..., Any], now: datetime) -> Any:
    from ataraxy.clinic.plan.actions.sessions import Slot, book_session

    begins = now + timedelta(days=1)
    return book_session(context(coordinator), course, Slot(room, begins, begins + timedelta(hours=3)))


def test_it_moves_and_says_why(
    session: Any,
    room: Any,
    coordinator: Any,
    log_in: Any,
    fill: Callable[..., Any],
    events: Callable[..., Any],
) -> None:
    form = {"starts_at": "2026-11-26T10:00", "minutes": "180", "room": str(room.id), "reason": "a cold"}
    assert fill(log_in(coordinator), f"/plan/session/{session.id}/move/", **form).status_code == 302
    session.refresh_from_db()
    assert session.during.lower.isoformat() == "2026-11-26T15:00:00+00:00"
    assert events(session.patient_id, "SessionMoved")[0]["reason"] == "a cold"


def test_a_session_that_has_begun_stays(
    session: Any, room: Any, coordinator: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    from ataraxy.clinic.plan.models import Session

    Session.objects.filter(id=session.id).update(phase="dosing")
    form = {"starts_at": "2026-11-26T10:00", "minutes": "180", "room": str(room.id), "reason": "a cold"}
    answer = fill(log_in(coordinator), f"/plan/session/{session.id}/move/", **form)
    assert answer.status_code == 422
    assert "has begun" in answer.content.decode()


def test_another_clinics_session_is_not_found(session: Any, outsider: Any, log_in: Any) -> None:
    assert log_in(outsider).get(f"/plan/session/{session.id}/move/").status_code == 404
