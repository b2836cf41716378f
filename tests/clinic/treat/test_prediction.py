"""The estimate of a session: the dose as it ran, weighed by what was measured; asked for, secondary, steering nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest


def shown(ask: Any, staff: Any, session: Any) -> str:
    answer = ask(staff, "prediction", session)
    assert answer.status_code == 200
    return str(answer.content.decode())


def given_of(state: Any, session: Any, at: Any, minute: float, **options: Any) -> Any:
    from ataraxy.clinic.treat.queries.prediction import as_run

    return as_run(state(session).dose, at(minute).now, **options)


# --- the dose as it ran --------------------------------------------------------------------------------------


def test_the_mg_that_ran_are_those_of_the_record(running: Any, at: Any, state: Any, vitals: Any) -> None:
    from ataraxy.clinic.treat import actions

    actions.pause(at(20), running.id)
    vitals(running, 25)
    actions.resume(at(26), running.id)
    actions.stop(at(40), running.id, "enough")
    for minute in (10, 15, 23, 30, 40, 100):
        ran = sum(d.mg for d in given_of(state, running, at, minute, dose_may_go_on=False))
        assert ran == pytest.approx(float(state(running).dose.mg_at(at(minute).now)), abs=0.02)


def test_while_it_runs_the_rest_is_taken_as_planned_and_a_pause_as_lasting(
    running: Any, at: Any, state: Any
) -> None:
    from ataraxy.clinic.treat import actions

    whole = given_of(state, running, at, 20)
    assert sum(d.mg for d in whole) == pytest.approx(36.0, abs=0.01)
    assert whole[-1].start_min + whole[-1].duration_min == pytest.approx(40, abs=0.1)
    actions.pause(at(20), running.id)
    paused = given_of(state, running, at, 30)
    assert sum(d.mg for d in paused) == pytest.approx(9.0, abs=0.02)
    assert given_of(state, running, at, 90) == paused


def test_a_pump_nobody_finished_gives_no_more_than_was_planned(running: Any, at: Any, state: Any) -> None:
    assert sum(d.mg for d in given_of(state, running, at, 200)) == pytest.approx(36.0, abs=0.01)


# --- weighed by what was measured ------------------------------------------------------------------------------


def question(readings: tuple[Any, ...] = ()) -> Any:
    from ataraxy.clinic.treat.queries.prediction import Given
    from ataraxy.core.pharmacology.model import PkRoute
    from ataraxy.core.pharmacology.regimen import Dose

    doses = (Dose(PkRoute.INTRAVENOUS, 0.0, mg=36.0, duration_min=40.0),)
    return Given("kamp-2020-spread", doses, readings, 72.0, 40.0, 150.0)


def band(found: Any, name: str, minute: float) -> tuple[float, float, float]:
    times, shown = np.array(found.forecast.at_min), found.forecast.bands[name]
    low, middle, high = (float(np.interp(minute, times, v)) for v in (shown.lower, shown.middle, shown.upper))
    return low, middle, high


def test_measured_pressures_narrow_the_band_and_move_it_towards_them() -> None:
    from ataraxy.clinic.treat.queries.prediction import estimated

    readings = tuple(
        (f"r{minute}", "systolic", float(minute), value)
        for minute, value in ((-10, 146.0), (5, 150.0), (15, 158.0), (30, 164.0))
    )
    before, after = estimated(question()), estimated(question(readings))
    assert after.readings == 4 and not after.unweighted
    low, middle, high = band(after, "systolic", 38)
    wide = band(before, "systolic", 38)
    assert high - low < 0.6 * (wide[2] - wide[0])
    assert middle > wide[1] + 10
    assert middle == pytest.approx(165, abs=8)


def test_no_reading_leaves_every_person_of_this_weight_and_age() -> None:
    from ataraxy.clinic.treat.queries.prediction import estimated

    found = estimated(question())
    assert found.readings == 0 and not found.unweighted
    assert band(found, "ketamine", 40)[1] == pytest.approx(253, rel=0.05)


# --- the page ---------------------------------------------------------------------------------------------------


def test_it_is_secondary_names_its_models_and_draws_limits_and_what_was_measured(
    running: Any, nurse: Any, vitals: Any, clock: Any, ask: Any
) -> None:
    vitals(running, 25, systolic=136, diastolic=86, dissociation=12)
    clock(30)
    page = shown(ask, nurse, running)
    for words in (
        "Estimate, secondary; never a reason to change a rate.",
        "Kamp 2020 with a placeholder spread",
        "Otto 2021 for both halves",
        "Exploratory",
        "≥ 180: stop",
        "until the planned dose is in",
        "<h3>Known to be wrong</h3>",
        "Dissociation: Too high for too long",
    ):
        assert words in page
    assert page.count('class="seen"') > 4
    assert "style=" not in page


def test_before_the_dose_it_says_there_is_nothing_to_estimate(
    ready: Any, nurse: Any, clock: Any, ask: Any
) -> None:
    clock(9)
    assert "No dose has started." in shown(ask, nurse, ready)


def test_the_session_page_draws_no_prediction_and_links_to_it(
    running: Any, nurse: Any, clock: Any, ask: Any
) -> None:
    clock(30)
    page = ask(nurse, "session", running).content.decode()
    assert f'href="/treat/session/{running.id}/prediction/"' in page
    assert "Predicted, not measured" not in page and "Kamp" not in page


def test_an_ended_session_is_looked_back_on(observed: Any, nurse: Any, at: Any, clock: Any, ask: Any) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    clock(180)
    assert "The dose is over." in shown(ask, nurse, observed)
    actions.end(at(181), observed.id, EndReason.DISCHARGED)
    clock(600)
    assert "The session has ended." in shown(ask, nurse, observed)


def test_the_desk_is_refused_outsiders_find_nothing_and_the_read_is_on_record(
    running: Any, nurse: Any, coordinator: Any, outsider: Any, clock: Any, ask: Any
) -> None:
    from ataraxy.clinic.audit.models import ChartRead

    clock(30)
    assert ask(coordinator, "prediction", running).status_code == 403
    assert ask(outsider, "prediction", running).status_code == 404
    shown(ask, nurse, running)
    read = ChartRead.objects.latest("id")
    assert (read.view, read.staff_id) == ("treat:prediction", nurse.id)
