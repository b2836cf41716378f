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
    assert not locked(idle(14.9).get("/people/"))
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


def test_a_part_of_a_locked_page_asks_the_whole_page_to_lock(idle: Any) -> None:
    answer = idle(16).get("/treat/", headers={"HX-Request": "true", "HX-Trigger": "board"})
    assert answer["HX-Refresh"] == "true" and locked(answer)


def test_the_director_says_after_how_long_and_0_is_never(
    log_in: Any, director: Any, clinic: Any, idle: Any
) -> None:
    from ataraxy.clinic.audit.models import Event

    answer = log_in(director).post("/people/lock-after/", {"key": str(uuid.uuid4()), "minutes": "0"})
    assert answer.status_code == 302
    clinic.refresh_from_db()
    assert clinic.lock_after_min == 0 and Event.objects.filter(type="LockSet").count() == 1
    assert not locked(idle(600).get("/people/"))
