"""A session that does not fold: a page that says so and what to do by hand, never a bare failure."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def unreadable(running: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A running session whose record the fold stumbles over."""
    from ataraxy.clinic.treat.queries import room

    read = room.state_of

    def stumble(session_id: Any) -> Any:
        if session_id == running.id:
            raise ValueError("Canary Quillfeather")
        return read(session_id)

    monkeypatch.setattr(room, "state_of", stumble)
    return running


@pytest.mark.parametrize("verb", ["session", "vital", "start", "flow-sheet", "end", "emergency"])
def test_its_pages_say_so_and_what_to_do_now(
    unreadable: Any, ask: Any, nurse: Any, clock: Any, verb: str
) -> None:
    clock(20)
    answer = ask(nurse, verb, unreadable)
    page = answer.content.decode()
    assert answer.status_code == 503
    for words in ("cannot be read", "stop the pump by hand", "call the ambulance", "Open the airway"):
        assert words in page


@pytest.mark.parametrize("verb", ["pause", "stop", "emergency"])
def test_a_tap_that_was_not_written_says_so_and_its_bar_stays(
    unreadable: Any, tell: Any, nurse: Any, clock: Any, verb: str
) -> None:
    clock(20)
    answer = tell(nurse, verb, unreadable)
    assert answer.status_code == 503  # a page that keeps taps goes on keeping this one
    assert b"What you sent was not written" in answer.content


def test_the_log_names_no_patient(
    unreadable: Any, ask: Any, nurse: Any, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    clock(20)
    ask(nurse, "session", unreadable)
    assert str(unreadable.id) in caplog.text and "Quillfeather" not in caplog.text


@pytest.fixture
def broken(running: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The same for whoever reads it: its events do not come out of the record at all."""
    from ataraxy.clinic.treat import read

    events = read.session_events

    def stumble(session_id: Any) -> Any:
        if session_id == running.id:
            raise ValueError("Canary Quillfeather")
        return events(session_id)

    monkeypatch.setattr(read, "session_events", stumble)
    return running


def test_the_pack_its_page_sends_to_is_printed_all_the_same(broken: Any, at: Any) -> None:
    from ataraxy.clinic.papers.downtime_pack import downtime_pack, pack_values

    own, blank = pack_values(at(20))["sheets"]
    assert dict(own["patient"])["Name"] == "Canary Quillfeather"
    assert dict(own["dose"])["Planned"] == "its record cannot be read: ask the prescriber"
    assert own["limits"] == blank["limits"] and dict(blank["dose"])["Planned"] == ""
    assert downtime_pack(at(20)).startswith(b"%PDF-")


def test_the_closing_page_names_it_and_lets_nobody_off(
    running: Any, request: Any, at: Any, clock: Any, log_in: Any, nurse: Any, prescriber: Any
) -> None:
    from ataraxy.clinic.day.queries.closing import still_open
    from ataraxy.clinic.treat import actions
    from ataraxy.core.protocol.types import EmergencyKind

    actions.start_emergency(at(20), running.id, EmergencyKind.AIRWAY)
    request.getfixturevalue("broken")
    clock(30)
    assert log_in(nurse).get("/day/closing/").status_code == 200
    found = [one for one in still_open(at(30)) if one.name == "Emergency"]
    assert [one.what for one in found] == [
        "Canary Quillfeather: the record of session 1 cannot be read, whether its emergency is reviewed is not known"
    ]
    assert "Quillfeather" not in found[0].noted


def test_the_huddle_shows_everybody_else(
    broken: Any, book: Any, at: Any, log_in: Any, nurse: Any, clock: Any
) -> None:
    from datetime import timedelta

    book(2, broken.during[0] + timedelta(hours=5))
    clock(20)
    page = log_in(nurse).get("/day/").content.decode()
    assert page.count("Canary Quillfeather") >= 2 and "cannot be read" in page
