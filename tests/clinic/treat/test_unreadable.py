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
