"""The shipped protocols, run from arrival to discharge by a nurse who only ever does the next thing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from ataraxy.catalog.load import protocols
from ataraxy.core.protocol.dosing import plan_dose
from ataraxy.core.protocol.types import CheckKind, Measure
from ataraxy.core.session import care as c
from ataraxy.core.session import events as e
from ataraxy.core.session.decide import decide
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.permit import permit_under
from ataraxy.core.session.verdict import NextKind, Proceed

WELL = {
    Measure.SYSTOLIC: 128,
    Measure.DIASTOLIC: 80,
    Measure.SPO2: 98,
    Measure.SEDATION: 5,
    Measure.DISSOCIATION: 1,
    Measure.WEIGHT: 70,
    Measure.ANXIETY_NOW: 4,
    Measure.NAUSEA: 0,
    Measure.ORIENTATION: 3,
}
PRESCRIBER = UUID(int=1002)
SHIPPED = sorted(protocols())


class Nurse:
    """Does what the screen says, writes it down, and lets time pass only when told to wait."""

    def __init__(self, protocol, story, mg_per_kg):
        self.mg_per_kg = mg_per_kg
        self.protocol, self.story, self.minute, self.prompts = protocol, story, 2.0, 0
        self.kinds = []

    def say(self, payload):
        state = fold_session(self.story.events)
        refusal = permit_under(self.protocol, state, payload, self.story.at(self.minute), holds=())
        assert refusal is None, refusal
        self.story.say(self.minute, payload)

    def measure(self, measures):
        readings = [e.Reading(m, Decimal(WELL.get(m, 72)), m.unit) for m in measures]
        self.say(e.VitalRecorded(tuple(readings)))

    def check(self, line):
        check = next((c for c in (*self.protocol.arrival, *self.protocol.discharge) if c.id == line), None)
        kind = str(check.kind)
        if kind == CheckKind.WEIGHT:
            self.measure([Measure.WEIGHT])
        elif kind == CheckKind.ESCORT:
            self.say(e.EscortNamed("Sam Rivers", "555 0100", present=self.prompts > 0))
        elif kind == CheckKind.PEOPLE:
            self.say(c.CoverNamed(UUID(int=1), UUID(int=2)))
        elif kind == CheckKind.SYRINGE:
            self.draw()
        elif check.kind in ("limit", "back-to-baseline", "falling"):
            self.measure({limit.measure for limit in check.limits} or [check.measure])
        elif getattr(check, "scale", ""):
            self.say(e.CheckRecorded(line, True, answers=(0,) * check.asked, scale="c-ssrs 2016.1"))
        else:
            self.say(e.CheckRecorded(line, True, identifiers=("name", "date of birth")))

    def wait_until(self, due_at):
        minutes = (due_at - self.story.at(0)) / timedelta(minutes=1) if due_at else 0
        self.minute = max(self.minute + 0.5, minutes)

    def draw(self):
        plan = plan_dose(self.protocol, self.mg_per_kg, Decimal(70))
        stock, none = self.protocol.drug.stock_mg_per_ml, Decimal(0)
        final, strength = plan.infusion_ml or plan.stock_ml, plan.concentration_mg_per_ml or stock
        held = plan.mg if plan.infusion_ml else plan.held_mg
        rest = (final - plan.stock_ml) or none
        self.say(c.SyringePrepared(held, stock, plan.stock_ml, "saline", rest, final, strength))
        made = self.story.events[-1].envelope.id
        self.story.say(self.minute, c.SyringeChecked(made), actor=PRESCRIBER)

    def start(self, mg_per_kg):
        plan = plan_dose(self.protocol, mg_per_kg, Decimal(70))
        self.say(
            e.DoseStarted(
                plan.mg,
                plan.mg_per_kg,
                plan.weight_kg,
                plan.route,
                plan.duration_min,
                plan.rate_mg_per_min,
                plan.concentration_mg_per_ml,
                fold_session(self.story.events).care.syringe.event,
                plan.sprays,
                plan.spray_mg,
            )
        )

    def act(self, action, mg_per_kg):
        self.kinds.append(action.kind)
        if action.kind is NextKind.CHECK:
            self.check(action.line)
        elif action.kind is NextKind.START_DOSE:
            self.start(mg_per_kg)
            self.prompts = 1
        elif action.kind is NextKind.MEASURE and action.due_at > self.story.at(self.minute):
            self.wait_until(action.due_at)
        elif action.kind is NextKind.MEASURE:
            self.measure(action.measures)
            self.prompts += 1
        elif action.kind is NextKind.FINISH_DOSE:
            self.say(e.DoseFinished())
        elif action.kind is NextKind.GIVE_SPRAY:
            self.say(e.SprayGiven(fold_session(self.story.events).dose.next_spray))
        elif action.kind is NextKind.CONFIRM_PUMP:
            self.say(c.PumpRead(None, True))
        elif action.kind is NextKind.WAIT:
            self.wait_until(action.due_at)
        elif action.kind is NextKind.DISCHARGE:
            self.say(e.SessionEnded(e.EndReason.DISCHARGED, "Sam Rivers"))
        else:
            raise AssertionError(action)


@pytest.mark.parametrize("name", [*SHIPPED, "by nose"])
def test_doing_only_the_next_thing_leads_home(name, story, nasal):
    protocol = protocols().get(name, nasal)
    mg_per_kg = protocol.indications[0].course.doses_mg_per_kg[0]
    nurse = Nurse(protocol, story.open(), mg_per_kg)
    for _ in range(400):
        decision = decide(protocol, fold_session(story.events), story.at(nurse.minute))
        assert (
            decision.phase == "arrival" or isinstance(decision.stance, Proceed) or decision.phase == "ended"
        )
        if decision.next_action.kind is NextKind.DONE:
            break
        nurse.act(decision.next_action, mg_per_kg)
    state = fold_session(story.events)
    assert state.ending is not None
    assert state.irregular == ()
    assert NextKind.START_DOSE in nurse.kinds and NextKind.DISCHARGE in nurse.kinds
    observed = next(d.at_least_min for d in protocol.discharge if d.at_least_min)
    stay = (state.ending.at - state.dose.started_at) / timedelta(minutes=1)
    assert observed <= stay < observed + 30
    assert (NextKind.CONFIRM_PUMP in nurse.kinds) is (protocol.dose.duration_min is not None)
    assert nurse.prompts <= 60, "the alert budget of one session"


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_protocols_hold_on_everything_at_first(name, story):
    protocol = protocols()[name]
    decision = decide(protocol, fold_session(story.open().events), story.at(1))
    assert {m.line for m in decision.to_start} == {check.id for check in protocol.arrival}


@pytest.mark.parametrize("name", SHIPPED)
def test_nobody_is_left_unwatched_for_the_first_ten_minutes(name, story):
    """Hazard: an injection has no time of dosing, and the first look is asked for after a quarter of an hour."""
    protocol = protocols()[name]
    story.ready().measure(10, spo2=98, sedation=5, respiratory_rate=14)
    plan = plan_dose(protocol, Decimal("0.5"), Decimal(70))
    story.say(10, e.DoseStarted(plan.mg, plan.mg_per_kg, plan.weight_kg, plan.route, plan.duration_min))
    due = decide(protocol, fold_session(story.events), story.at(20)).due
    late = {measure for one in due if one.overdue for measure in one.measures}
    urgent = {measure for one in due if one.urgent for measure in one.measures}
    assert Measure.SPO2 in late
    assert Measure.SEDATION in urgent


@pytest.mark.parametrize("name", SHIPPED)
def test_a_pressure_that_stays_high_is_measured_again_until_the_patient_leaves(name, story):
    protocol = protocols()[name]
    story.ready()
    plan = plan_dose(protocol, Decimal("0.5"), Decimal(70))
    story.say(10, e.DoseStarted(plan.mg, plan.mg_per_kg, plan.weight_kg, plan.route, plan.duration_min))
    story.say(50, e.DoseStopped())
    story.measure(175, systolic=172, diastolic=98, pulse_cuff=80)
    due = decide(protocol, fold_session(story.events), story.at(240)).due
    assert any(Measure.SYSTOLIC in one.measures and one.urgent for one in due)
