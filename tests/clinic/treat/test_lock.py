"""The lock over the bedside: it ends no session, and pause, stop and emergency are one tap on it."""

from __future__ import annotations

import time
from typing import Any

import pytest


@pytest.fixture
def tablet(log_in: Any, nurse: Any, running: Any, clock: Any) -> Any:
    """The nurse's tablet, put down 20 minutes ago while a dose runs."""
    clock(20)
    client = log_in(nurse)
    kept = client.session
    kept["acted_at"] = time.time() - 20 * 60
    kept.save()
    return client


def test_the_dose_goes_on_behind_it_and_its_taps_are_on_it(tablet: Any, running: Any, state: Any) -> None:
    page = tablet.get(f"/treat/session/{running.id}/").content.decode()
    assert "No session has ended" in page
    shown = page.partition("<template")[0]
    for verb in ("pause", "stop", "emergency"):
        assert f'action="/treat/session/{running.id}/{verb}/"' in shown
    assert state(running).dose.is_open


@pytest.mark.parametrize(("verb", "status"), [("pause", "paused"), ("stop", "stopped")])
def test_a_tap_on_it_is_taken_and_it_stays_locked(
    tablet: Any, running: Any, state: Any, verb: str, status: str
) -> None:
    answer = tablet.post(f"/treat/session/{running.id}/{verb}/")
    assert answer.status_code == 302 and state(running).dose.status.value == status
    after = tablet.get(answer["Location"])
    assert after.status_code == 200 and b"No session has ended" in after.content


def test_an_emergency_starts_from_it_and_its_card_is_open(tablet: Any, running: Any, state: Any) -> None:
    answer = tablet.post(f"/treat/session/{running.id}/emergency/", {"kind": "airway"})
    assert state(running).care.emergency is not None
    card = tablet.get(answer["Location"]).content.decode()
    assert "No session has ended" not in card and "Open the airway" in card
    assert "An emergency runs" in tablet.get("/people/").content.decode()


def test_nothing_else_is_written_from_behind_it(tablet: Any, running: Any, state: Any) -> None:
    before = state(running).last_seq
    answer = tablet.post(f"/treat/session/{running.id}/vital/", {"systolic": "120", "diastolic": "80"})
    assert answer.status_code == 423 and state(running).last_seq == before


def test_the_card_is_open_behind_it_only_while_an_emergency_runs(
    tablet: Any, running: Any, patient: Any
) -> None:
    before = tablet.get(f"/treat/session/{running.id}/emergency/").content.decode()
    assert "No session has ended" in before and patient.family_name not in before
    tablet.post(f"/treat/session/{running.id}/emergency/", {"kind": "airway"})
    card = tablet.get(f"/treat/session/{running.id}/emergency/").content.decode()
    assert "Open the airway" in card and 'name="end"' not in card and "unlock first" in card


@pytest.mark.parametrize("verb", ["pause", "stop"])
def test_a_look_at_a_tap_shows_nobody(tablet: Any, running: Any, patient: Any, verb: str) -> None:
    page = tablet.get(f"/treat/session/{running.id}/{verb}/").content.decode()
    assert "No session has ended" in page and patient.family_name not in page


def test_nobody_ends_an_emergency_under_the_locked_persons_name(
    tablet: Any, running: Any, state: Any
) -> None:
    import uuid

    tablet.post(f"/treat/session/{running.id}/emergency/", {"kind": "airway"})
    emergency = state(running).care.emergency.event
    told = {"key": str(uuid.uuid4()), "emergency": str(emergency), "what": "over", "role": "", "step": ""}
    url = f"/treat/session/{running.id}/emergency-log/"
    assert tablet.post(url, told | {"end": "yes"}).status_code == 423
    assert state(running).care.emergency is not None
    assert tablet.post(url, told).status_code == 302  # what is done is written down


def test_taps_in_an_emergency_keep_the_page_open(log_in: Any, nurse: Any, running: Any, clock: Any) -> None:
    clock(20)
    client = log_in(nurse)
    kept = client.session
    kept["acted_at"] = time.time() - 14 * 60
    kept.save()
    client.post(f"/treat/session/{running.id}/emergency/", {"kind": "airway"})
    assert time.time() - client.session["acted_at"] < 60


def test_the_lock_says_what_is_pressing_and_asks_for_it_anew(
    tablet: Any, running: Any, vitals: Any, state: Any
) -> None:
    vitals(running, 19, systolic=190, diastolic=100)
    kept = tablet.session["acted_at"]
    parts = [tablet.get("/people/").content.decode(), tablet.get("/people/danger/").content.decode()]
    for part in parts:
        assert 'id="danger"' in part and "Room 1, R-1001" in part and "Act now" in part
        assert f'action="/treat/session/{running.id}/stop/"' in part and "Quillfeather" not in part
    assert tablet.session["acted_at"] == kept


def test_a_session_that_cannot_be_read_keeps_its_taps_on_the_lock(
    tablet: Any, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ataraxy.clinic.treat import read

    def stumble(session_id: Any) -> Any:
        raise ValueError("Canary Quillfeather")

    monkeypatch.setattr(read, "session_events", stumble)
    part = tablet.get("/people/danger/").content.decode()
    for verb in ("pause", "stop", "emergency"):
        assert f'action="/treat/session/{running.id}/{verb}/"' in part


def test_the_page_hears_which_act_was_charted_and_hears_nothing_of_a_refused_one(
    log_in: Any, nurse: Any, running: Any
) -> None:
    """Hazard: the open page forgets words that are in no record."""
    client = log_in(nurse)
    key = "0b9f3f8e-2f0e-4f33-8a55-0d2b4d1c7a10"
    refused = client.post(f"/treat/session/{running.id}/note/", {"key": key, "text": ""})
    assert refused.status_code == 422 and "ataraxy-charted" not in refused.cookies
    answer = client.post(f"/treat/session/{running.id}/note/", {"key": key, "text": "Calm."})
    assert answer.status_code == 302 and answer.cookies["ataraxy-charted"].value == key
