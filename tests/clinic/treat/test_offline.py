"""A tap made without a network reaches us later, and is dated when it was made."""

from __future__ import annotations

import uuid
from typing import Any

import pytest


@pytest.mark.parametrize("verb", ["pause", "stop"])
def test_a_tap_that_arrives_late_is_dated_when_it_was_made(
    verb: str, running: Any, nurse: Any, clock: Any, tell: Any, state: Any, at: Any
) -> None:
    clock(30)
    assert tell(nurse, verb, running, seconds_ago="300").status_code == 302
    step = state(running).dose.steps[-1]
    assert abs((step.at - at(25).now).total_seconds()) < 60
    assert state(running).irregular == ()


def test_it_is_never_dated_before_the_last_act_on_the_dose(
    running: Any, nurse: Any, clock: Any, tell: Any, state: Any, at: Any, vitals: Any
) -> None:
    from ataraxy.clinic.treat import actions

    actions.pause(at(15), running.id)
    vitals(running, 19)
    actions.resume(at(20), running.id)
    clock(22)
    tell(
        nurse, "stop", running, seconds_ago="600"
    )  # tapped before the resume: the drug goes off all the same
    dose = state(running).dose
    assert dose.status == "stopped"
    assert dose.steps[-1].at >= at(20).now


@pytest.mark.parametrize("ago", ["", "-5", "soon", "1e9", "99999999999999", "٣٠"])
def test_a_time_that_says_nothing_counts_as_now_and_the_stop_is_taken(
    ago: str, running: Any, nurse: Any, clock: Any, tell: Any, state: Any, at: Any
) -> None:
    clock(30)
    assert tell(nurse, "stop", running, seconds_ago=ago).status_code == 302
    assert abs((state(running).dose.steps[-1].at - at(30).now).total_seconds()) < 60


# --- the same tap sent again -----------------------------------------------------------------------


def test_a_pause_whose_answer_was_lost_does_not_pause_again_after_a_resume(
    running: Any, nurse: Any, clock: Any, tell: Any, state: Any, at: Any, vitals: Any
) -> None:
    from ataraxy.clinic.treat import actions

    tap = str(uuid.uuid4())
    clock(15)
    tell(nurse, "pause", running, tap=tap)
    vitals(running, 19)
    actions.resume(at(20), running.id)
    clock(22)
    assert tell(nurse, "pause", running, tap=tap, seconds_ago="420").status_code == 302
    assert state(running).dose.status == "running"
    tell(nurse, "pause", running, tap=str(uuid.uuid4()))
    assert state(running).dose.status == "paused"


@pytest.mark.parametrize("tap", ["", "nonsense", "used"])
def test_a_key_that_says_nothing_or_was_used_for_something_else_never_refuses_a_stop(
    tap: str, running: Any, nurse: Any, clock: Any, tell: Any, state: Any
) -> None:
    used = str(uuid.uuid4())
    clock(15)
    tell(nurse, "pause", running, tap=used)
    answer = tell(nurse, "stop", running, tap=used if tap == "used" else tap)
    assert answer.status_code == 302
    assert state(running).dose.status == "stopped"


# --- an emergency that arrives late ----------------------------------------------------------------


def test_an_emergency_runs_from_when_it_was_tapped(
    running: Any, nurse: Any, clock: Any, tell: Any, state: Any, at: Any
) -> None:
    clock(30)
    tell(nurse, "emergency", running, kind="seizure", seconds_ago="300")
    assert abs((state(running).care.emergency.at - at(25).now).total_seconds()) < 60


@pytest.mark.parametrize("same_key", [True, False])
def test_a_replay_of_an_emergency_that_is_over_opens_no_second(
    same_key: bool, running: Any, nurse: Any, clock: Any, tell: Any, state: Any, at: Any
) -> None:
    from ataraxy.clinic.treat import actions

    tap = str(uuid.uuid4())
    clock(20)
    tell(nurse, "emergency", running, kind="seizure", tap=tap)
    actions.end_emergency(at(25), running.id, state(running).care.emergency.event, "awake")
    clock(27)
    again = {"tap": tap, "seconds_ago": "421"} if same_key else {"seconds_ago": "300"}
    tell(nurse, "emergency", running, kind="seizure", **again)
    assert len(state(running).care.emergencies) == 1
    tell(nurse, "emergency", running, kind="seizure")
    assert len(state(running).care.emergencies) == 2


# --- a page from before another log-in -------------------------------------------------------------


@pytest.mark.parametrize("verb", ["pause", "stop", "emergency"])
@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://testserver", 302), ("https://elsewhere.example", 403), ("null", 403), (None, 403)],
)
def test_a_tap_of_our_own_page_is_taken_whatever_token_it_carries(
    verb: str, origin: str | None, status: int, running: Any, nurse: Any, clock: Any
) -> None:
    from django.test import Client

    clock(15)
    client = Client(enforce_csrf_checks=True)
    client.force_login(nurse.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    said = {"HTTP_ORIGIN": origin} if origin else {}
    url = f"/treat/session/{running.id}/{verb}/"
    assert client.post(url, {"csrfmiddlewaretoken": "dead"}, **said).status_code == status
