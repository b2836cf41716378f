"""Where a session stands, what is asked now and next, and what never interrupts a dose."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.protocol.types import (
    ArrivalCheck,
    CheckKind,
    DischargeCriterion,
    DischargeKind,
    EmergencyKind,
    Measure,
    Monitoring,
    Override,
    Phase,
    Status,
)
from ataraxy.core.session import care as c
from ataraxy.core.session import events as e
from ataraxy.core.session.decide import decide
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.permit import permit_under
from ataraxy.core.session.verdict import NextKind, Stage


def told(protocol, story, minute):
    return decide(protocol, fold_session(story.events), story.at(minute))


# --- stages ----------------------------------------------------------------------------------------


def test_a_session_goes_through_its_stages(protocol, story, new_story):
    assert told(protocol, new_story(), 0).stage is Stage.BOOKED
    assert told(protocol, story.open(), 2).stage is Stage.ARRIVAL
    assert told(protocol, new_story().ready(), 10).stage is Stage.TIME_OUT
    assert told(protocol, new_story().dosing(), 11).stage is Stage.DOSING
    assert told(protocol, new_story().observing(), 60).stage is Stage.OBSERVATION
    assert told(protocol, new_story().going_home(), 131).stage is Stage.READY


def test_what_is_asked_in_the_time_out_comes_after_the_arrival(protocol, story):
    people = ArrivalCheck(
        "people", "people", "test", Status.LABEL, CheckKind.PEOPLE, Override.NEVER, time_out=True
    )
    asked = replace(protocol, arrival=(*protocol.arrival, people))
    decision = told(asked, story.ready(), 10)
    assert decision.stage is Stage.TIME_OUT and not decision.may_start
    assert decision.next_action.line == "people"


@pytest.mark.parametrize("how", list(e.EndReason))
def test_an_ending_is_its_own_stage_and_only_a_discharge_says_discharged(protocol, story, how):
    story.dosing().say(30, e.DoseStopped("enough"))
    story.say(40, e.SessionEnded(how, note="x"))
    decision = told(protocol, story, 41)
    assert decision.stage.value == how.value
    assert (decision.stage is Stage.DISCHARGED) is (how is e.EndReason.DISCHARGED)
    assert not decision.may_discharge


@given(st.data())
def test_ready_is_said_only_when_the_patient_may_go_home(histories, protocol, data):
    story = data.draw(histories)
    decision = told(protocol, story, data.draw(st.integers(0, 300)))
    if decision.stage is Stage.READY:
        assert decision.may_discharge and decision.phase is Phase.OBSERVATION


def test_nobody_is_ready_while_an_emergency_runs(protocol, story):
    story.going_home().say(130, c.EmergencyStarted(EmergencyKind.VOMITING))
    decision = told(protocol, story, 131)
    assert decision.stage is Stage.OBSERVATION
    assert decision.next_action.kind is NextKind.EMERGENCY


# --- now and next ----------------------------------------------------------------------------------


@given(st.data())
def test_every_due_is_asked_for_now_or_next_and_never_both(histories, protocol, data):
    story = data.draw(histories)
    decision = told(protocol, story, data.draw(st.integers(0, 300)))
    assert {*decision.due_now, *decision.due_next} == set(decision.due)
    assert not {*decision.due_now} & {*decision.due_next}


def test_a_lost_saturation_is_due_now(protocol, story):
    story.dosing().say(10, e.MonitorBound("m1"))
    story.measure(12, device="m1", spo2=97)
    due = told(protocol, story, 14.1).due_now
    assert any(Measure.SPO2 in one.measures and one.urgent and one.by_monitor for one in due)


def test_a_questionnaire_never_interrupts_the_dose(protocol, story):
    asked = Monitoring(
        "feelings",
        "feelings",
        "test",
        Status.PROPOSED,
        Phase.DOSING,
        (Measure.DISSOCIATION, Measure.NAUSEA),
        at_min=(5,),
    )
    with_feelings = replace(protocol, monitoring=(asked, *protocol.monitoring))
    story.dosing()
    story.measure(24, systolic=130, diastolic=80, spo2=98)
    decision = told(with_feelings, story, 25)
    assert any(one.line == "feelings" and one.urgent for one in decision.due_now)
    assert decision.next_action.line != "feelings"


# --- three seated readings -------------------------------------------------------------------------


@pytest.fixture
def seated(protocol):
    """The protocol that asks for three seated readings over 15 minutes after a high first pressure."""
    lines = tuple(
        replace(check, readings=3, over_min=15) if check.id == "pressure-before" else check
        for check in protocol.arrival
    )
    return replace(protocol, arrival=lines)


def holds(protocol, story, minute):
    return [one.what for one in told(protocol, story, minute).to_start if one.line == "pressure-before"]


def test_after_a_high_first_pressure_one_good_one_is_not_enough(seated, story):
    story.ready()
    story.measure(10, systolic=152, diastolic=88)
    story.measure(11, systolic=138, diastolic=84)
    assert holds(seated, story, 12) == [
        "a reading was high (152, 138): 2 of 3 seated readings, over 1 of 15 min"
    ]
    due = next(one for one in told(seated, story, 12).due if one.line == "pressure-before")
    assert due.due_at == story.at(25)
    story.measure(26, systolic=136, diastolic=82)
    assert holds(seated, story, 27) == []


def test_the_next_seated_reading_is_the_next_thing_once_its_time_has_come(seated, story):
    story.open().measure(8, systolic=152, diastolic=78)
    assert told(seated, story, 9).next_action.kind is NextKind.CHECK
    then = told(seated, story, 16).next_action
    assert then.kind is NextKind.MEASURE and then.line == "pressure-before"
    assert "seated and at rest" in then.text


def test_all_three_readings_are_shown_and_the_last_must_be_inside(seated, story):
    story.ready()
    for minute, value in ((10, 152), (18, 148), (26, 146)):
        story.measure(minute, systolic=value, diastolic=88)
    assert holds(seated, story, 27) == ["systolic 146 mmHg: above 140"]


def test_a_high_reading_marked_as_an_artefact_still_asks_for_the_seated_ones(seated, story):
    """Hazard: 168 mmHg is marked as an artefact, one reading of 138 follows, and the dose starts."""
    high = story.ready().measure(10, systolic=168, diastolic=88)
    story.say(10.5, c.ArtefactMarked(high.envelope.id, (Measure.SYSTOLIC,), "the arm was bent"))
    assert "a reading was high: 0 of 3 seated readings, over 0 of 15 min" in holds(seated, story, 11)
    due = next(one for one in told(seated, story, 11).due if one.line == "pressure-before")
    assert due.urgent
    for minute, taken in ((11, 1), (18, 2)):
        story.measure(minute, systolic=138, diastolic=84)
        (held,) = holds(seated, story, minute)
        assert f"{taken} of 3 seated readings" in held
    story.measure(26, systolic=136, diastolic=82)
    assert holds(seated, story, 27) == []


def test_a_first_pressure_inside_asks_for_no_more(seated, story):
    assert holds(seated, story.ready(), 10) == []


# --- going home ------------------------------------------------------------------------------------


@pytest.fixture
def falling(protocol):
    line = DischargeCriterion(
        "falling",
        "falling",
        "test",
        Status.PROPOSED,
        DischargeKind.FALLING,
        Override.PRESCRIBER,
        fresh_within_min=30,
        measure=Measure.SYSTOLIC,
        margin=Decimal(10),
    )
    return replace(protocol, discharge=(line,), rules=())


@pytest.mark.parametrize(
    ("readings", "missing"),
    [
        ((138, 130), False),  # past its highest
        ((128, 136), True),  # still rising, and 12 above the 124 before the dose
        ((126, 130), False),  # near what it was before the dose
    ],
)
def test_the_pressure_has_to_be_falling(falling, story, readings, missing):
    story.dosing().say(20, e.DoseStopped("enough"))
    for minute, value in zip((60, 80), readings, strict=True):
        story.measure(minute, systolic=value, diastolic=80)
    assert bool(told(falling, story, 81).to_discharge) is missing


@pytest.mark.parametrize("line", ["awake", "observed", "escort-here"])
def test_what_is_never_signed_past_is_not(protocol, story, line):
    story.going_home()
    refusal = permit_under(
        protocol, fold_session(story.events), e.OverrideSigned(line, "hurry"), story.at(131)
    )
    assert refusal is not None and "lets nobody sign past" in refusal.cause


def test_acute_suicidality_keeps_the_patient_and_no_signature_opens_it(protocol, story):
    asked = DischargeCriterion(
        "safe", "safe", "test", Status.PROPOSED, DischargeKind.NO_ACUTE_SUICIDALITY, Override.NEVER
    )
    with_question = replace(protocol, discharge=(*protocol.discharge, asked))
    story.going_home()
    assert not told(with_question, story, 131).may_discharge
    story.check(130, "safe", False)
    gap = next(one for one in told(with_question, story, 131).to_discharge if one.line == "safe")
    assert not gap.overridable
    story.check(132, "safe")
    assert told(with_question, story, 132).may_discharge
