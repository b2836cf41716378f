"""Events to state: laws over any history, and the cases a clinic meets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.protocol.types import Measure, Phase, Route
from ataraxy.core.record.envelope import Origin
from ataraxy.core.session import events as e
from ataraxy.core.session.dose import DoseStatus
from ataraxy.core.session.fold import apply, fold_session
from ataraxy.core.session.state import SessionState, WhyOut

BOOKKEEPING = {
    "log": (),
    "out_of_effect": (),
    "irregular": (),
    "unresolved": frozenset(),
    "last_seq": 0,
    "last_human_seq": 0,
}


def one_by_one(events, state=None):
    state = state or SessionState()
    for event in events:
        state = apply(state, event)
    return state


def effects(state):
    """The state without what only tells about the record itself."""
    return replace(state, **BOOKKEEPING)


# --- laws ----------------------------------------------------------------------------------------


@given(st.data())
def test_applying_one_by_one_is_the_same_as_folding_all(histories, data):
    events = data.draw(histories).events
    assert one_by_one(events) == fold_session(events)


@given(st.data())
def test_a_history_can_be_split_anywhere(histories, data):
    events = data.draw(histories).events
    cut = data.draw(st.integers(0, len(events)))
    assert one_by_one(events[cut:], fold_session(events[:cut])) == fold_session(events)


@given(st.data())
def test_the_order_of_arrival_does_not_matter(histories, data):
    events = data.draw(histories).events
    shuffled = data.draw(st.permutations(events))
    assert fold_session(shuffled) == fold_session(events)
    assert one_by_one(shuffled) == fold_session(events)


@given(st.data())
def test_an_event_given_twice_counts_once(histories, data):
    events = data.draw(histories).events
    again = data.draw(st.lists(st.sampled_from(events), max_size=5)) if events else []
    assert fold_session([*events, *again]) == fold_session(events)
    assert one_by_one(again, fold_session(events)) == fold_session(events)


@given(st.data())
def test_taking_back_an_event_is_as_if_it_had_never_been_written(histories, data):
    story = data.draw(histories)
    named = {ev.envelope.corrects for ev in story.events}
    free = [ev for ev in story.events if ev.envelope.id not in named]
    if not free:
        return
    wrong = data.draw(st.sampled_from(free))
    without = fold_session([ev for ev in story.events if ev is not wrong])
    story.say(300, e.EventRetracted("entered in error"), corrects=wrong)
    taken_back = fold_session(story.events)
    assert effects(taken_back) == effects(without)
    assert any(o.event is wrong and o.why is WhyOut.RETRACTED for o in taken_back.out_of_effect)


@given(st.data())
def test_series_are_in_order_of_time_and_never_from_the_future(histories, data):
    state = fold_session(data.draw(histories).events)
    for values in state.series.values():
        assert [v.at for v in values] == sorted(v.at for v in values)
        assert all(v.at <= v.recorded_at for v in values)


@given(st.data())
def test_the_mg_given_only_grow_and_never_pass_the_plan(histories, new_story, data):
    state = fold_session(data.draw(histories).events)
    moments = [new_story().at(minute) for minute in range(0, 240, 7)]
    given_mg = [state.mg_given(moment) for moment in moments]
    over = state.dose.ended_at if state.dose else None  # from then on the pump's own count is what counts
    before = [mg for moment, mg in zip(moments, given_mg, strict=True) if over is None or moment < over]
    after = given_mg[len(before) :]
    assert before == sorted(before) and after == sorted(after)
    assert over is not None or not after
    supplements = sum((one.what.mg for one in state.care.boluses), Decimal(0))
    assert all(Decimal(0) <= mg <= Decimal("35.0") + supplements for mg in given_mg)


# --- vitals --------------------------------------------------------------------------------------


def test_a_late_entry_takes_its_place_in_time(story):
    story.open()
    story.measure(30, systolic=150, diastolic=90)
    story.measure(20, recorded=40, systolic=120, diastolic=70)
    values = fold_session(story.events).series[Measure.SYSTOLIC]
    assert [v.value for v in values] == [120, 150]
    assert values[0].recorded_at - values[0].at == story.at(20) - story.at(0)


def test_the_baseline_is_the_last_value_before_the_dose(story):
    story.ready()
    story.say(10, e_started())
    story.measure(15, systolic=160, diastolic=95)
    assert fold_session(story.events).baseline[Measure.SYSTOLIC].value == 124
    story.measure(9.5, recorded=20, systolic=131, diastolic=80)
    assert fold_session(story.events).baseline[Measure.SYSTOLIC].value == 131


def e_started():
    return e.DoseStarted(Decimal(35), Decimal("0.5"), Decimal(70), route=Route.IV_INFUSION, duration_min=40)


def test_a_clock_that_runs_ahead_cannot_make_a_value_young(story):
    story.open()
    story.measure(500, recorded=20, systolic=120, diastolic=70, device="m1")
    state = fold_session(story.events)
    assert state.latest(Measure.SYSTOLIC).at == story.at(20)
    assert "later than" in state.irregular[0].reason


def test_an_impossible_reading_leaves_the_measure_unknown(story):
    story.open()
    story.measure(5, spo2=-100, heart_rate_ecg=70, device="m1")
    story.measure(6, systolic=80, diastolic=180)
    state = fold_session(story.events)
    assert state.latest(Measure.SPO2) is None
    assert state.latest(Measure.SYSTOLIC) is None
    assert state.latest(Measure.HEART_RATE_ECG).value == 70
    assert len(state.irregular) == 2


def test_a_value_in_the_wrong_unit_is_not_taken(story):
    story.open()
    story.say(5, e.VitalRecorded((e.Reading(Measure.WEIGHT, Decimal(154), "lb"),)))
    state = fold_session(story.events)
    assert state.latest(Measure.WEIGHT) is None
    assert "kg" in state.irregular[0].reason


# --- corrections ---------------------------------------------------------------------------------


def test_a_correction_stands_in_for_the_wrong_entry(story):
    story.open()
    wrong = story.measure(5, systolic=210, diastolic=80)
    right = story.say(5, story_vital(120, 80), recorded=7, corrects=wrong)
    state = fold_session(story.events)
    assert [v.value for v in state.series[Measure.SYSTOLIC]] == [120]
    assert [(o.event, o.why, o.by_event) for o in state.out_of_effect] == [
        (wrong, WhyOut.CORRECTED, right.envelope.id)
    ]


def story_vital(systolic, diastolic):
    return e.VitalRecorded(
        (
            e.Reading(Measure.SYSTOLIC, Decimal(systolic), "mmHg"),
            e.Reading(Measure.DIASTOLIC, Decimal(diastolic), "mmHg"),
        )
    )


def test_of_several_corrections_the_newest_counts(story):
    story.open()
    wrong = story.measure(5, systolic=210, diastolic=80)
    first = story.say(5, story_vital(121, 80), recorded=7, corrects=wrong)
    story.say(5, story_vital(122, 80), recorded=8, corrects=wrong)
    story.say(5, story_vital(123, 80), recorded=9, corrects=first)
    assert [v.value for v in fold_session(story.events).series[Measure.SYSTOLIC]] == [123]


def test_taking_back_a_correction_brings_back_the_original(story):
    story.open()
    original = story.measure(5, systolic=118, diastolic=80)
    mistake = story.say(5, story_vital(181, 80), recorded=7, corrects=original)
    story.say(8, e.EventRetracted("wrong patient"), corrects=mistake)
    assert [v.value for v in fold_session(story.events).series[Measure.SYSTOLIC]] == [118]


def test_taking_back_a_retraction_brings_back_the_event(story):
    story.open()
    note = story.say(5, e.NoteWritten("calm"))
    gone = story.say(6, e.EventRetracted("not hers"), corrects=note)
    story.say(7, e.EventRetracted("it was hers"), corrects=gone)
    assert [n.text for n in fold_session(story.events).notes] == ["calm"]


def test_a_correction_of_another_kind_stands_for_itself_and_is_listed(story):
    story.open()
    note = story.say(5, e.NoteWritten("calm"))
    story.say(6, story_vital(120, 80), corrects=note)
    state = fold_session(story.events)
    assert state.notes and state.latest(Measure.SYSTOLIC)
    assert "another kind" in state.irregular[0].reason


def test_resolving_a_corrected_side_effect_resolves_what_stands_in_for_it(story):
    story.dosing()
    mild = story.say(20, e.SideEffectReported("nausea", e.Grade.MILD))
    story.say(20, e.SideEffectReported("nausea", e.Grade.SEVERE), recorded=25, corrects=mild)
    story.say(30, e.SideEffectResolved(mild.envelope.id))
    state = fold_session(story.events)
    assert [(s.grade, s.is_open) for s in state.side_effects] == [(e.Grade.SEVERE, False)]
    assert one_by_one(story.events) == state


def test_a_correction_may_arrive_before_the_event_it_corrects(story):
    story.open()
    wrong = story.say(20, e.NoteWritten("calm at twenty past"))
    right = story.say(10, e.NoteWritten("calm at ten past"), recorded=25, corrects=wrong)
    state = one_by_one([*story.events[:-2], right, wrong])
    assert [n.text for n in state.notes] == ["calm at ten past"]
    assert state.irregular == () and state.unresolved == frozenset()


# --- the dose ------------------------------------------------------------------------------------


def test_a_pause_gives_nothing(story):
    story.dosing()
    story.say(20, e.DosePaused("nausea"))
    story.say(30, e.DoseResumed())
    state = fold_session(story.events)
    assert state.mg_given(story.at(20)) == Decimal("8.75")
    assert state.mg_given(story.at(30)) == Decimal("8.75")
    assert state.mg_given(story.at(40)) == Decimal("17.50")
    assert state.mg_given(story.at(500)) == Decimal("35.0")


def test_a_stopped_dose_stays_where_it_was(story):
    story.dosing()
    story.say(20, e.DoseStopped("too strong"))
    state = fold_session(story.events)
    assert state.phase is Phase.OBSERVATION
    assert state.mg_given(story.at(60)) == Decimal("8.75")
    assert state.dose.steps[-1].reason == "too strong"


def test_a_dose_in_the_night_the_clocks_change_counts_minutes_that_passed(story):
    """New York, 1 November 2026: 01:50 is followed, 20 minutes later, by 01:10."""
    here = ZoneInfo("America/New_York")
    began = datetime(2026, 11, 1, 5, 50, tzinfo=UTC).astimezone(here)
    started = story.dosing().events[-1]
    event = replace(started, envelope=replace(started.envelope, at=began, recorded_at=began))
    state = fold_session([event])
    later = datetime(2026, 11, 1, 6, 10, tzinfo=UTC).astimezone(here)
    assert state.mg_given(later) == Decimal("17.50")


def test_an_injection_is_whole_when_it_is_given(story):
    story.ready()
    started = replace(e_started(), duration_min=None)
    story.say(10, started)
    state = fold_session(story.events)
    assert state.phase is Phase.OBSERVATION
    assert state.mg_given(story.at(10)) == 35
    assert state.mg_given(story.at(9.9)) == 0


def test_acts_in_an_impossible_order_are_listed_and_change_nothing(story):
    story.ready()
    for payload in (e.DosePaused(), e.DoseResumed(), e.DoseStopped(), e.DoseFinished()):
        story.say(5, payload)
    state = fold_session(story.events)
    assert state.phase is Phase.ARRIVAL
    assert [i.reason for i in state.irregular] == ["no dose had been started"] * 4


def test_a_second_tap_on_stop_is_no_irregularity(story):
    story.dosing()
    story.say(20, e.DoseStopped())
    story.say(20, e.DoseStopped())
    story.say(20.1, e.DosePaused())
    state = fold_session(story.events)
    assert state.irregular == ()
    assert state.dose.status is DoseStatus.STOPPED


def test_a_second_dose_is_listed_and_not_given(story):
    story.dosing().say(20, e_started())
    state = fold_session(story.events)
    assert state.dose.started_at == story.at(10)
    assert "already started" in state.irregular[0].reason


def test_the_session_ended_with_the_dose_running_is_listed(story):
    story.dosing().say(20, e.SessionEnded(e.EndReason.TRANSFERRED))
    state = fold_session(story.events)
    assert state.phase is Phase.ENDED
    assert state.mg_given(story.at(50)) == Decimal("8.75")
    assert "still open" in state.irregular[0].reason


def test_a_session_ends_once(story):
    story.going_home().say(131, e.SessionEnded(e.EndReason.DISCHARGED, "Sam Rivers"))
    story.say(140, e.SessionEnded(e.EndReason.TRANSFERRED))
    state = fold_session(story.events)
    assert state.ending.how is e.EndReason.DISCHARGED
    assert "already ended" in state.irregular[0].reason


# --- people --------------------------------------------------------------------------------------


def test_device_readings_do_not_move_the_last_human_act(story):
    story.open()
    story.measure(5, spo2=98, device="m1")
    story.measure(6, spo2=98, device="m1")
    state = fold_session(story.events)
    assert (state.last_human_seq, state.last_seq) == (2, 4)
    story.say(7, e.NoteWritten("asked for water"), origin=Origin.PATIENT)
    assert fold_session(story.events).last_human_seq == 5


def test_a_signature_without_a_person_does_not_count(story):
    story.open().say(5, e.OverrideSigned("fasted", "ok"), origin=Origin.SYSTEM, actor=None)
    state = fold_session(story.events)
    assert state.signatures == ()
    assert len(state.irregular) == 1


def test_a_monitor_is_bound_until_it_is_unbound(story):
    story.open()
    story.say(2, e.MonitorBound("m1"))
    assert fold_session(story.events).monitor == "m1"
    story.say(3, e.MonitorUnbound("m2"))
    assert fold_session(story.events).monitor == "m1"
    story.say(4, e.MonitorUnbound("m1"))
    assert fold_session(story.events).monitor is None


def test_identifiers_and_checks_carry_time_and_person(story):
    state = fold_session(story.ready().events)
    assert state.identifiers == ("name", "date of birth")
    assert (state.checks["fasted"].at, state.checks["fasted"].by) == (story.at(3), UUID(int=1001))
