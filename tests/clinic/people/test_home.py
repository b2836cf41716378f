"""The first page says what comes next for the person who asks."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest


def text(client: Any) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_prescriber_is_sent_to_the_patient_at_the_gate(patient: Any, prescriber: Any, log_in: Any) -> None:
    page = text(log_in(prescriber))
    assert "waits for screening and a decision" in page
    assert f"/screen/{patient.id}/" in page


def test_a_concern_comes_first_for_clinical_roles_and_is_not_told_to_the_desk(
    patient: Any, prescriber: Any, coordinator: Any, log_in: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.screen.actions.scales import answer_scale

    answer_scale(context(prescriber), patient, "phq9", [0, 0, 0, 0, 0, 0, 0, 0, 2])
    assert "A concern about Canary Quillfeather is open" in text(log_in(prescriber))
    assert "oncern" not in text(log_in(coordinator))


def test_the_director_is_told_of_broken_glass(
    patient: Any, coordinator: Any, director: Any, log_in: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.actions.glass import break_glass

    break_glass(context(coordinator), patient, "caller in distress, needs her medicines")
    assert "1 broken glass waits for review" in text(log_in(director))


def test_a_researcher_is_sent_to_the_outcomes(researcher: Any, log_in: Any) -> None:
    answer = log_in(researcher).get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/learn/")


def test_another_clinics_patients_are_not_there(patient: Any, outsider: Any, log_in: Any) -> None:
    assert "Quillfeather" not in text(log_in(outsider))


def test_who_took_consent_back_is_not_asked_again_unasked(
    agreed_patient: Any, coordinator: Any, nurse: Any, log_in: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.consent.actions import withdraw_consent
    from ataraxy.core.chart.events import GrantKind

    withdraw_consent(context(nurse), agreed_patient, [GrantKind.TREATMENT], "I want to try without it first.")
    page = text(log_in(coordinator))
    assert "has not signed consent yet" not in page
    assert "Took consent back" in page
    assert f"/consent/{agreed_patient.id}/" in page


def test_who_never_signed_is_still_asked(decided_patient: Any, coordinator: Any, log_in: Any) -> None:
    page = text(log_in(coordinator))
    assert "has not signed consent yet" in page
    assert "Took consent back" not in page


@pytest.fixture
def book(course: Any, room: Any) -> Callable[..., Any]:
    """book(begins, phase) -> a session of the course, as the first page sees it."""
    from ataraxy.clinic.plan.models import Session

    def make(begins: datetime, phase: str = "booked", **more: Any) -> Any:
        return Session.objects.create(
            id=uuid.uuid4(),
            clinic=course.clinic,
            patient=course.patient,
            course=course,
            room=room,
            number=Session.objects.count() + 1,
            during=(begins, begins + timedelta(hours=1)),
            phase=phase,
            **more,
        )

    return make


def test_a_patient_who_is_not_here_yet_is_told_as_late(
    book: Callable[..., Any], nurse: Any, log_in: Any, now: datetime
) -> None:
    book(now - timedelta(minutes=49))  # the clock stands a minute after now
    page = text(log_in(nurse))
    assert page.count("50 min late") == 2  # in the next action, and beside the session


def test_a_session_that_goes_on_comes_before_one_that_is_awaited(
    book: Callable[..., Any], nurse: Any, log_in: Any, now: datetime
) -> None:
    awaited = book(now - timedelta(hours=2))
    going_on = book(now - timedelta(minutes=30), "dosing")
    first = text(log_in(nurse)).split("Sessions today")[0]
    assert f"/treat/session/{going_on.id}/" in first
    assert "going on: dosing" in first
    assert f"/treat/session/{awaited.id}/" not in first


def test_a_check_in_to_send_is_one_tap_from_the_first_page_and_one_that_was_sent_is_only_counted(
    book: Callable[..., Any], coordinator: Any, log_in: Any, now: datetime
) -> None:
    from ataraxy.clinic.follow.models import CheckIn

    given = book(now - timedelta(days=1), "ended", ended="discharged")
    rows = [
        CheckIn.objects.create(
            id=uuid.uuid4(),
            clinic=given.clinic,
            patient=given.patient,
            session=given,
            line=line,
            scales=["gad7"],
            due_at=now - timedelta(hours=1),
            closes_at=now + timedelta(days=1),
            invited_at=invited,
        )
        for line, invited in (("a", None), ("b", now - timedelta(minutes=30)))
    ]
    page = text(log_in(coordinator))
    assert "1 check-in is to be sent" in page
    assert f"/follow/check-in/{rows[0].id}/send/" in page
    assert f"/follow/check-in/{rows[1].id}/send/" not in page
    assert "1 sent and not answered yet" in page
