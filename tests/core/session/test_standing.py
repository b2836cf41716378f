"""When a limit begins to speak, and what ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.protocol.types import (
    Caution,
    Comparison,
    EmergencyKind,
    Limit,
    Measure,
    Phase,
    Rule,
    RuleAction,
    Status,
)
from ataraxy.core.session import care as c
from ataraxy.core.session import events as e
from ataraxy.core.session.decide import decide
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.permit import permit_under
from ataraxy.core.session.verdict import NextKind, Proceed, Stop

SYSTOLIC = Limit(Measure.SYSTOLIC, Comparison.AT_LEAST, Decimal(180), "mmHg", clear=Decimal(170))
SPO2_LOW = Limit(Measure.SPO2, Comparison.BELOW, Decimal(94), "%")
RISE = Limit(Measure.SYSTOLIC, Comparison.AT_LEAST, Decimal(40), "mmHg")


def with_lines(protocol, *, changes=(), caution=None, repeat=None, limit=SYSTOLIC):
    """The protocol with one stop rule on this limit, and perhaps a band before it."""
    rule = Rule(
        "stop-high",
        "stop",
        "test",
        Status.PROPOSED,
        (Phase.DOSING, Phase.OBSERVATION),
        RuleAction.STOP,
        (limit,),
        changes,
        repeat,
    )
    return replace(protocol, rules=(rule,), cautions=(caution,) if caution else ())


def at(story, minute):
    return story.at(minute)


def stance(protocol, story, minute):
    return decide(protocol, fold_session(story.events), story.at(minute)).stance


def test_a_value_past_the_limit_stops_at_its_first_reading(protocol, story):
    story.dosing().measure(20, systolic=182, diastolic=90)
    assert isinstance(stance(with_lines(protocol), story, 20), Stop)


@given(st.lists(st.integers(150, 200), min_size=1, max_size=8), st.integers(150, 200))
def test_hysteresis_never_delays_the_onset(protocol, new_story, before, last):
    story = new_story().dosing()
    for i, value in enumerate((*before, last)):
        story.measure(11 + i, systolic=value, diastolic=80)
    speaks = isinstance(stance(with_lines(protocol), story, 30), Stop)
    if last >= 180:
        assert speaks
    if last <= 170:
        assert not speaks


def test_a_value_just_inside_does_not_end_the_warning_and_one_far_inside_does(protocol, story):
    rules = with_lines(protocol)
    story.dosing().measure(20, systolic=182, diastolic=90)
    story.measure(22, systolic=175, diastolic=88)
    held = stance(rules, story, 22)
    assert isinstance(held, Stop)
    assert "now 175" in held.reasons[0].what
    story.measure(24, systolic=169, diastolic=88)
    assert isinstance(stance(rules, story, 24), Proceed)


def test_an_artefact_stays_and_clears_nothing_and_a_fresh_reading_does(protocol, story):
    rules = with_lines(protocol)
    high = story.dosing().measure(20, systolic=190, diastolic=90)
    story.say(21, c.ArtefactMarked(high.envelope.id, (Measure.SYSTOLIC,), "arm bent"))
    state = fold_session(story.events)
    assert [v.value for v in state.series[Measure.SYSTOLIC]] == [Decimal(124), Decimal(190)]
    held = decide(rules, state, story.at(21)).stance
    assert isinstance(held, Stop) and "a fresh reading clears it" in held.reasons[0].what
    story.measure(22, systolic=140, diastolic=85)
    assert isinstance(stance(rules, story, 22), Proceed)


def test_a_good_value_held_to_be_an_artefact_clears_nothing(protocol, story):
    rules = with_lines(protocol)
    story.dosing().measure(20, systolic=190, diastolic=90)
    good = story.measure(22, systolic=120, diastolic=80)
    assert isinstance(stance(rules, story, 22), Proceed)
    story.say(23, c.ArtefactMarked(good.envelope.id, (Measure.SYSTOLIC,), "cuff slipped"))
    assert isinstance(stance(rules, story, 23), Stop)


@given(st.data())
def test_marking_values_as_artefacts_never_silences_a_rule(histories, protocol, data):
    story = data.draw(histories)
    rules = with_lines(protocol)
    readings = [ev for ev in story.events if isinstance(ev.payload, e.VitalRecorded)]
    before = fold_session(story.events)
    for event in data.draw(st.lists(st.sampled_from(readings), unique_by=id)) if readings else ():
        measures = tuple(r.measure for r in event.payload.readings)
        story.say(300, c.ArtefactMarked(event.envelope.id, measures, "moved"))
    after = fold_session(story.events)
    now = story.at(301)

    def lines(state):
        said = decide(rules, state, now)
        return {r.line for r in (*getattr(said.stance, "reasons", ()), *said.escalate)}

    if before.phase in (Phase.DOSING, Phase.OBSERVATION) and after.dose == before.dose:
        assert lines(before) <= lines(after)


def test_a_rise_from_this_patients_own_baseline_speaks(protocol, story):
    rules = with_lines(protocol, changes=(RISE,))
    story.dosing().measure(20, systolic=164, diastolic=90)  # 124 before the dose
    held = stance(rules, story, 20)
    assert isinstance(held, Stop) and "+40 from 124" in held.reasons[0].what
    story.measure(22, systolic=163, diastolic=90)
    assert isinstance(stance(rules, story, 22), Proceed)


def caution(measure_limit, for_s):
    return Caution("look", "look", "test", Status.PROPOSED, (Phase.DOSING,), (measure_limit,), (), for_s)


def test_only_a_continuous_value_in_the_caution_band_waits_a_moment(protocol, story):
    rules = with_lines(protocol, caution=caution(SPO2_LOW, 10))
    story.dosing().measure(20, device="m1", spo2=93)
    state = fold_session(story.events)
    assert decide(rules, state, story.at(20)).cautions == ()
    assert decide(rules, state, story.at(20) + timedelta(seconds=10)).cautions[0].line == "look"


def test_no_filter_is_longer_than_15_seconds_whatever_the_file_says(protocol, story):
    rules = with_lines(protocol, caution=caution(SPO2_LOW, 600))
    story.dosing().measure(20, device="m1", spo2=93)
    state = fold_session(story.events)
    assert decide(rules, state, story.at(20) + timedelta(seconds=15)).cautions


def test_what_a_person_read_off_is_not_filtered(protocol, story):
    rules = with_lines(protocol, caution=caution(SPO2_LOW, 15))
    story.dosing().measure(20, spo2=93)
    assert decide(rules, fold_session(story.events), story.at(20)).cautions


def test_a_stop_band_value_is_never_filtered(protocol, story):
    limit = Limit(Measure.SPO2, Comparison.BELOW, Decimal(92), "%")
    story.dosing().measure(20, device="m1", spo2=91)
    assert isinstance(stance(with_lines(protocol, limit=limit), story, 20), Stop)


def test_a_first_value_past_the_limit_asks_for_a_second_within_its_minutes(protocol, story):
    rules = with_lines(protocol, repeat=2)
    story.dosing().measure(20, systolic=182, diastolic=90)
    story.say(20.2, e.DoseStopped("high"))
    decision = decide(rules, fold_session(story.events), story.at(20.3))
    again = next(d for d in decision.due_now if d.line == "stop-high")
    assert again.due_at == story.at(22) and again.measures == (Measure.SYSTOLIC, Measure.DIASTOLIC)
    assert decision.next_action.kind is NextKind.MEASURE and "again" in decision.next_action.text
    story.measure(21.5, systolic=184, diastolic=92)
    due = decide(rules, fold_session(story.events), story.at(21.6)).due
    assert all(d.line != "stop-high" for d in due)


def test_what_the_monitor_sent_is_not_taken_back(protocol, story):
    sent = story.dosing().measure(20, device="m1", spo2=97)
    refused = permit_under(
        protocol,
        fold_session(story.events),
        e.EventRetracted("moved"),
        story.at(21),
        corrects=sent.envelope.id,
    )
    assert refused is not None and "artefact" in refused.cure


@pytest.mark.parametrize(("value", "refused"), [(185, True), (150, False)])
def test_a_typed_value_by_which_a_rule_speaks_is_not_taken_back(protocol, story, value, refused):
    typed = story.dosing().measure(20, systolic=value, diastolic=80)
    answer = permit_under(
        protocol,
        fold_session(story.events),
        e.EventRetracted("typo"),
        story.at(21),
        corrects=typed.envelope.id,
    )
    assert (answer is not None) is refused


def test_an_entry_of_another_patient_is_moved_whatever_it_says(protocol, story):
    typed = story.dosing().measure(20, systolic=190, diastolic=80)
    moved = e.EventRetracted("other room", moved_to=typed.envelope.id)
    answer = permit_under(
        protocol, fold_session(story.events), moved, story.at(21), corrects=typed.envelope.id
    )
    assert answer is None


def test_a_caution_is_the_next_thing_once_and_then_a_notice(protocol, story):
    """Hazard: a pressure that stays in the band hides the end of the dose."""
    band = Limit(Measure.SYSTOLIC, Comparison.AT_LEAST, Decimal(160), "mmHg")
    rules = with_lines(protocol, caution=caution(band, 0))
    story.dosing().measure(40, systolic=166, diastolic=90, spo2=98)
    first = decide(rules, fold_session(story.events), story.at(40))
    assert first.next_action.text.startswith("Look at the patient and measure systolic again")
    story.measure(49, systolic=167, diastolic=90, spo2=98)
    second = decide(rules, fold_session(story.events), story.at(50))
    assert second.cautions and second.next_action.kind is NextKind.FINISH_DOSE


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        (EmergencyKind.VOMITING, NextKind.PAUSE_DOSE),
        (EmergencyKind.AIRWAY, NextKind.STOP_DOSE),
        (EmergencyKind.SEIZURE, NextKind.STOP_DOSE),
    ],
)
def test_an_emergency_asks_for_the_drug_off_before_anything_else(protocol, story, kind, asked):
    story.dosing().say(20, c.EmergencyStarted(kind))
    action = decide(protocol, fold_session(story.events), story.at(20)).next_action
    assert action.kind is asked
    story.say(20.5, e.DoseStopped("emergency"))
    action = decide(protocol, fold_session(story.events), story.at(21)).next_action
    assert action.kind is NextKind.EMERGENCY
