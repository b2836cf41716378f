"""What may be written next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.protocol.types import EmergencyKind, Measure, Route
from ataraxy.core.session import care as c
from ataraxy.core.session import events as e
from ataraxy.core.session.fold import apply, fold_session
from ataraxy.core.session.permit import permit, permit_under
from ataraxy.core.session.state import SessionState

STARTED = e.DoseStarted(
    Decimal("35.0"), Decimal("0.5"), Decimal(70), Route.IV_INFUSION, 40, Decimal("0.875"), Decimal(1)
)


def ask(story, minute, payload, **more):
    return permit(fold_session(story.events), payload, story.at(minute), **more)


def ask_under(protocol, story, minute, payload, **more):
    more = {"holds": (), **more}
    return permit_under(protocol, fold_session(story.events), payload, story.at(minute), **more)


def vital(**values):
    measures = {Measure(name): Decimal(v) for name, v in values.items()}
    return e.VitalRecorded(tuple(e.Reading(m, v, m.unit) for m, v in measures.items()))


# --- laws ----------------------------------------------------------------------------------------


@given(st.data())
def test_pause_and_stop_are_never_refused(protocol, histories, data):
    story = data.draw(histories)
    minute = data.draw(st.integers(-100, 400))
    for payload in (e.DosePaused("doubt"), e.DoseStopped("doubt")):
        assert ask(story, minute, payload) is None
        assert ask_under(protocol, story, minute, payload, at=story.at(999)) is None


@given(st.data())
def test_what_is_permitted_is_never_irregular(new_story, payloads, data):
    """But for what is never refused: a stop, and the record of what is in the patient already."""
    story, state = new_story(), SessionState()
    for minute, payload in enumerate(data.draw(st.lists(payloads, max_size=25))):
        if isinstance(payload, e.EventRetracted | e.DosePaused | e.DoseStopped):
            continue
        if isinstance(payload, c.BolusGiven | e.DoseStarted) and payload.already_in:
            continue
        if isinstance(payload, e.SessionEnded) and state.dose is None and state.drug_since is not None:
            continue
        if permit(state, payload, story.at(minute)) is None:
            state = apply(state, story.say(minute, payload))
    assert state.irregular == ()


@given(st.data())
def test_the_protocol_permits_no_more_than_the_session_does(protocol, histories, payloads, data):
    story, payload = data.draw(histories), data.draw(payloads)
    if ask(story, 250, payload) is not None:
        assert ask_under(protocol, story, 250, payload) is not None


# --- the session alone ---------------------------------------------------------------------------


def test_nothing_happens_in_a_session_that_was_never_opened(story):
    assert ask(story, 0, e.PatientArrived()).cause == "This session was never opened."


@pytest.mark.parametrize(
    ("payload", "cause"),
    [
        (STARTED, "already started"),
        (e.DoseResumed(), "not paused"),
        (e.SessionEnded(e.EndReason.DISCHARGED), "still running"),
        (e.SessionEnded(e.EndReason.TRANSFERRED), "still running"),
        (e.PatientArrived(), "already recorded"),
        (e.SideEffectResolved(UUID(int=99)), "not open"),
    ],
)
def test_what_does_not_fit_a_running_dose_is_refused(story, payload, cause):
    assert cause in ask(story.dosing(), 20, payload).cause


def test_a_paused_dose_may_go_on_once(story):
    story.dosing().say(20, e.DosePaused())
    assert ask(story, 21, e.DoseResumed()) is None
    story.say(21, e.DoseResumed())
    assert ask(story, 22, e.DoseResumed()) is not None


def test_a_finished_dose_cannot_be_finished_or_resumed(story):
    story.observing()
    assert ask(story, 52, e.DoseFinished()) is not None
    assert ask(story, 52, e.DoseResumed()) is not None


def test_after_a_dose_a_session_is_not_cancelled(story):
    assert ask(story.observing(), 60, e.SessionEnded(e.EndReason.CANCELLED)) is not None


def test_without_a_dose_nobody_is_discharged(story):
    assert ask(story.ready(), 20, e.SessionEnded(e.EndReason.DISCHARGED)) is not None
    assert ask(story, 20, e.SessionEnded(e.EndReason.CANCELLED)) is None


def test_after_the_end_only_notes_corrections_and_late_entries(story):
    wrong = story.going_home().events[-2]
    story.say(131, e.SessionEnded(e.EndReason.DISCHARGED, "Sam Rivers"))
    assert ask(story, 140, vital(spo2=97)) is not None
    assert ask(story, 140, vital(spo2=97), at=story.at(130)) is None
    assert ask(story, 140, e.CheckRecorded("oriented", True)) is not None
    assert ask(story, 140, wrong.payload, corrects=wrong.envelope.id) is None
    assert ask(story, 140, e.NoteWritten("called the next day")) is None


def test_the_end_itself_can_be_taken_back(story):
    end = story.going_home().say(131, e.SessionEnded(e.EndReason.DISCHARGED))
    assert ask(story, 132, e.EventRetracted("wrong room"), corrects=end.envelope.id) is None


def test_a_dose_that_was_started_cannot_be_unsaid(story):
    started = story.dosing().events[-1]
    assert ask(story, 20, e.EventRetracted("no"), corrects=started.envelope.id) is not None
    assert ask(story, 20, replace(STARTED, mg=Decimal(34)), corrects=started.envelope.id) is None


def test_a_correction_names_an_event_in_effect_of_its_own_kind(story):
    wrong = story.open().measure(5, spo2=79)
    assert ask(story, 6, e.NoteWritten("x"), corrects=wrong.envelope.id) is not None
    assert ask(story, 6, vital(spo2=97), corrects=UUID(int=999)) is not None
    story.say(5, vital(spo2=97), corrects=wrong)
    assert ask(story, 7, vital(spo2=98), corrects=wrong.envelope.id) is not None


@pytest.mark.parametrize(
    ("payload", "cause"),
    [
        (vital(spo2=101), "between 1 and 100"),
        (vital(systolic=80, diastolic=120), "not below"),
        (vital(systolic=-100), "cannot be -100"),
        (vital(sedation=6), "between 0 and 5"),
        (e.VitalRecorded(()), "no value"),
        (e.VitalRecorded((e.Reading(Measure.WEIGHT, Decimal(154), "lb"),)), "kg"),
        (e.EscortNamed("Sam", " ", True), "telephone"),
        (e.OverrideSigned("fasted", "  "), "words"),
        (e.NoteWritten(""), "words"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_with_its_reason(story, payload, cause):
    refusal = ask(story.open(), 5, payload)
    assert cause in refusal.cause
    assert refusal.cure


def test_nothing_is_entered_ahead_of_the_clock(story):
    story.open()
    assert ask(story, 5, vital(spo2=97), at=story.at(5) + timedelta(seconds=61)) is not None
    assert ask(story, 5, vital(spo2=97), at=story.at(5) + timedelta(seconds=59)) is None


# --- under the protocol --------------------------------------------------------------------------


def test_the_dose_starts_only_when_every_check_holds(protocol, story):
    assert ask_under(protocol, story.ready(), 10, STARTED) is None
    story.measure(10, spo2=91)
    assert "spo2" in ask_under(protocol, story, 11, STARTED).cause


@pytest.mark.parametrize("change", [{"mg": Decimal("35.1")}, {"mg": Decimal(61), "weight_kg": Decimal(130)}])
def test_a_dose_above_a_cap_is_not_started(protocol, story, change):
    assert "cap" in ask_under(protocol, story.ready(), 10, replace(STARTED, **change)).cause


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"mg": Decimal("35.0"), "weight_kg": Decimal(71)}, "The weight measured is 70 kg, not 71"),
        ({"duration_min": 30}, "Over 30 min is faster than 40 min"),
        ({"duration_min": None, "rate_mg_per_min": None}, "At once is faster than 40 min"),
        ({"rate_mg_per_min": Decimal("0.88")}, "faster than the planned 0.8750 mg/min"),
        ({"concentration_mg_per_ml": Decimal(2)}, "not the planned 1 mg/mL"),
    ],
)
def test_a_dose_faster_or_stronger_than_planned_is_not_started(protocol, story, change, says):
    """Hazard: the whole dose in ten minutes, by a number typed past the plan."""
    assert says in ask_under(protocol, story.ready(), 10, replace(STARTED, **change)).cause


def test_a_dose_above_what_was_decided_for_this_session_is_not_started(protocol, story):
    story.ready().say(9.5, e.DoseDecided(Decimal("0.25"), "dizzy at the last one"), actor=UUID(int=1002))
    assert "above the planned 17.5 mg" in ask_under(protocol, story, 10, STARTED).cause
    less = replace(STARTED, mg=Decimal("17.5"), rate_mg_per_min=Decimal("0.4375"))
    assert ask_under(protocol, story, 10, less) is None


@given(
    st.decimals("0.1", "60", places=1),
    st.none() | st.integers(1, 120),
    st.none() | st.decimals("0.01", "3", places=2),
)
def test_nothing_above_the_plan_ever_starts(protocol, new_story, mg, minutes, rate):
    dose = replace(STARTED, mg=mg, duration_min=minutes, rate_mg_per_min=rate)
    planned = (
        mg <= 35 and minutes is not None and minutes >= 40 and (rate is None or rate <= Decimal("0.875"))
    )
    assert (ask_under(protocol, new_story().ready(), 10, dose) is None) is planned


def test_a_dose_by_another_route_is_not_started(protocol, story):
    assert ask_under(protocol, story.ready(), 10, replace(STARTED, route=Route.SUBCUTANEOUS)) is not None


def test_a_dose_paused_for_low_oxygen_waits_for_a_good_value(protocol, story):
    story.dosing().measure(12, spo2=90, systolic=130, diastolic=80)
    story.say(12, e.DosePaused("low oxygen"))
    assert ask_under(protocol, story, 13, e.DoseResumed()) is not None
    story.measure(14, spo2=95)
    assert ask_under(protocol, story, 14, e.DoseResumed()) is None


def test_nobody_is_discharged_before_the_criteria_hold(protocol, story):
    home = e.SessionEnded(e.EndReason.DISCHARGED, "Sam Rivers")
    story.going_home()
    assert "observation left" in ask_under(protocol, story, 129, home).cause
    assert ask_under(protocol, story, 130, home) is None


def test_a_patient_may_always_leave_against_advice_or_by_ambulance(protocol, story):
    story.observing()
    for how in (e.EndReason.LEFT_AGAINST_ADVICE, e.EndReason.TRANSFERRED):
        assert ask_under(protocol, story, 60, e.SessionEnded(how)) is None


@pytest.mark.parametrize(
    ("line", "may"), [("fasted", True), ("clear", True), ("not-pregnant", False), ("unheard-of", False)]
)
def test_only_lines_that_allow_it_are_signed_past(protocol, story, line, may):
    refusal = ask_under(protocol, story.ready(), 10, e.OverrideSigned(line, "reviewed"))
    assert (refusal is None) is may


# --- what a correction must not open -------------------------------------------------------------


def test_a_signature_cannot_be_moved_to_cover_a_later_value(protocol, story):
    """Hazard: a nurse sets a prescriber's signature to a later time, and a new pressure is signed past."""
    story.ready().measure(9, systolic=150, diastolic=80)
    signed = story.sign(9.5, "pressure-before")
    story.measure(10, systolic=205, diastolic=80)
    again = ask_under(protocol, story, 11, signed.payload, at=story.at(11), corrects=signed.envelope.id)
    assert "signature" in again.cause
    taken_back = e.EventRetracted("signed in the wrong session")
    assert ask_under(protocol, story, 11, taken_back, corrects=signed.envelope.id) is None


def test_an_older_value_that_comes_back_is_not_covered_by_a_signature_on_a_newer_one(protocol, story):
    """Hazard: 188 mmHg, then 150; 150 is signed past and taken back; the signer never saw 188 as current."""
    story.ready().measure(9, systolic=188, diastolic=80)
    milder = story.measure(9.2, systolic=150, diastolic=80)
    story.sign(9.5, "pressure-before")
    assert ask_under(protocol, story, 10, STARTED) is None
    story.say(10, e.EventRetracted("of another patient"), corrects=milder)
    assert "188" in ask_under(protocol, story, 10, STARTED).cause
    story.sign(10, "pressure-before")
    assert ask_under(protocol, story, 10, STARTED) is None


def test_a_no_that_comes_back_is_not_covered_by_a_signature_on_another(protocol, story):
    story.ready().say(9, e.CheckRecorded("fasted", ok=False, note="a whole meal"))
    sip = story.say(9.2, e.CheckRecorded("fasted", ok=False, note="a sip of water"))
    story.sign(9.5, "fasted")
    assert ask_under(protocol, story, 10, STARTED) is None
    story.say(10, e.EventRetracted("not so"), corrects=sip)
    assert "a whole meal" in ask_under(protocol, story, 10, STARTED).cause


@given(st.lists(st.integers(141, 200), min_size=1, max_size=5), st.data())
def test_a_signature_covers_the_one_value_that_was_shown(protocol, new_story, pressures, data):
    story = new_story().ready()
    values = [story.measure(9 + n / 10, systolic=p, diastolic=80) for n, p in enumerate(pressures)]
    story.sign(9.6, "pressure-before")
    back = data.draw(st.integers(0, len(values)))
    for wrong in values[len(values) - back :]:
        story.say(9.8, e.EventRetracted("wrong"), corrects=wrong)
    held = ask_under(protocol, story, 10, STARTED) is not None
    assert held is (0 < back < len(values))


@pytest.mark.parametrize("halted", [e.DosePaused("high"), e.DoseStopped("high")])
def test_taking_back_a_pause_or_a_stop_asks_what_a_resume_asks(protocol, story, halted):
    story.dosing().measure(12, systolic=186, diastolic=112, spo2=97)
    tap = story.say(12, halted)
    undo = e.EventRetracted("tapped by mistake")
    assert "186" in ask_under(protocol, story, 13, undo, corrects=tap.envelope.id).cause
    moved = ask_under(protocol, story, 13, halted, at=story.at(9), corrects=tap.envelope.id)
    assert "186" in moved.cause  # before the dose it would stop nothing
    story.measure(14, systolic=140, diastolic=84, spo2=97)
    assert ask_under(protocol, story, 14, undo, corrects=tap.envelope.id) is None


def test_the_start_of_a_dose_is_not_moved_to_where_it_would_have_been_refused(protocol, story):
    """Hazard: started at 10, put to 7, before the pressure was taken: the observation seems long enough."""
    started = story.dosing().events[-1]

    def move(minute):
        return ask_under(
            protocol, story, 30, started.payload, at=story.at(minute), corrects=started.envelope.id
        )

    assert "pressure before" in move(7).cause and "could not have been started" in move(7).cause
    assert move(9) is None and move(12) is None
    assert move(45) is not None  # still to come


def test_the_start_of_a_dose_is_not_moved_behind_a_pause(protocol, story):
    started = story.dosing().events[-1]
    story.say(15, e.DosePaused("nausea"))
    late = ask_under(protocol, story, 30, started.payload, at=story.at(16), corrects=started.envelope.id)
    assert "sprayed, paused, stopped or finished before that" in late.cause


def test_an_answer_taken_back_does_not_carry_a_moved_start(protocol, story):
    story.ready()
    wrong = story.measure(9.5, systolic=150, diastolic=80)
    good = story.measure(9.6, systolic=120, diastolic=78)
    started = story.say(10, STARTED)
    assert isinstance(wrong.payload, e.VitalRecorded)
    story.say(20, e.EventRetracted("of another patient"), corrects=good)
    moved = ask_under(protocol, story, 30, started.payload, at=story.at(9.8), corrects=started.envelope.id)
    assert "150" in moved.cause


@given(st.data())
def test_a_start_is_moved_only_to_where_it_would_have_been_permitted(protocol, new_story, data):
    """The gate of a correction is the gate of a start."""
    minute = data.draw(st.integers(0, 40))
    story = new_story().dosing()
    started = story.events[-1]
    moved = ask_under(protocol, story, 40, started.payload, at=story.at(minute), corrects=started.envelope.id)
    before = new_story()
    before.events = [one for one in story.events[:-1] if one.envelope.at <= story.at(minute)]
    asked = ask_under(protocol, before, minute, started.payload)
    assert (moved is None) is (asked is None)


def test_a_pause_may_be_corrected_where_the_dose_stays_paused(protocol, story):
    story.dosing().measure(12, systolic=186, diastolic=112, spo2=97)
    tap = story.say(12, e.DosePaused("high"))
    earlier = ask_under(protocol, story, 13, tap.payload, at=story.at(11), corrects=tap.envelope.id)
    assert earlier is None


def test_a_dose_goes_on_only_on_current_values(protocol, story):
    """Hazard: paused, forgotten for an hour, resumed on the pressure from before."""
    story.dosing().measure(12, spo2=97, systolic=130, diastolic=80)
    story.say(13, e.DosePaused("the patient wished it"))
    assert ask_under(protocol, story, 27, e.DoseResumed()) is None
    assert "15 min" in ask_under(protocol, story, 28, e.DoseResumed()).cause
    story.measure(28, spo2=97, systolic=130, diastolic=80)
    assert ask_under(protocol, story, 29, e.DoseResumed()) is None


# --- the care around the dose ----------------------------------------------------------------------


def test_what_others_relied_on_is_entered_anew_never_corrected(protocol, story, new_story):
    """Hazard: a syringe is corrected after its check, and still counts as checked."""
    made = story.ready().say(9, c.SyringePrepared(*[Decimal(1)] * 3, "", *[Decimal(1)] * 3))
    story.say(9.5, c.SyringeChecked(made.envelope.id), actor=UUID(int=1002))
    other = replace(made.payload, concentration_mg_per_ml=Decimal(10))
    refusal = permit_under(
        protocol, fold_session(story.events), other, story.at(10), corrects=made.envelope.id
    )
    assert refusal is not None and "enter it anew" in refusal.cure


def test_an_emergency_is_never_refused_and_never_taken_back(protocol, story, new_story):
    tap = c.EmergencyStarted(EmergencyKind.AIRWAY)
    for told in (new_story(), new_story().dosing(), new_story().going_home()):
        assert permit_under(protocol, fold_session(told.events), tap, told.at(131)) is None
    started = story.dosing().say(20, tap)
    refusal = permit_under(
        protocol,
        fold_session(story.events),
        e.EventRetracted("slip"),
        story.at(21),
        corrects=started.envelope.id,
    )
    assert refusal is not None and "not taken back" in refusal.cause


def test_a_hand_over_and_a_check_are_of_the_one_who_does_them(protocol, story):
    other, third = UUID(int=7), UUID(int=8)
    offer = story.dosing().say(20, c.HandoverOffered(other, (c.Thing.PATIENT,)))
    taken = c.HandoverAccepted(offer.envelope.id)
    state = fold_session(story.events)
    assert permit_under(protocol, state, taken, story.at(21), actor=third) is not None
    assert permit_under(protocol, state, taken, story.at(21), actor=other) is None
    story.say(21, taken, actor=third)  # in the record all the same: told, and it counts for nothing
    state = fold_session(story.events)
    assert state.care.keeper(c.Thing.PATIENT) is None and state.irregular


# --- an emergency holds ----------------------------------------------------------------------------

EMERGENCY = c.EmergencyStarted(EmergencyKind.AIRWAY)


def test_while_an_emergency_runs_no_drug_starts_or_goes_on(protocol, story, new_story):
    """Hazard: resumed by a habit of the hand while somebody holds the airway."""
    waiting = new_story().ready()
    waiting.say(9.5, EMERGENCY)
    assert ask_under(protocol, waiting, 10, STARTED).cause == "An emergency runs."
    story.dosing().measure(12, spo2=97, systolic=130, diastolic=80)
    pause = story.say(12, e.DosePaused("airway"))
    began = story.say(12.5, EMERGENCY)
    assert ask_under(protocol, story, 13, e.DoseResumed()).cause == "An emergency runs."
    undo = e.EventRetracted("tapped by mistake")
    assert ask_under(protocol, story, 13, undo, corrects=pause.envelope.id).cause == "An emergency runs."
    story.say(14, c.EmergencyEnded(began.envelope.id, "breathing, awake"))
    assert ask_under(protocol, story, 15, e.DoseResumed()) is None


def test_an_emergency_after_the_end_is_charted_as_it_goes(protocol, story):
    """Hazard: the patient collapses at the door, and oxygen and values are refused."""
    story.going_home().say(131, e.SessionEnded(e.EndReason.DISCHARGED, "Sam Rivers"))
    done = (
        vital(spo2=84),
        c.MedicineGiven("oxygen", Decimal(10), "L/min", c.Way.INHALED),
        e.SideEffectReported("collapse", e.Grade.SEVERE),
    )
    assert all(ask_under(protocol, story, 134, one) is not None for one in done)
    story.say(133, EMERGENCY)
    assert all(ask_under(protocol, story, 134, one) is None for one in done)
    order = c.BolusGiven(Decimal(5), c.Way.INTRAVENOUS, UUID(int=9))
    assert ask_under(protocol, story, 134, order) is not None
    story.say(134, vital(spo2=84))
    assert fold_session(story.events).irregular == ()


@pytest.mark.parametrize("over", [e.DoseFinished(), e.DoseStopped("nausea")])
def test_the_end_of_the_dose_is_not_taken_back_once_the_session_ended(protocol, story, over):
    """Hazard: a patient who is at home has an open dose, and nobody can close it."""
    halted = story.dosing().say(50, over)
    story.say(131, e.SessionEnded(e.EndReason.LEFT_AGAINST_ADVICE))
    back = ask_under(protocol, story, 140, e.EventRetracted("slip"), corrects=halted.envelope.id)
    assert back.cause == "The session has ended; the dose was over."
    assert ask_under(protocol, story, 140, over, at=story.at(49), corrects=halted.envelope.id) is None


# --- no warning falls silent by a correction -------------------------------------------------------


def change(protocol, story, minute, wrong, payload):
    return ask_under(protocol, story, minute, payload, at=wrong.envelope.at, corrects=wrong.envelope.id)


def test_a_typed_value_that_stops_the_dose_is_not_corrected_away(protocol, story):
    """Hazard: 186 is corrected to 136 without a second measurement, and the drug flows on."""
    wrong = story.dosing().measure(12, systolic=186, diastolic=112)
    better = vital(systolic=136, diastolic=82)
    refusal = change(protocol, story, 13, wrong, better)
    assert "fall silent" in refusal.cause and "measure again" in refusal.cure
    assert change(protocol, story, 13, wrong, e.EventRetracted("slip")) is not None
    assert change(protocol, story, 13, wrong, vital(systolic=184, diastolic=112)) is None


def test_a_slip_of_the_keys_is_put_right_after_a_good_reading(protocol, story):
    wrong = story.dosing().measure(12, systolic=186, diastolic=112)
    story.say(13, c.ArtefactMarked(wrong.envelope.id, (Measure.SYSTOLIC, Measure.DIASTOLIC), "typed wrong"))
    assert change(protocol, story, 13, wrong, vital(systolic=136, diastolic=82)) is not None
    story.measure(14, systolic=136, diastolic=82)
    assert change(protocol, story, 15, wrong, vital(systolic=136, diastolic=82)) is None


def test_a_value_that_holds_the_start_is_not_corrected_away(protocol, story):
    wrong = story.ready().measure(9.5, spo2=90)
    assert change(protocol, story, 10, wrong, vital(spo2=96)) is not None
    assert change(protocol, story, 10, wrong, e.EventRetracted("slip")) is not None
    story.measure(9.8, spo2=96)
    assert change(protocol, story, 10, wrong, vital(spo2=96)) is None


def test_the_value_before_the_dose_is_not_raised_to_let_the_patient_go(protocol, story):
    """Hazard: back to baseline, by another baseline."""
    story.going_home()
    rated = next(one for one in story.events if one.envelope.at == story.at(9))
    story.measure(129, dissociation=20)
    assert change(protocol, story, 131, rated, vital(dissociation=18, sedation=5)) is not None
    assert change(protocol, story, 131, rated, vital(dissociation=2, sedation=5)) is None


def test_the_mark_of_an_artefact_is_not_taken_back_where_it_holds(protocol, story):
    good = story.ready().measure(9.5, spo2=96)
    mark = story.say(9.6, c.ArtefactMarked(good.envelope.id, (Measure.SPO2,), "the probe was off"))
    assert change(protocol, story, 10, mark, e.EventRetracted("it was on")) is not None
    story.measure(9.8, spo2=96)
    assert change(protocol, story, 10, mark, e.EventRetracted("it was on")) is None


def test_an_entry_of_another_patient_is_moved_whatever_it_says(protocol, story):
    wrong = story.dosing().measure(12, systolic=186, diastolic=112)
    moved = e.EventRetracted("of room 2", moved_to=UUID(int=77))
    assert change(protocol, story, 13, wrong, moved) is None


def test_after_the_end_a_slip_of_the_keys_is_not_stuck(protocol, story):
    wrong = story.observing().measure(60, systolic=186, diastolic=112)
    story.say(61, e.SessionEnded(e.EndReason.LEFT_AGAINST_ADVICE))
    assert change(protocol, story, 70, wrong, vital(systolic=136, diastolic=82)) is None


def test_a_paused_pump_is_set_lower_but_not_higher(protocol, story):
    story.dosing().say(20, c.RateChanged(Decimal("0.6"), "dizzy"))
    story.say(21, e.DosePaused("nausea"))
    story.measure(21.5, spo2=97, systolic=130, diastolic=80)
    assert ask_under(protocol, story, 22, c.RateChanged(Decimal("0.4"), "nausea")) is None
    assert (
        ask_under(protocol, story, 22, c.RateChanged(Decimal("0.7"), "well")).cause
        == "The infusion is paused."
    )
