"""people:lock, unlock, here, lock-after: an idle page is hidden; nothing ends, and danger stays one tap away."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

PASSWORD = "a-password-of-the-tests"


@pytest.fixture
def idle(log_in: Any, nurse: Any) -> Any:
    """idle(minutes) -> a client whose person last touched a page so long ago."""

    def make(minutes: float, staff: Any = None) -> Any:
        import time

        client = log_in(staff or nurse)
        kept = client.session
        kept["acted_at"] = time.time() - minutes * 60
        kept.save()
        return client

    return make


def locked(answer: Any) -> bool:
    return b"No session has ended" in answer.content


def test_a_page_that_nobody_touched_for_the_clinics_minutes_is_locked_in_place(
    idle: Any, clinic: Any
) -> None:
    assert clinic.lock_after_min == 15
    assert not locked(idle(14).get("/people/"))  # a slow machine has its minute
    answer = idle(15.1).get("/people/?q=x")
    assert answer.status_code == 200 and locked(answer)
    assert b"/people/?q=x" in answer.content  # where it goes on
    assert answer["Cache-Control"] == "no-store"


def test_it_shows_no_patients_name(idle: Any, patient: Any) -> None:
    page = idle(16).get(f"/people/patient/{patient.id}/").content.decode()
    assert patient.family_name not in page and patient.given_name not in page


def test_the_persons_own_password_opens_it_and_a_wrong_one_does_not(idle: Any, nurse: Any) -> None:
    nurse.user.set_password(PASSWORD)
    nurse.user.save()
    client = idle(16)
    client.force_login(nurse.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.post("/people/lock/")
    assert locked(client.get("/people/"))
    wrong = client.post("/people/unlock/", {"password": "another", "next": "/people/"})
    assert wrong.status_code == 422 and b"does not match" in wrong.content
    assert locked(client.get("/people/"))
    right = client.post("/people/unlock/", {"password": PASSWORD, "next": "/people/"})
    assert right.status_code == 302 and right["Location"] == "/people/"
    assert not locked(client.get("/people/"))


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example", "javascript:1"])
def test_it_leads_nowhere_else(idle: Any, nurse: Any, wanted: str) -> None:
    nurse.user.set_password(PASSWORD)
    nurse.user.save()
    client = idle(1)
    client.force_login(nurse.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post("/people/unlock/", {"password": PASSWORD, "next": wanted})["Location"] == "/"


def test_what_is_sent_from_behind_it_is_not_written_and_says_so(idle: Any, patient: Any) -> None:
    answer = idle(16).post("/people/add/", {"key": str(uuid.uuid4())})
    assert answer.status_code == 423 and b"What was sent was not written" in answer.content


def test_what_a_page_asks_by_itself_keeps_nobody_here(idle: Any) -> None:
    client = idle(14)
    before = client.session["acted_at"]
    client.get("/treat/", headers={"HX-Request": "true", "HX-Trigger": "board"})
    assert client.session["acted_at"] == before
    client.post("/people/here/")
    assert client.session["acted_at"] > before


def test_a_part_of_a_locked_page_is_refused_and_what_is_typed_in_the_page_stays(idle: Any) -> None:
    answer = idle(16).get("/people/", headers={"HX-Request": "true", "HX-Trigger": "live"})
    assert answer.status_code == 423 and locked(answer)  # the page covers itself
    assert "HX-Refresh" not in answer and b"What was sent was not written" not in answer.content


IN_PLACE = {"X-In-Place": "yes"}


def test_a_forgotten_page_does_not_lock_the_one_in_use(idle: Any) -> None:
    busy = idle(1)
    assert busy.post("/people/lock/", {"idle": "yes"}, headers=IN_PLACE).status_code == 409
    assert not locked(busy.get("/people/"))
    quiet = idle(14.9)
    assert quiet.post("/people/lock/", {"idle": "yes"}, headers=IN_PLACE).status_code == 204
    assert locked(quiet.get("/people/"))


def test_nothing_asks_for_a_lock_where_the_director_wants_none(idle: Any, clinic: Any) -> None:
    clinic.lock_after_min = 0
    clinic.save()
    client = idle(60)
    assert client.post("/people/lock/", {"idle": "yes"}, headers=IN_PLACE).status_code == 409
    assert not locked(client.get("/people/"))


@pytest.fixture
def covered(idle: Any, nurse: Any) -> Any:
    """The nurse's page covers itself; this is what it asks the server for."""
    nurse.user.set_password(PASSWORD)
    nurse.user.save()
    client = idle(1)
    client.force_login(nurse.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.post("/people/lock/")
    return client


def test_a_covered_page_opens_where_it_is_by_the_password_of_its_own_person(
    covered: Any, nurse: Any, prescriber: Any
) -> None:
    told = {"password": PASSWORD, "person": str(nurse.id)}
    wrong = covered.post("/people/unlock/", told | {"password": "another"}, headers=IN_PLACE)
    assert wrong.status_code == 422 and wrong.content.startswith(b"The password does not match")
    other = covered.post("/people/unlock/", told | {"person": str(prescriber.id)}, headers=IN_PLACE)
    assert other.status_code == 409 and locked(covered.get("/people/"))
    assert covered.post("/people/unlock/", told, headers=IN_PLACE).status_code == 204
    assert not locked(covered.get("/people/"))


def test_every_page_for_staff_carries_the_cover_and_is_kept_in_no_cache(idle: Any, nurse: Any) -> None:
    answer = idle(1).get("/people/")
    assert answer["Cache-Control"] == "no-store"
    assert b'<template id="lock-cover">' in answer.content
    assert f'data-person="{nurse.id}"'.encode() in answer.content


def test_the_board_of_a_wall_is_not_locked_and_nobody_touches_it(idle: Any) -> None:
    client = idle(600)
    before = client.session["acted_at"]
    answer = client.get("/treat/")
    assert answer.status_code == 200 and not locked(answer)
    assert client.session["acted_at"] == before and locked(client.get("/people/"))


def test_the_director_says_after_how_long_and_0_is_never(
    log_in: Any, director: Any, clinic: Any, idle: Any
) -> None:
    from ataraxy.clinic.audit.models import Event

    answer = log_in(director).post("/people/lock-after/", {"key": str(uuid.uuid4()), "minutes": "0"})
    assert answer.status_code == 302
    clinic.refresh_from_db()
    assert clinic.lock_after_min == 0 and Event.objects.filter(type="LockSet").count() == 1
    assert not locked(idle(600).get("/people/"))
