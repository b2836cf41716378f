"""What the protocol says about a session now: laws over any history, and the cases a clinic meets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.protocol.types import Measure, Phase, RuleAction
from ataraxy.core.session import events as e
from ataraxy.core.session.decide import decide
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.state import SessionState
from ataraxy.core.session.verdict import Hold, NextKind, Pause, Proceed, Stop

MINUTES = st.integers(0, 260)
DANGER = {"systolic": 190, "diastolic": 115}


def look(protocol, story, minute):
    return decide(protocol, fold_session(story.events), story.at(minute))


def lines(missing):
    return [m.line for m in missing]


# --- laws ----------------------------------------------------------------------------------------


@given(st.data())
def test_no_history_stops_the_rules_from_answering(protocol, histories, data):
    story = data.draw(histories)
    decision = look(protocol, story, data.draw(MINUTES))
    assert decision.next_action.text
    assert list(decision.due) == sorted(decision.due, key=lambda due: due.due_at)
    assert all(due.overdue >= timedelta(0) for due in decision.due)
    assert not (decision.may_start and decision.may_discharge)


@given(st.data())
def test_a_contraindicating_reading_never_turns_hold_into_proceed(protocol, histories, data):
    story = data.draw(histories)
    now = data.draw(MINUTES)
    before = look(protocol, story, now)
    bad = data.draw(st.sampled_from((DANGER, {"spo2": 80}, {**DANGER, "spo2": 80})))
    story.measure(data.draw(st.integers(0, now)), recorded=now, **bad)
    after = look(protocol, story, now)
    if not isinstance(before.stance, Proceed):
        assert not isinstance(after.stance, Proceed)
    assert before.may_start or not after.may_start


@given(st.data())
def test_a_contraindicating_reading_now_never_lets_anything_proceed(protocol, histories, data):
    story = data.draw(histories)
    now = 300  # after everything in the history
    bad = data.draw(st.sampled_from((DANGER, {"spo2": 80})))
    story.measure(now, **bad)
    decision = look(protocol, story, now)
    assert not isinstance(decision.stance, Proceed)
    assert not decision.may_discharge or decision.phase is not Phase.OBSERVATION


def without_measure(payload, measure):
    if not isinstance(payload, e.VitalRecorded):
        return payload
    return replace(payload, readings=tuple(r for r in payload.readings if r.measure is not measure))


def without_answer(payload, line):
    if isinstance(payload, e.CheckRecorded) and payload.line == line:
        return replace(payload, line="another line")
    return payload


def without_escort(payload, _):
    return replace(payload, name="") if isinstance(payload, e.EscortNamed) else payload


FORGET = st.one_of(
    st.tuples(st.just(without_measure), st.sampled_from(Measure)),
    st.tuples(
        st.just(without_answer), st.sampled_from(("identifiers", "fasted", "not-pregnant", "oriented"))
    ),
    st.tuples(st.just(without_escort), st.none()),
)


@given(st.data())
def test_forgetting_a_fact_never_opens_the_start_or_the_way_home(protocol, histories, data):
    story = data.draw(histories)
    now = data.draw(MINUTES)
    before = look(protocol, story, now)
    forget, what = data.draw(FORGET)
    story.events = [replace(ev, payload=forget(ev.payload, what)) for ev in story.events]
    after = look(protocol, story, now)
    assert before.may_start or not after.may_start
    assert before.may_discharge or not after.may_discharge


@given(st.data())
def test_waiting_alone_never_opens_the_start(protocol, histories, data):
    story = data.draw(histories)
    now = data.draw(MINUTES)
    if not look(protocol, story, now).may_start:
        assert not look(protocol, story, now + data.draw(MINUTES)).may_start


# --- before the dose -----------------------------------------------------------------------------


def test_nothing_known_holds_on_everything(protocol, story):
    decision = decide(protocol, SessionState(), story.at(0))
    assert isinstance(decision.stance, Hold)
    assert lines(decision.to_start) == [
        "arrival",
        "identifiers",
        "fasted",
        "not-pregnant",
        "escort-named",
        "weight",
        "pressure-before",
        "pressure-before",
        "spo2-before",
    ]


def test_everything_checked_may_start(protocol, story):
    decision = look(protocol, story.ready(), 10)
    assert decision.may_start
    assert decision.next_action.kind is NextKind.START_DOSE


def test_the_nurse_is_asked_one_thing_in_the_order_of_the_file(protocol, story):
    action = look(protocol, story.open(), 2).next_action
    assert (action.kind, action.line) == (NextKind.CHECK, "identifiers")


@pytest.mark.parametrize(("minutes_old", "starts"), [(15, True), (15.1, False)])
def test_an_old_pressure_is_not_a_current_one(protocol, story, minutes_old, starts):
    story.ready()
    story.measure(29, systolic=124, diastolic=78, spo2=98)
    assert look(protocol, story, 29 + minutes_old).may_start is starts


def test_the_protocol_may_say_what_current_means(protocol, story):
    strict = tuple(
        replace(c, fresh_within_min=5) if c.id == "pressure-before" else c for c in protocol.arrival
    )
    story.ready()
    assert look(protocol, story, 14).may_start
    assert lines(look(replace(protocol, arrival=strict), story, 14).to_start) == ["pressure-before"] * 2


def test_a_high_pressure_holds_and_tells_all_about_it(protocol, story):
    story.ready().measure(9.5, systolic=152, diastolic=80)
    (reason,) = look(protocol, story, 12).stance.reasons
    assert reason.line == "pressure-before"
    assert reason.what == "systolic 152 mmHg: above 140"
    assert (reason.value.value, reason.at, reason.age) == (152, story.at(9.5), timedelta(minutes=2.5))
    assert (reason.limit.value, reason.source, reason.status.value) == (140, "test", "label")


def test_one_identifier_twice_is_not_two(protocol, story):
    story.ready().check(9, "identifiers", True, "Name", "name ")
    assert lines(look(protocol, story, 10).to_start) == ["identifiers"]


def test_no_is_an_answer_and_holds(protocol, story):
    story.ready().check(9, "not-pregnant", ok=False)
    (gap,) = look(protocol, story, 10).to_start
    assert (gap.line, gap.overridable) == ("not-pregnant", False)


def test_a_named_escort_need_not_be_here_yet(protocol, story):
    story.ready()
    story.say(9, e.EscortNamed("Sam Rivers", "", present=True))
    assert lines(look(protocol, story, 10).to_start) == ["escort-named"]


# --- signatures ----------------------------------------------------------------------------------


def test_a_prescriber_signs_past_a_high_pressure_and_it_stays_listed(protocol, story):
    story.ready().measure(9, systolic=146, diastolic=80)
    assert look(protocol, story, 10).to_start[0].overridable
    story.sign(10, "pressure-before")
    decision = look(protocol, story, 11)
    assert decision.may_start
    assert [(m.line, m.overridden) for m in decision.to_start] == [("pressure-before", True)]


def test_a_signature_does_not_cover_a_newer_value(protocol, story):
    story.ready().measure(9, systolic=146, diastolic=80)
    story.sign(10, "pressure-before")
    story.measure(11, systolic=144, diastolic=80)
    assert not look(protocol, story, 12).may_start


def test_a_signature_does_not_cover_a_value_the_signer_could_not_see(protocol, story):
    story.ready().measure(9, recorded=12, systolic=170, diastolic=80)
    story.sign(10, "pressure-before")
    assert not look(protocol, story, 13).may_start


def test_a_signature_cannot_stand_for_a_value_that_is_not_there(protocol, story):
    story.ready().sign(10, "pressure-before")
    assert not look(protocol, story, 40).may_start


def test_a_line_without_override_is_opened_by_no_signature(protocol, story):
    story.ready().check(9, "not-pregnant", ok=False)
    story.sign(10, "not-pregnant")
    assert not look(protocol, story, 11).may_start


# --- during the dose -----------------------------------------------------------------------------


def test_a_stop_value_speaks_at_its_first_reading(protocol, story):
    story.dosing().measure(20, systolic=180, diastolic=84)
    decision = look(protocol, story, 20)
    assert isinstance(decision.stance, Stop)
    assert [r.line for r in decision.escalate] == ["pressure-call"]
    assert decision.next_action.kind is NextKind.STOP_DOSE


def test_one_below_the_limit_is_not_past_it(protocol, story):
    story.dosing().measure(20, systolic=179, diastolic=109, spo2=92)
    assert isinstance(look(protocol, story, 20).stance, Proceed)


def test_low_oxygen_asks_for_a_pause_and_then_for_a_new_value(protocol, story):
    story.dosing().measure(12, spo2=91, systolic=130, diastolic=80)
    assert isinstance(look(protocol, story, 12).stance, Pause)
    assert look(protocol, story, 12).next_action.kind is NextKind.PAUSE_DOSE
    story.say(12, e.DosePaused("low oxygen"))
    assert look(protocol, story, 13).next_action.measures == (Measure.SPO2,)
    story.measure(14, spo2=96)
    assert look(protocol, story, 14).next_action.kind is NextKind.RESUME_OR_STOP


def test_the_stricter_of_two_rules_wins(protocol, story):
    story.dosing().measure(20, systolic=185, diastolic=84, spo2=85)
    assert isinstance(look(protocol, story, 20).stance, Stop)


def test_a_bad_value_stays_bad_until_a_newer_one(protocol, story):
    story.dosing().measure(20, systolic=185, diastolic=84)
    assert isinstance(look(protocol, story, 48).stance, Stop)


def test_the_end_is_asked_for_when_the_planned_dose_is_in(protocol, story):
    story.dosing()
    for minute in (19, 29, 39, 49):
        story.measure(minute, systolic=130, diastolic=80, spo2=97)
    assert look(protocol, story, 49.9).next_action.kind is NextKind.MEASURE
    assert look(protocol, story, 50).next_action.kind is NextKind.FINISH_DOSE
    assert look(protocol, story, 50).mg_given == Decimal("35.0")


def test_that_the_dose_should_be_in_is_not_hidden_by_what_is_late(protocol, story):
    story.dosing()
    told = look(protocol, story, 300)
    assert any(due.urgent for due in told.due)
    assert told.next_action.kind is NextKind.FINISH_DOSE
    assert "look at the pump" in told.next_action.text


def test_before_the_patient_is_here_the_arrival_is_what_is_to_do(protocol, story):
    story.open().events.pop()
    assert look(protocol, story, 0).next_action.text == "Record the arrival once the patient is here."


# --- after the dose ------------------------------------------------------------------------------


def test_home_only_when_every_criterion_holds(protocol, story):
    story.going_home()
    assert lines(look(protocol, story, 129).to_discharge) == ["observed"]
    assert look(protocol, story, 129).next_action.due_at == story.at(130)
    assert look(protocol, story, 130).may_discharge


def test_what_was_measured_before_the_dose_does_not_count_for_going_home(protocol, story):
    story.ready().say(10, e_started(protocol))
    story.say(50, e.DoseFinished())
    gaps = lines(look(protocol, story, 131).to_discharge)
    assert set(gaps) >= {"pressure-home", "awake", "clear", "oriented", "escort-here"}


def test_not_even_a_fresh_value_from_before_the_dose_counts_for_going_home(protocol, story):
    story.dosing().say(12, e.DoseStopped("changed their mind"))
    whats = [m.what for m in look(protocol, story, 13).to_discharge if m.line == "awake"]
    assert whats == ["sedation was not measured since the dose"]


def e_started(protocol):
    return e.DoseStarted(Decimal(35), Decimal("0.5"), Decimal(70), protocol.dose.route, 40)


def test_a_confirmation_from_before_the_dose_does_not_count(protocol, story):
    story.going_home()
    story.events = [ev for ev in story.events if getattr(ev.payload, "line", "") != "oriented"]
    story.check(9, "oriented")
    assert lines(look(protocol, story, 131).to_discharge) == ["oriented"]


def test_dissociation_goes_back_to_what_it_was_plus_the_margin(protocol, story):
    story.going_home().measure(129, dissociation=4)
    assert look(protocol, story, 131).may_discharge
    story.measure(130, dissociation=5)
    (gap,) = look(protocol, story, 131).to_discharge
    assert (gap.line, gap.overridable) == ("clear", True)
    story.sign(131, "clear")
    assert look(protocol, story, 132).may_discharge


def test_an_old_value_does_not_send_anybody_home(protocol, story):
    story.going_home()
    assert "awake" in lines(look(protocol, story, 157).to_discharge)


def test_a_danger_value_after_the_dose_calls_the_prescriber_and_keeps_the_patient(protocol, story):
    story.going_home().measure(130, systolic=181, diastolic=85)
    decision = look(protocol, story, 131)
    assert isinstance(decision.stance, Hold)
    assert {r.line for r in decision.escalate} == {"pressure-stop", "pressure-call"}
    assert "pressure-stop" in lines(decision.to_discharge)
    assert decision.next_action.kind is NextKind.CALL_PRESCRIBER


def test_a_running_dose_sends_nobody_home(protocol, story):
    story.dosing()
    assert "dose" in lines(look(protocol, story, 131).to_discharge)


def test_an_ended_session_proceeds_with_nothing(protocol, story):
    story.going_home().say(131, e.SessionEnded(e.EndReason.DISCHARGED, "Sam Rivers"))
    decision = look(protocol, story, 140)
    assert isinstance(decision.stance, Hold)
    assert not decision.may_start and not decision.may_discharge
    assert (decision.due, decision.next_action.kind) == ((), NextKind.DONE)


def test_a_rule_speaks_only_in_its_phases(protocol, story):
    only_after = tuple(
        replace(r, phases=(Phase.OBSERVATION,)) if r.action is RuleAction.STOP else r for r in protocol.rules
    )
    story.dosing().measure(20, systolic=185, diastolic=84)
    assert isinstance(look(replace(protocol, rules=only_after), story, 20).stance, Proceed)


def test_a_rule_of_arrival_needs_a_value(protocol, story):
    rule = replace(protocol.rules[0], phases=(Phase.ARRIVAL,))
    bare = replace(protocol, arrival=(), rules=(rule,))
    story.open()
    assert lines(look(bare, story, 2).to_start) == ["spo2-pause"]
    story.measure(2, spo2=97)
    assert look(bare, story, 2).may_start
