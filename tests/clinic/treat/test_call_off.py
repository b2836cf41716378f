"""Each way a session may fail before its dose: it ends with its reason, and never after a dose began."""

from __future__ import annotations

from typing import Any

import pytest

WAYS = ("no-show", "late", "intoxicated", "no-vein", "held", "unwilling", "no-escort", "other")


@pytest.mark.parametrize("why", WAYS)
def test_each_way_ends_the_session_with_its_reason(
    why: str, session: Any, nurse: Any, clock: Any, tell: Any, state: Any
) -> None:
    from ataraxy.clinic.treat.actions.call_off import DRAWN, WORDS
    from ataraxy.core.session.events import CalledOff as Why

    clock(20)
    answer = tell(nurse, "call-off", session, why=why, drawn="no", note="Seen at the door.")
    assert answer.status_code == 302
    ending = state(session).ending
    assert ending.how.value == "cancelled"
    assert ending.note.startswith(WORDS[Why(why)])
    assert DRAWN not in ending.note


def test_a_drawn_syringe_is_said_and_reminded_of(
    ready: Any, nurse: Any, clock: Any, tell: Any, state: Any
) -> None:
    from ataraxy.clinic.treat.actions.call_off import DRAWN

    clock(12)
    answer = tell(nurse, "call-off", ready, why="no-vein", drawn="yes", note="")
    assert DRAWN in state(ready).ending.note
    assert answer.status_code == 302


@pytest.mark.parametrize("why", ["intoxicated", "held", "other"])
def test_what_needs_words_is_refused_without_them(
    why: str, session: Any, nurse: Any, clock: Any, tell: Any, state: Any
) -> None:
    clock(20)
    answer = tell(nurse, "call-off", session, why=why, drawn="no", note=" ")
    assert answer.status_code == 422
    assert state(session).ending is None


def test_nobody_is_called_off_after_the_dose_began(
    running: Any, nurse: Any, clock: Any, tell: Any, ask: Any, state: Any
) -> None:
    clock(15)
    assert "stop the dose" in ask(nurse, "call-off", running).content.decode()
    answer = tell(nurse, "call-off", running, why="unwilling", drawn="no", note="")
    assert answer.status_code == 422
    assert state(running).ending is None


def test_whether_a_syringe_was_drawn_is_always_asked(
    session: Any, nurse: Any, clock: Any, tell: Any, state: Any
) -> None:
    clock(20)
    assert tell(nurse, "call-off", session, why="no-show", note="").status_code == 422
    assert state(session).ending is None


def test_the_number_of_the_session_is_free_again(session: Any, nurse: Any, clock: Any, tell: Any) -> None:
    clock(20)
    tell(nurse, "call-off", session, why="no-show", drawn="no", note="")
    session.refresh_from_db()
    assert session.ended == "cancelled"


def test_every_way_says_what_the_clinic_does_then() -> None:
    from ataraxy.clinic.treat.actions.call_off import THEN, WORDS
    from ataraxy.core.session.events import CalledOff as Why

    assert set(THEN) == set(WORDS) == set(Why) == set(WAYS)


def test_why_is_a_code_beside_the_words(session: Any, at: Any, state: Any) -> None:
    from ataraxy.clinic.treat.actions.call_off import call_off
    from ataraxy.core.session.events import CalledOff

    call_off(at(30), session.id, CalledOff.NO_SHOW, drawn=False)
    ending = state(session).ending
    assert (ending.why, ending.note) == (CalledOff.NO_SHOW, "Did not come.")
