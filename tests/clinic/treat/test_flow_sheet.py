from __future__ import annotations

import re
from typing import Any

import pytest


def test_it_draws_the_pressures_and_the_dose(observed: Any, nurse: Any, clock: Any, ask: Any) -> None:
    clock(180)
    page = ask(nurse, "flow-sheet", observed).content.decode()
    assert "<svg" in page
    assert "139" in page
    assert "36.0 mg over 40 min" in page


def test_what_happened_is_a_numbered_note(observed: Any, nurse: Any, clock: Any, ask: Any) -> None:
    clock(180)
    page = ask(nurse, "flow-sheet", observed).content.decode()
    for words in ("Arrived", "Dose started", "The whole dose is in"):
        assert f"{words}" in page
    assert page.count('class="note-mark"') >= 3


def test_the_predicted_band_is_hidden_until_somebody_asks(
    observed: Any, nurse: Any, clock: Any, ask: Any
) -> None:
    clock(180)
    quiet = ask(nurse, "flow-sheet", observed).content.decode()
    assert 'class="predicted"' not in quiet
    assert "Show the predicted band" in quiet
    asked = ask(nurse, "flow-sheet", observed, "?predicted=yes").content.decode()
    assert 'class="predicted"' in asked
    assert "predicted, not measured" in asked
    told = " ".join("".join(re.findall(r">([^<>]*)<", asked)).split())
    assert "arterial blood" in told
    assert "known to be too high from about an hour" in told and "known to be too high" not in quiet
    assert "exploratory" in asked


@pytest.mark.parametrize("stage", ["session", "ready", "running"])
def test_it_is_drawn_at_every_stage(stage: str, request: Any, nurse: Any, clock: Any, ask: Any) -> None:
    clock(12)
    assert "<svg" in ask(nurse, "flow-sheet", request.getfixturevalue(stage)).content.decode()


def test_values_of_a_taken_back_entry_are_not_drawn(ready: Any, at: Any, infusion: Any) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.queries.flow import flow_sheet
    from ataraxy.clinic.treat.record import state_of
    from ataraxy.core.protocol.types import Measure

    event = state_of(ready.id).latest(Measure.SYSTOLIC).event
    actions.retract(at(12), ready.id, event, "artefact")
    sheet = flow_sheet(infusion, state_of(ready.id), at(13).now, at(13).zone, {})
    assert sheet.pressures == ()


def test_limits_on_a_change_stand_where_they_lie_for_this_patient(
    running: Any, infusion: Any, at: Any
) -> None:
    from ataraxy.clinic.treat.queries.flow import flow_sheet
    from ataraxy.clinic.treat.record import state_of

    state = state_of(running.id)
    sheet = flow_sheet(infusion, state, at(12).now, at(12).zone, {})
    drawn = {(x.trace.value, int(x.value), x.level.value, x.change and int(x.change)) for x in sheet.limits}
    changes = {
        (x.measure.value, (122 if x.measure.value == "systolic" else 78) + int(x.value), "low", int(x.value))
        for caution in infusion.cautions
        for x in caution.changes
        if x.measure.value in ("systolic", "diastolic")
    }
    assert changes and changes <= drawn
    assert any(level == "low" and change is None for _, _, level, change in drawn)


def test_a_phone_gets_the_newest_part_in_the_session_and_on_the_sheets_own_page(
    observed: Any, nurse: Any, clock: Any, ask: Any
) -> None:
    clock(180)
    for verb in ("session", "flow-sheet"):
        page = ask(nurse, verb, observed).content.decode()
        phone = page[page.index('class="figure-scroll only-narrow"') :]
        assert "Earlier: in the table below." in phone[: phone.index("</svg>")]
        assert page.count('class="figure-scroll only-wide"') == 1
