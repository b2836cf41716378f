"""What is to be measured next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.protocol.types import Measure, Monitoring, Phase, Route, Status
from ataraxy.core.session import care as c
from ataraxy.core.session import events as e
from ataraxy.core.session.decide import decide
from ataraxy.core.session.due import monitoring_due
from ataraxy.core.session.fold import fold_session

PRESSURE = (Measure.SYSTOLIC, Measure.DIASTOLIC)


def due(protocol, story, minute):
    return {d.line: d for d in monitoring_due(protocol, fold_session(story.events), story.at(minute))}


def test_nothing_is_due_before_the_patient_is_here(protocol, story):
    assert due(protocol, story, 0) == {}


def test_the_cuff_is_due_one_interval_after_the_last(protocol, story):
    story.dosing().measure(20, systolic=130, diastolic=80)
    cuff = due(protocol, story, 21)["cuff-dosing"]
    assert cuff.due_at == story.at(30)
    assert set(cuff.measures) == set(PRESSURE)
    assert not cuff.prompt and not cuff.urgent


def test_the_prompt_comes_at_seven_tenths_of_the_interval(protocol, story):
    story.dosing().measure(20, systolic=130, diastolic=80)
    assert not due(protocol, story, 26.9)["cuff-dosing"].prompt
    assert due(protocol, story, 27)["cuff-dosing"].prompt
    assert not due(protocol, story, 29.9)["cuff-dosing"].urgent
    late = due(protocol, story, 33)["cuff-dosing"]
    assert (late.urgent, late.overdue) == (True, timedelta(minutes=3))


def test_a_value_from_before_the_dose_counts_but_is_never_late_at_the_start(protocol, story):
    story.ready()
    story.events.pop()  # the ratings
    story.say(22, started())
    assert due(protocol, story, 22)["cuff-dosing"].due_at == story.at(22)


def started():
    return e.DoseStarted(Decimal(35), Decimal("0.5"), Decimal(70), Route.IV_INFUSION, 40)


def test_after_the_dose_the_longer_interval_runs_from_the_last_value(protocol, story):
    story.observing()
    assert due(protocol, story, 51)["cuff-after"].due_at == story.at(49.5 + 15)


def test_what_is_rated_only_after_the_dose_is_first_due_at_its_end(protocol, story):
    story.observing()
    recovery = due(protocol, story, 51)["recovery-after"]
    assert recovery.due_at == story.at(50)
    assert set(recovery.measures) == {Measure.SEDATION, Measure.DISSOCIATION}


def test_only_the_measures_that_lack_are_asked_for(protocol, story):
    story.observing().measure(50, sedation=4)
    assert due(protocol, story, 51)["recovery-after"].measures == (Measure.DISSOCIATION,)


def test_oxygen_lost_from_the_monitor_is_due_at_once(protocol, story):
    story.ready()
    story.say(9, e.MonitorBound("m1"))
    story.say(10, started())
    story.measure(15, spo2=97, device="m1")
    assert due(protocol, story, 16.4)["spo2-dosing"].urgent is False
    lost = due(protocol, story, 16.5)["spo2-dosing"]
    assert lost.urgent and lost.by_monitor


def heard_until(story, minute, **more):
    """The monitor has sent SpO2 since minute 10; its last value came at ``minute``."""
    story.ready()
    story.say(9, e.MonitorBound("bed-1"))
    story.say(10, started())
    for at in range(10, int(minute) + 1):
        story.measure(at, device="bed-1", spo2=98)
    return {Measure.SPO2: story.at(minute)}


@given(st.floats(15, 30), st.floats(0, 200))
def test_who_hears_the_monitor_knows_a_lost_oxygen_as_soon_as_it_is_no_longer_fresh(
    protocol, new_story, minute, after_s
):
    story = new_story()
    heard = heard_until(story, minute)
    now = story.at(minute) + timedelta(seconds=after_s)
    found = {d.line: d for d in monitoring_due(protocol, fold_session(story.events), now, heard)}
    lost = found["spo2-dosing"]
    assert lost.urgent is (after_s >= 15) and lost.by_monitor


def test_a_value_that_still_comes_is_not_lost_because_the_record_lags(protocol, story):
    heard_until(story, 15)
    now = story.at(17.9)  # nearly three minutes without an entry, and a value a second ago
    state = fold_session(story.events)
    assert next(d for d in monitoring_due(protocol, state, now) if d.line == "spo2-dosing").urgent
    heard = {Measure.SPO2: now - timedelta(seconds=1)}
    assert not next(d for d in monitoring_due(protocol, state, now, heard) if d.line == "spo2-dosing").urgent


@pytest.mark.parametrize("minute", [18, 25, 40])
def test_a_value_that_comes_and_is_never_charted_is_due_after_twice_the_time(protocol, story, minute):
    heard_until(story, 15)
    heard = {Measure.SPO2: story.at(minute) - timedelta(seconds=1)}
    found = monitoring_due(protocol, fold_session(story.events), story.at(minute), heard)
    lost = next(d for d in found if d.line == "spo2-dosing")
    assert lost.urgent and lost.due_at == story.at(18)


@given(st.floats(15.1, 40), st.floats(0, 1800))
def test_hearing_the_monitor_never_puts_a_lost_value_off_by_more_than_as_long_again(
    protocol, new_story, minute, ago_s
):
    """Recorded values alone call it lost 90 s after the last; whoever hears it, at the latest 180 s after."""
    story = new_story()
    heard_until(story, 15)
    state, now = fold_session(story.events), story.at(minute)
    heard = {Measure.SPO2: now - timedelta(seconds=ago_s)}
    lost = next(d for d in monitoring_due(protocol, state, now, heard) if d.line == "spo2-dosing")
    assert lost.due_at <= story.at(15) + timedelta(seconds=180)


def test_a_value_typed_beside_a_dead_probe_stands_for_ninety_seconds_heard_or_not(protocol, story):
    heard = heard_until(story, 14)
    story.measure(15, spo2=97)
    state = fold_session(story.events)
    for minute, urgent in ((15.3, False), (16.4, False), (16.5, True)):
        for told in (heard, None):
            found = monitoring_due(protocol, state, story.at(minute), told)
            assert next(d for d in found if d.line == "spo2-dosing").urgent is urgent


def test_what_is_heard_decides_nothing_but_what_is_due(protocol, story):
    heard_until(story, 15)
    state, now = fold_session(story.events), story.at(15.9)
    with_it = decide(protocol, state, now, {Measure.SPO2: story.at(15)})
    without = decide(protocol, state, now)
    assert (with_it.stance, with_it.escalate, with_it.to_discharge) == (
        without.stance,
        without.escalate,
        without.to_discharge,
    )
    assert with_it.next_action.text == "No value from the monitor: check spo2."


def test_one_value_typed_by_hand_does_not_turn_lost_off(protocol, story):
    """Hazard: the probe is off, one value is read from its screen and typed, and five minutes pass unwatched."""
    story.ready()
    story.say(9, e.MonitorBound("m1"))
    story.say(10, started())
    story.measure(15, spo2=97, device="m1")
    story.measure(17, spo2=96)
    lost = due(protocol, story, 18.5)["spo2-dosing"]
    assert lost.urgent and lost.by_monitor
    story.say(19, e.MonitorUnbound("m1"))
    assert due(protocol, story, 19)["spo2-dosing"].due_at == story.at(22)


def test_what_a_monitor_sent_before_it_was_bound_anew_is_not_this_ones_to_lose(protocol, story):
    story.ready()
    story.say(9, e.MonitorBound("m1"))
    story.say(10, started())
    story.measure(15, spo2=97, device="m1")
    story.say(15.5, e.MonitorUnbound("m1"))
    story.say(16, e.MonitorBound("m2"))
    assert not due(protocol, story, 18)["spo2-dosing"].by_monitor


def test_oxygen_typed_by_hand_is_due_by_the_plan(protocol, story):
    story.dosing().measure(15, spo2=97)
    assert due(protocol, story, 17)["spo2-dosing"].due_at == story.at(20)


# --- minutes after an injection ------------------------------------------------------------------


@pytest.fixture
def injection(protocol):
    line = Monitoring(
        "cuff-sc",
        "cuff",
        "test",
        Status.TRIAL,
        Phase.OBSERVATION,
        PRESSURE,
        at_min=(0, 15, 30, 45, 60, 90, 120),
    )
    return replace(protocol, monitoring=(line,))


@pytest.fixture
def injected(story):
    story.ready()
    story.say(10, replace(started(), duration_min=None, route=Route.SUBCUTANEOUS))
    return story


def test_the_value_that_allowed_the_injection_answers_its_first_minute(injection, injected):
    assert due(injection, injected, 10)["cuff-sc"].due_at == injected.at(25)


def test_a_measurement_answers_the_minute_it_was_prompted_for(injection, injected):
    injected.measure(10 + 11, systolic=130, diastolic=80)  # prompted from 10.5
    assert due(injection, injected, 21)["cuff-sc"].due_at == injected.at(10 + 30)


def test_a_measurement_too_early_answers_nothing(injection, injected):
    injected.measure(10 + 8, systolic=130, diastolic=80)
    assert due(injection, injected, 20)["cuff-sc"].due_at == injected.at(10 + 15)


def test_missed_minutes_are_not_asked_for_afterwards(injection, injected):
    injected.measure(10 + 46, systolic=130, diastolic=80)
    assert due(injection, injected, 57)["cuff-sc"].due_at == injected.at(10 + 60)


def test_after_the_last_minute_nothing_is_due(injection, injected):
    injected.measure(10 + 120, systolic=130, diastolic=80)
    assert due(injection, injected, 140) == {}


def test_minutes_given_to_the_time_of_dosing_count_after_an_injection_too(injection, injected):
    line = replace(injection.monitoring[0], phase=Phase.DOSING)
    assert due(replace(injection, monitoring=(line,)), injected, 10)["cuff-sc"].due_at == injected.at(25)


def test_a_supplement_starts_the_minutes_anew(injection, injected):
    injected.measure(10 + 120, systolic=130, diastolic=80)
    injected.say(140, c.BolusGiven(Decimal(5), c.Way.SUBCUTANEOUS, UUID(int=99)))
    assert due(injection, injected, 141)["cuff-sc"].due_at == injected.at(140 + 15)
