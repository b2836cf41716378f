from __future__ import annotations

from typing import Any

import pytest


def test_a_discharge_lists_exactly_what_is_missing(
    running: Any, nurse: Any, clock: Any, at: Any, vitals: Any, ask: Any, tell: Any, seen: Any, state: Any
) -> None:
    from ataraxy.clinic.treat import actions

    actions.finish(at(50), running.id)
    vitals(running, 176)
    clock(180)
    page = ask(nurse, "end", running).content.decode()
    assert "Not ready to go home: 5 missing" in page
    assert "not confirmed since the dose" in page.lower()
    assert "the escort is not here yet" in page.lower()
    answer = tell(nurse, "end", running, how="discharged", seen=seen(running))
    assert answer.status_code == 422
    assert state(running).ending is None


def test_home_when_every_criterion_holds(
    observed: Any, nurse: Any, clock: Any, ask: Any, tell: Any, seen: Any, state: Any
) -> None:
    clock(180)
    assert "Every criterion holds" in ask(nurse, "end", observed).content.decode()
    assert tell(nurse, "end", observed, how="discharged", seen=seen(observed)).status_code == 302
    ending = state(observed).ending
    assert (ending.how, ending.escort, ending.by) == ("discharged", "Robin Quillfeather", nurse.id)


def test_against_advice_at_any_time_but_with_a_reason(
    running: Any, nurse: Any, clock: Any, tell: Any, seen: Any, state: Any
) -> None:
    clock(30)
    tell(nurse, "stop", running)
    assert tell(nurse, "end", running, how="left-against-advice", seen=seen(running)).status_code == 422
    answer = tell(nurse, "end", running, how="left-against-advice", note="went home", seen=seen(running))
    assert answer.status_code == 302
    assert state(running).ending.how == "left-against-advice"


def test_nobody_leaves_while_the_drug_runs(
    running: Any, nurse: Any, clock: Any, tell: Any, seen: Any, state: Any
) -> None:
    clock(30)
    answer = tell(nurse, "end", running, how="left-against-advice", note="went", seen=seen(running))
    assert answer.status_code == 422
    assert state(running).ending is None


@pytest.mark.parametrize("how", ["transferred", "died"])
def test_whoever_is_carried_off_gets_no_more_of_the_drug(
    how: str, running: Any, nurse: Any, clock: Any, tell: Any, seen: Any, state: Any
) -> None:
    clock(30)
    answer = tell(nurse, "end", running, how=how, note="ambulance", seen=seen(running))
    assert answer.status_code == 302
    assert state(running).dose.status == "stopped"
    assert state(running).ending.how == how
    assert state(running).irregular == ()


def test_a_session_whose_dose_was_stopped_ends_as_such_only_when_every_criterion_holds(
    running: Any, nurse: Any, clock: Any, tell: Any, seen: Any, state: Any
) -> None:
    clock(30)
    tell(nurse, "stop", running)
    answer = tell(nurse, "end", running, how="stopped", note="too much", seen=seen(running))
    assert answer.status_code == 422
    assert state(running).ending is None


def test_a_session_with_a_dose_is_not_cancelled(
    observed: Any, nurse: Any, clock: Any, tell: Any, seen: Any
) -> None:
    clock(180)
    assert tell(nurse, "end", observed, how="cancelled", note="x", seen=seen(observed)).status_code == 422


def test_cancelled_before_any_dose(ready: Any, nurse: Any, clock: Any, tell: Any, seen: Any) -> None:
    from ataraxy.clinic.plan.models import Session

    clock(15)
    assert tell(nurse, "end", ready, how="cancelled", note="no vein", seen=seen(ready)).status_code == 302
    assert Session.objects.get(id=ready.id).ended == "cancelled"


def test_a_stale_end_is_refused(observed: Any, nurse: Any, clock: Any, at: Any, tell: Any, seen: Any) -> None:
    from ataraxy.clinic.treat import actions

    old = seen(observed)
    actions.note(at(180), observed.id, "she is dizzy again")
    clock(181)
    assert tell(nurse, "end", observed, how="discharged", seen=old).status_code == 409


@pytest.mark.parametrize("how", ["", "vanished"])
def test_an_ending_nobody_knows_is_refused(
    how: str, observed: Any, nurse: Any, clock: Any, tell: Any
) -> None:
    clock(180)
    assert tell(nurse, "end", observed, how=how).status_code == 422
