"""override, correct."""

from __future__ import annotations

from typing import Any

import pytest

from ataraxy.core.protocol.types import Measure


@pytest.fixture
def password() -> str:
    return "quiet-river-of-mornings-7"


@pytest.fixture
def held(ready: Any, vitals: Any) -> Any:
    """A session held by a line a prescriber may sign past: pressure before the dose."""
    vitals(ready, 9, systolic=146, diastolic=88)
    return ready


def test_a_prescriber_signs_past_a_line(
    held: Any,
    infusion: Any,
    prescriber: Any,
    clock: Any,
    at: Any,
    tell: Any,
    seen: Any,
    state: Any,
    password: str,
) -> None:
    from ataraxy.core.session.decide import decide

    clock(10)
    line = next(m.line for m in decide(infusion, state(held), at(10).now).to_start if m.overridable)
    fields = {"line": line, "reason": "known white-coat pressure", "seen": seen(held)}
    wrong = tell(prescriber, "override", held, password="wrong", **fields)
    assert wrong.status_code == 422
    assert state(held).signatures == ()
    assert tell(prescriber, "override", held, password=password, **fields).status_code == 302
    (signed,) = state(held).signatures
    assert (signed.line, signed.by) == (line, prescriber.id)


def test_a_line_nobody_may_sign_past_is_refused(
    held: Any, infusion: Any, prescriber: Any, clock: Any, tell: Any, seen: Any, state: Any, password: str
) -> None:
    clock(10)
    line = next(c.id for c in infusion.arrival if c.override == "never")
    answer = tell(
        prescriber, "override", held, password=password, line=line, reason="because", seen=seen(held)
    )
    assert answer.status_code == 422
    assert state(held).signatures == ()


def test_a_nurse_does_not_sign(held: Any, nurse: Any, clock: Any, tell: Any, password: str) -> None:
    clock(10)
    answer = tell(nurse, "override", held, password=password, line="x", reason="because")
    assert answer.status_code == 403


def test_a_value_is_put_right_and_the_wrong_one_stays_visible(
    ready: Any, nurse: Any, clock: Any, tell: Any, ask: Any, seen: Any, state: Any
) -> None:
    clock(12)
    wrong = state(ready).latest(Measure.SYSTOLIC)
    answer = tell(
        nurse,
        "correct",
        ready,
        event=str(wrong.event),
        what="correct",
        reason="a slip",
        systolic="132",
        diastolic="78",
        seen=seen(ready),
    )
    assert answer.status_code == 302
    assert state(ready).latest(Measure.SYSTOLIC).value == 132
    assert state(ready).latest(Measure.SYSTOLIC).at == wrong.at
    assert "corrected by a later entry" in ask(nurse, "session", ready).content.decode()


def test_the_start_of_a_dose_is_not_moved_before_its_checks(running: Any, at: Any, state: Any) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.core.errors import InputRefused

    started = state(running).dose.steps[0]
    with pytest.raises(InputRefused, match="could not have been started"):
        actions.correct(at(20), running.id, started.event, "it was earlier", at=at(1).now)
    assert state(running).dose.started_at == started.at
    actions.correct(at(20), running.id, started.event, "a minute later", at=at(11).now)
    assert state(running).dose.started_at == at(11).now


def test_an_entry_is_taken_back(ready: Any, nurse: Any, clock: Any, tell: Any, seen: Any, state: Any) -> None:
    clock(12)
    event = state(ready).latest(Measure.WEIGHT).event
    fields = {"event": str(event), "what": "retract", "reason": "wrong patient", "seen": seen(ready)}
    assert tell(nurse, "correct", ready, **fields).status_code == 302
    assert state(ready).latest(Measure.WEIGHT) is None


@pytest.mark.parametrize(
    "typed",
    [
        {"what": "retract", "reason": ""},
        {"what": "correct", "reason": "nothing is different"},
        {"what": "burn", "reason": "x"},
        {"what": "retract", "reason": "x", "event": "00000000-0000-0000-0000-000000000009"},
        {"what": "retract", "reason": "x", "event": "nonsense"},
    ],
)
def test_a_correction_that_says_nothing_is_refused(
    typed: dict[str, str], ready: Any, nurse: Any, clock: Any, tell: Any, state: Any
) -> None:
    clock(12)
    before = state(ready).last_seq
    fields = {"event": str(state(ready).escort.event)} | typed
    assert tell(nurse, "correct", ready, **fields).status_code == 422
    assert state(ready).last_seq == before


def test_a_stale_correction_is_refused(
    ready: Any, nurse: Any, clock: Any, at: Any, tell: Any, seen: Any, state: Any
) -> None:
    from ataraxy.clinic.treat import actions

    old = seen(ready)
    actions.note(at(11), ready.id, "somebody else")
    clock(12)
    fields = {"event": str(state(ready).escort.event), "what": "retract", "reason": "wrong name"}
    assert tell(nurse, "correct", ready, seen=old, **fields).status_code == 409
