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
    for verb in ("pause", "stop", "emergency"):
        assert f'action="/treat/session/{running.id}/{verb}/"' in page
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
    assert "An emergency runs" in tablet.get("/treat/").content.decode()


def test_nothing_else_is_written_from_behind_it(tablet: Any, running: Any, state: Any) -> None:
    before = state(running).last_seq
    answer = tablet.post(f"/treat/session/{running.id}/vital/", {"systolic": "120", "diastolic": "80"})
    assert answer.status_code == 423 and state(running).last_seq == before
