"""Every URL of the app: who reaches it, who is refused, and that an outsider finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

ACTS = (
    "arrive",
    "check",
    "escort",
    "vital",
    "bind",
    "unbind",
    "start",
    "resume",
    "finish",
    "side-effect",
    "resolve",
    "correct",
    "end",
)
READ_BY_ALL_CLINICAL = ("session", "flow-sheet", "pause", "stop", "note")


@pytest.mark.parametrize("verb", [*ACTS, *READ_BY_ALL_CLINICAL])
def test_the_nurse_reaches_every_act(verb: str, ready: Any, nurse: Any, ask: Callable[..., Any]) -> None:
    assert ask(nurse, verb, ready).status_code == 200


@pytest.mark.parametrize("verb", [*ACTS, *READ_BY_ALL_CLINICAL, "override"])
def test_an_outsider_finds_no_session(
    verb: str, session: Any, outsider: Any, ask: Callable[..., Any], tell: Callable[..., Any]
) -> None:
    assert ask(outsider, verb, session).status_code == 404
    assert tell(outsider, verb, session).status_code in (404, 405)


@pytest.mark.parametrize("verb", [*ACTS, "override"])
def test_a_therapist_does_not_act_at_the_bedside(
    verb: str, session: Any, therapist: Any, ask: Callable[..., Any], tell: Callable[..., Any]
) -> None:
    assert ask(therapist, verb, session).status_code == 403
    assert tell(therapist, verb, session).status_code == 403


@pytest.mark.parametrize("verb", ["session", "flow-sheet"])
def test_a_coordinator_is_offered_to_break_the_glass(
    verb: str, session: Any, coordinator: Any, ask: Callable[..., Any]
) -> None:
    assert ask(coordinator, verb, session).status_code == 403


def test_a_broken_glass_opens_the_page_but_lets_nobody_act(
    session: Any, coordinator: Any, clock: Any, at: Any, ask: Callable[..., Any], tell: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.models import BreakGlass

    clock(5)
    BreakGlass.objects.create(
        clinic=session.clinic,
        staff=coordinator,
        patient=session.patient,
        reason="the patient called",
        at=at(0).now,
        until=at(60).now,
    )
    assert ask(coordinator, "session", session).status_code == 200
    assert tell(coordinator, "arrive", session).status_code == 403


def test_an_anonymous_visitor_is_sent_to_the_log_in(session: Any) -> None:
    from django.test import Client

    answer = Client().get(reverse("treat:session", args=[session.id]))
    assert answer.status_code == 302
    assert "account" in answer.url


def test_every_reading_of_a_session_is_on_record(session: Any, nurse: Any, ask: Callable[..., Any]) -> None:
    from ataraxy.clinic.audit.models import ChartRead

    ask(nurse, "session", session)
    read = ChartRead.objects.get(patient_id=session.patient_id)
    assert (read.staff_id, read.view, read.right) == (nurse.id, "treat:session", "role")


def test_a_page_that_asks_for_itself_again_is_one_reading(session: Any, nurse: Any, log_in: Any) -> None:
    from ataraxy.clinic.audit.models import ChartRead

    client, url = log_in(nurse), reverse("treat:session", args=[session.id])
    for _ in range(3):
        client.get(url, headers={"HX-Request": "true"})
    assert ChartRead.objects.filter(view="treat:session").count() == 1
