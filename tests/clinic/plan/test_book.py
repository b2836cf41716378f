"""Sessions are booked into rooms: no room and no patient twice, spacing kept, consent in force."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from ataraxy.core.errors import InputRefused

HOURS = timedelta(hours=3)


@pytest.fixture
def book(
    course: Any, room: Any, coordinator: Any, context: Callable[..., Any], now: datetime
) -> Callable[..., Any]:
    """book(days, hours=0, room=..., key=...) books the next session so long after now."""
    from ataraxy.clinic.plan.actions.sessions import Slot, book_session

    def make(days: int, hours: float = 0, into: Any = None, key: str | None = None) -> Any:
        begins = now + timedelta(days=days, hours=hours)
        return book_session(context(coordinator), course, Slot(into or room, begins, begins + HOURS), key=key)

    return make


def test_a_booking_opens_the_sessions_record(
    course: Any,
    room: Any,
    coordinator: Any,
    log_in: Any,
    fill: Callable[..., Any],
    events: Callable[..., Any],
) -> None:
    from ataraxy.clinic.plan.models import Session

    url = f"/plan/course/{course.id}/book/"
    form = {"starts_at": "2026-11-24T10:00", "minutes": "190", "room": str(room.id)}
    assert fill(log_in(coordinator), url, **form).status_code == 302
    session = Session.objects.get()
    assert session.number == 1
    assert session.during.lower.isoformat() == "2026-11-24T15:00:00+00:00"  # 10:00 in New York
    assert events(session.id, "SessionOpened")[0]["planned_mg_per_kg"] == "0.5"
    assert events(course.patient_id, "SessionPlanned")[0]["session"] == str(session.id)


def test_a_room_that_is_taken_names_the_clash_and_keeps_what_was_typed(
    book: Any, course: Any, room: Any, coordinator: Any, protocol: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    import uuid

    from ataraxy.clinic.plan.models import Course, Session

    first = book(1)
    # another patient's session at the same time, in the same room
    other = Course.objects.get(id=course.id)
    Session.objects.filter(id=first.id).update(patient=first.patient)
    from datetime import date

    from ataraxy.clinic.people.models import Patient

    ada = Patient.objects.create(
        clinic=first.clinic,
        record_number="R-2",
        given_name="Ada",
        family_name="L",
        birth_date=date(1990, 1, 1),
        sex="other",
    )
    other.pk, other.patient = uuid.uuid4(), ada
    other.save(force_insert=True)
    Session.objects.filter(id=first.id).update(course=other, patient=ada)
    form = {"starts_at": "2026-11-24T05:00", "minutes": "60", "room": str(room.id)}
    answer = fill(log_in(coordinator), f"/plan/course/{course.id}/book/", **form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Room 1 is taken from 04:00 to 07:00 on 24 Nov 2026 by the session of Ada L." in page
    assert 'value="2026-11-24T05:00"' in page


def test_the_same_patient_is_not_in_two_rooms(book: Any, clinic: Any) -> None:
    from ataraxy.clinic.people.models import Room

    book(1)
    with pytest.raises(InputRefused):
        book(1, into=Room.objects.create(clinic=clinic, name="Room 2"))


def test_spacing_is_kept_on_the_clinics_calendar(book: Any) -> None:
    book(1)
    with pytest.raises(InputRefused, match="2 to 4 days apart"):
        book(2)
    with pytest.raises(InputRefused, match="2 to 4 days apart"):
        book(6)
    book(3)


def test_no_seventh_session(book: Any) -> None:
    for days in range(1, 13, 2):
        book(days)
    with pytest.raises(InputRefused, match="All 6 sessions"):
        book(13)


def test_once_for_a_key(book: Any, course: Any) -> None:
    assert book(1, key="k").id == book(1, key="k").id
    assert course.sessions.count() == 1


def test_without_consent_no_session_is_booked(
    book: Any, course: Any, nurse: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.consent.actions import withdraw_consent
    from ataraxy.core.chart.events import GrantKind

    withdraw_consent(context(nurse), course.patient, [GrantKind.TREATMENT], "")
    with pytest.raises(InputRefused, match="Consent is withdrawn"):
        book(1)


def test_the_past_another_clinics_room_and_nonsense_are_refused(
    course: Any, room: Any, outsider: Any, coordinator: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.models import Room

    client, url = log_in(coordinator), f"/plan/course/{course.id}/book/"
    theirs = Room.objects.create(clinic=outsider.clinic, name="Theirs")
    good = {"starts_at": "2026-11-24T10:00", "minutes": "190", "room": str(room.id)}
    for change in (
        {"starts_at": "2026-11-01T10:00"},
        {"starts_at": "soon"},
        {"minutes": "0"},
        {"minutes": "x"},
        {"room": str(theirs.id)},
        {"room": "%"},
    ):
        assert fill(client, url, **(good | change)).status_code == 422, change
    assert log_in(outsider).get(url).status_code == 404
    assert course.sessions.count() == 0


def test_a_clinic_without_a_room_says_so_and_who_mends_it(
    course: Any, room: Any, coordinator: Any, log_in: Any
) -> None:
    client, url = log_in(coordinator), f"/plan/course/{course.id}/book/"
    assert "has no room on record" not in client.get(url).content.decode()
    room.delete()
    page = client.get(url).content.decode()
    assert "The clinic has no room on record" in page
    assert "The director adds the rooms" in page
    assert 'name="starts_at"' not in page  # nothing is typed that could not be booked


def test_who_finds_the_room_taken_is_told_which_are_free_then(
    book: Any, clinic: Any, room: Any, coordinator: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.models import Room
    from ataraxy.clinic.plan.actions.sessions import Slot, _clash
    from ataraxy.clinic.plan.models import Session

    first = book(1)
    taken = Slot(room, first.during.lower, first.during.upper)
    ctx = context(coordinator)
    assert _clash(ctx, taken).cure == "No room of the clinic is free then: choose another time."
    Room.objects.create(clinic=clinic, name="Room 3")
    Room.objects.create(clinic=clinic, name="Room 2")
    theirs = book(3, into=Room.objects.create(clinic=clinic, name="Room 4"))
    Session.objects.filter(id=theirs.id).update(during=first.during)
    assert _clash(ctx, taken).cure == "Free then: Room 2, Room 3. Or choose another time."
