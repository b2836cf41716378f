"""A tap made without a network reaches us later, and is dated when it was made."""

from __future__ import annotations

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
