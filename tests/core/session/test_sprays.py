"""A dose by nose: spray after spray, each confirmed, each after its rest; and an injection into a muscle."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.dosing import plan_dose
from ataraxy.core.protocol.types import BedsideKind, Measure, Phase, Route
from ataraxy.core.session import care as c
from ataraxy.core.session import events as e
from ataraxy.core.session.agreed import agreed, may_differ, spray_rest
from ataraxy.core.session.decide import decide
from ataraxy.core.session.discharge import to_discharge
from ataraxy.core.session.dose import DoseStatus
from ataraxy.core.session.fold import apply, fold_session
from ataraxy.core.session.permit import permit_under
from ataraxy.core.session.verdict import NextKind

SPRAYED = e.DoseStarted(
    Decimal(30), Decimal("0.429"), Decimal(70), Route.NASAL, sprays=3, spray_mg=Decimal(10)
)


@pytest.fixture
def sprayed(story):
    """The first of three sprays is in at minute 10; everything is measured."""
    story.ready().say(10, SPRAYED)
    return story


def ask(protocol, story, payload, minute):
    return permit_under(protocol, fold_session(story.events), payload, story.at(minute))


def measure(story, minute):
    story.measure(
        minute, systolic=130, diastolic=80, spo2=98, sedation=5, respiratory_rate=14, dissociation=2
    )
    story.measure(minute, pulse_cuff=72, pulse_oximeter=72)


# --- the plan ------------------------------------------------------------------------------------


@given(st.decimals(40, 120, places=1), st.sampled_from(("0.25", "0.4", "0.5")))
def test_whole_sprays_never_pass_the_dose_that_was_ordered(nasal, weight, mg_per_kg):
    plan = plan_dose(nasal, Decimal(mg_per_kg), weight)
    ordered = min(Decimal(mg_per_kg) * weight, nasal.dose.cap_mg)
    assert plan.mg == plan.sprays * plan.spray_mg == plan.held_mg
    assert ordered - plan.spray_mg - Decimal("0.1") < plan.mg <= ordered


def test_less_than_one_spray_is_refused(nasal):
    with pytest.raises(InputRefused, match="less than one spray"):
        plan_dose(nasal, Decimal("0.1"), Decimal(50))


# --- spray by spray ------------------------------------------------------------------------------


def test_what_is_in_is_what_was_sprayed(sprayed):
    sprayed.say(16, e.SprayGiven(2))
    state = fold_session(sprayed.events)
    assert [state.mg_given(sprayed.at(m)) for m in (9, 10, 15, 16, 90)] == [0, 10, 10, 20, 20]
    assert state.phase is Phase.DOSING and state.dose.next_spray == 3


def test_the_last_spray_ends_the_dose(sprayed):
    sprayed.say(16, e.SprayGiven(2))
    sprayed.say(22, e.SprayGiven(3))
    state = fold_session(sprayed.events)
    assert state.dose.status is DoseStatus.FINISHED and state.dose.ended_at == sprayed.at(22)
    assert state.phase is Phase.OBSERVATION and state.mg_given(sprayed.at(60)) == 30


def test_a_stop_leaves_what_was_sprayed(sprayed):
    sprayed.say(16, e.SprayGiven(2))
    sprayed.say(17, e.DoseStopped("pressure"))
    state = fold_session(sprayed.events)
    assert state.mg_given(sprayed.at(60)) == 20 and state.phase is Phase.OBSERVATION


def test_a_spray_waits_for_the_rest_its_protocol_says(nasal, sprayed):
    measure(sprayed, 12)
    assert "less than 5 min ago" in ask(nasal, sprayed, e.SprayGiven(2), 14.9).cause
    assert ask(nasal, sprayed, e.SprayGiven(2), 15) is None
    longer = replace(nasal, bedside=tuple(replace(b, value=Decimal(8)) for b in nasal.bedside))
    assert "less than 8 min ago" in ask(longer, sprayed, e.SprayGiven(2), 15).cause
    assert ask(longer, sprayed, e.SprayGiven(2), 18) is None


def test_a_pressure_past_its_limit_holds_the_next_spray(nasal, sprayed):
    sprayed.measure(14, systolic=188, diastolic=112, spo2=98)
    assert "systolic 188" in ask(nasal, sprayed, e.SprayGiven(2), 16).cause


@pytest.mark.parametrize(
    ("number", "says"), [(1, "The next is spray 2"), (3, "The next is spray 2"), (4, "The next is spray 2")]
)
def test_a_spray_is_the_next_one(nasal, sprayed, number, says):
    measure(sprayed, 12)
    assert says in ask(nasal, sprayed, e.SprayGiven(number), 20).cause


def test_a_paused_dose_gives_no_spray_and_an_unfinished_one_is_not_finished(nasal, sprayed):
    assert "Spray 2 is still to come" in ask(nasal, sprayed, e.DoseFinished(), 20).cause
    sprayed.say(12, e.DosePaused())
    measure(sprayed, 19)
    assert "The dose is paused" in ask(nasal, sprayed, e.SprayGiven(2), 20).cause


def test_a_spray_that_went_in_is_charted_whatever_speaks_against_it(nasal, sprayed):
    sprayed.say(11, e.DoseStopped("pressure"))
    late = e.SprayGiven(2, already_in=True, past="The dose was stopped.")
    assert ask(nasal, sprayed, late, 12) is None
    sprayed.say(12, late)
    state = fold_session(sprayed.events)
    assert state.mg_given(sprayed.at(30)) == 20 and state.dose.status is DoseStatus.STOPPED
    assert "The dose was stopped" in state.irregular[0].reason


@pytest.mark.parametrize(
    ("past", "status", "in_all"),
    [("", DoseStatus.RUNNING, 30), ("A screen is high.", DoseStatus.STOPPED, 10)],
)
def test_a_first_spray_that_is_in_is_charted_and_what_it_went_past_ends_the_dose(
    nasal, story, past, status, in_all
):
    told = replace(SPRAYED, already_in=True, past=past)
    story.open().measure(5, weight=70)
    assert permit_under(nasal, fold_session(story.events), SPRAYED, story.at(10), holds=()) is not None
    assert permit_under(nasal, fold_session(story.events), told, story.at(10), holds=()) is None
    story.say(10, told)
    state = fold_session(story.events)
    assert (state.dose.status, state.mg_given(story.at(30))) == (status, 10)
    assert [past in one.reason for one in state.irregular] == [True] * bool(past)
    measure(story, 14)
    for minute, number in ((15, 2), (20, 3)):
        if ask(nasal, story, e.SprayGiven(number), minute) is None:
            story.say(minute, e.SprayGiven(number))
    assert fold_session(story.events).mg_given(story.at(30)) == in_all


def test_an_infusion_is_never_told_as_in_already(nasal, story):
    told = e.DoseStarted(
        Decimal(30), Decimal("0.4"), Decimal(70), Route.IV_INFUSION, duration_min=40, already_in=True
    )
    story.ready()
    assert "not in at once" in permit_under(nasal, fold_session(story.events), told, story.at(10)).cause


def test_a_spray_is_asked_for_only_while_the_gate_would_take_it(nasal, sprayed):
    early = decide(nasal, fold_session(sprayed.events), sprayed.at(26)).next_action
    assert ask(nasal, sprayed, e.SprayGiven(2), 26) is not None
    assert early.kind is NextKind.MEASURE
    measure(sprayed, 26)
    assert ask(nasal, sprayed, e.SprayGiven(2), 26.5) is None
    now = decide(nasal, fold_session(sprayed.events), sprayed.at(26.5)).next_action
    assert now.kind is NextKind.GIVE_SPRAY


def test_the_same_spray_cannot_be_told_twice_and_in_a_record_that_has_it_twice_both_count(nasal, sprayed):
    sprayed.say(16, e.SprayGiven(2))
    for told in (e.SprayGiven(2), e.SprayGiven(2, already_in=True)):
        assert "The next is spray 3" in ask(nasal, sprayed, told, 16.5).cause
    sprayed.say(16.5, e.SprayGiven(2))
    state = fold_session(sprayed.events)
    assert state.mg_given(sprayed.at(30)) == 30 and "told as spray 2" in state.irregular[0].reason


def test_taking_one_spray_back_keeps_the_later_one_and_its_rest(nasal, sprayed):
    second = sprayed.say(15, e.SprayGiven(2))
    sprayed.say(20, e.SprayGiven(3))
    measure(sprayed, 20.2)
    assert ask_to_retract(nasal, sprayed, second, 20.5) is None
    sprayed.say(20.5, e.EventRetracted("it never went in"), corrects=second)
    state = fold_session(sprayed.events)
    assert state.mg_given(sprayed.at(30)) == 20 and state.irregular == ()
    assert (state.dose.next_spray, state.dose.status) == (3, DoseStatus.RUNNING)
    assert decide(nasal, state, sprayed.at(20.6)).next_action.kind is not NextKind.GIVE_SPRAY
    assert "less than 5 min ago" in ask(nasal, sprayed, e.SprayGiven(3), 24.9).cause
    assert ask(nasal, sprayed, e.SprayGiven(3), 25) is None
    sprayed.say(25, e.SprayGiven(3))
    assert fold_session(sprayed.events).mg_given(sprayed.at(30)) == 30
    assert "All sprays" in ask(nasal, sprayed, e.SprayGiven(4), 31).cause


def test_moving_one_spray_past_another_keeps_both(sprayed):
    second = sprayed.say(15, e.SprayGiven(2))
    sprayed.say(20, e.SprayGiven(3))
    sprayed.say(22, e.SprayGiven(2), recorded=23, corrects=second)
    state = fold_session(sprayed.events)
    assert state.mg_given(sprayed.at(30)) == 30 and state.dose.ended_at == sprayed.at(22)


def test_a_spray_is_not_moved_before_its_dose_and_one_that_stands_there_counts(nasal, sprayed):
    second = sprayed.say(15, e.SprayGiven(2))
    refused = permit_under(
        nasal,
        fold_session(sprayed.events),
        second.payload,
        sprayed.at(16),
        at=sprayed.at(9),
        corrects=second.envelope.id,
    )
    assert "had not begun" in refused.cause
    sprayed.say(9.9, e.SprayGiven(3))  # the machine's clock was set back
    state = fold_session(sprayed.events)
    assert state.mg_given(sprayed.at(30)) == 30 and "before the dose began" in state.irregular[0].reason


def ask_to_retract(protocol, story, event, minute):
    state = fold_session(story.events)
    retracted = e.EventRetracted("it never went in")
    return permit_under(protocol, state, retracted, story.at(minute), corrects=event.envelope.id)


ACTS = st.tuples(st.sampled_from(("spray", "back", "move")), st.integers(0, 8), st.integers(0, 60))


@given(acts=st.lists(ACTS, max_size=9), now=st.integers(10, 90))
def test_sprays_taken_back_and_moved_never_lower_what_is_in_nor_shorten_the_rest(nasal, new_story, acts, now):
    story = new_story().ready()
    story.say(10, SPRAYED)
    chains = []  # of each spray the entries that stand for it, the newest last, with their minutes
    for kind, which, minute in acts:
        if kind == "spray":
            chains.append([(story.say(minute, e.SprayGiven(2 + which % 3)), minute)])
        elif chains:
            chain = chains[which % len(chains)]
            newest, _ = chain[-1]
            if kind == "move":
                chain.append((story.say(minute, newest.payload, recorded=61, corrects=newest), minute))
            else:
                story.say(61, e.EventRetracted("slip"), corrects=newest)
                chain.pop()  # what it had replaced stands again
        chains = [chain for chain in chains if chain]
    state, times = fold_session(story.events), [10, *(max(10, chain[-1][1]) for chain in chains)]
    assert state.mg_given(story.at(90)) == 10 * len(times)
    assert sorted(state.dose.sprayed_at) == sorted(story.at(t) for t in times)
    step_by_step = fold_session(())
    for event in story.events:
        step_by_step = apply(step_by_step, event)
    assert step_by_step == state
    measure(story, now)
    state = fold_session(story.events)
    offered = decide(nasal, state, story.at(now)).next_action.kind is NextKind.GIVE_SPRAY
    number = state.dose.next_spray
    allowed = number is not None and ask(nasal, story, e.SprayGiven(number), now) is None
    assert not offered or allowed
    if allowed:
        assert len(times) < 3 and now >= max(times) + 5


@given(st.permutations(range(4)))
def test_the_order_in_which_sprays_are_heard_of_changes_nothing(new_story, order):
    story = new_story().ready()
    told = [
        story.say(10, SPRAYED),
        story.say(16, e.SprayGiven(2)),
        story.say(22, e.SprayGiven(3)),
        story.measure(25, spo2=97),
    ]
    rest = [event for event in story.events if event not in told]
    assert fold_session([*rest, *(told[i] for i in order)]) == fold_session(story.events)


# --- what is next, and going home ----------------------------------------------------------------


def test_the_next_spray_is_the_next_thing_once_the_patient_has_rested(nasal, sprayed):
    measure(sprayed, 11)
    state = fold_session(sprayed.events)
    early = decide(nasal, state, sprayed.at(12)).next_action
    assert early.kind in (NextKind.WAIT, NextKind.MEASURE) and early.due_at <= sprayed.at(15)
    measure(sprayed, 14.5)
    ready = decide(nasal, fold_session(sprayed.events), sprayed.at(15)).next_action
    assert (ready.kind, ready.text) == (NextKind.GIVE_SPRAY, "Give spray 2 of 3, 10 mg.")


def test_the_observation_counts_from_the_last_spray(nasal, sprayed):
    sprayed.say(16, e.SprayGiven(2))
    sprayed.say(40, e.SprayGiven(3))
    gap = next(g for g in to_discharge(nasal, fold_session(sprayed.events), sprayed.at(60)) if g.ready_at)
    least = max(d.at_least_min or 0 for d in nasal.discharge)
    assert gap.ready_at == sprayed.at(40 + least)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sprays": 4, "mg": Decimal(40)}, "40 mg is above the protocol's cap"),
        ({"sprays": 2, "spray_mg": Decimal(15)}, "are not the planned"),
        ({"sprays": None, "spray_mg": None}, "gives it by nasal"),
        ({"sprays": 2}, "do not add up"),
    ],
)
def test_a_start_with_other_sprays_than_planned_is_refused(nasal, story, change, says):
    story.ready()
    refusal = permit_under(
        nasal,
        replace(fold_session(story.events)),
        replace(SPRAYED, **change),
        story.at(10),
        holds=(),
    )
    assert says in refusal.cause


# --- the numbers that are lines ------------------------------------------------------------------


def test_the_numbers_of_the_session_are_lines_of_the_protocol(nasal, protocol):
    assert {line.kind for line in nasal.bedside} == set(BedsideKind)
    assert all(line.status.needs_signature for line in nasal.bedside)
    assert [agreed(protocol, kind) for kind in BedsideKind] == [5, 5]  # a text from before they were lines
    assert spray_rest(nasal).total_seconds() == 300 and may_differ(nasal) == Decimal("0.05")


def test_how_far_the_pump_may_be_off_without_a_word_is_the_protocols(nasal, protocol, story):
    story.dosing().say(30, e.DoseStopped("enough"))  # 20 min at 0.875 mg/min, 1 mg/mL: 17.5 mL
    read = c.PumpRead(Decimal("16.3"), True)
    assert "more than 5 % apart" in ask(protocol, story, read, 31).cause
    lines = tuple(replace(b, value=Decimal(10)) for b in nasal.bedside)
    assert ask(replace(protocol, bedside=lines), story, read, 31) is None


# --- into a muscle -------------------------------------------------------------------------------


def test_an_injection_into_a_muscle_is_whole_the_moment_it_is_given(story):
    shot = e.DoseStarted(Decimal(35), Decimal("0.5"), Decimal(70), Route.INTRAMUSCULAR)
    story.ready().say(10, shot)
    state = fold_session(story.events)
    assert state.dose.is_injection and state.phase is Phase.OBSERVATION
    assert state.mg_given(story.at(10)) == 35
    assert state.baseline[Measure.SYSTOLIC].value == 124
