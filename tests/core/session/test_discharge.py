"""Going home: nobody leaves while the protocol asks for the prescriber."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from ataraxy.core.protocol.types import Comparison, Limit, Measure, Phase, Route, Rule, RuleAction, Status
from ataraxy.core.session import care as c
from ataraxy.core.session import events as e
from ataraxy.core.session.decide import decide
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.permit import permit_under
from ataraxy.core.session.verdict import Hold

CALL = Rule(
    "call-breathing",
    "call when the breathing rate is below 8",
    "test",
    Status.PROPOSED,
    (Phase.DOSING, Phase.OBSERVATION),
    RuleAction.ESCALATE,
    (Limit(Measure.RESPIRATORY_RATE, Comparison.BELOW, Decimal(8), "/min"),),
)
PRESCRIBER = UUID(int=1002)
STARTED = e.DoseStarted(
    Decimal(35), Decimal("0.5"), Decimal(70), Route.IV_INFUSION, 40, Decimal("0.875"), Decimal(1)
)
HOME = e.SessionEnded(e.EndReason.DISCHARGED, "Sam Rivers")


@pytest.fixture
def calling(protocol):
    """The protocol with a rule that only calls the prescriber."""
    return replace(protocol, rules=(*protocol.rules, CALL))


def look(protocol, story, minute):
    return decide(protocol, fold_session(story.events), story.at(minute))


def ask(protocol, story, minute, payload=HOME):
    return permit_under(protocol, fold_session(story.events), payload, story.at(minute))


def test_nobody_goes_home_while_the_prescriber_is_to_be_called(calling, story):
    story.going_home().measure(129, respiratory_rate=6)
    decision = look(calling, story, 131)
    assert decision.escalate
    assert not decision.may_discharge
    assert "respiratory-rate 6" in ask(calling, story, 131).cause


def test_a_better_value_lets_the_patient_go(calling, story):
    story.going_home().measure(129, respiratory_rate=6)
    story.measure(130, respiratory_rate=13)
    assert ask(calling, story, 131) is None


def test_the_prescriber_who_was_called_may_sign_for_that_value_alone(calling, story):
    story.going_home().measure(129, respiratory_rate=7)
    assert ask(calling, story, 130, e.OverrideSigned("call-breathing", "slow sleeper, awake, well")) is None
    story.sign(130, "call-breathing")
    assert ask(calling, story, 131) is None
    story.measure(132, respiratory_rate=6)
    assert ask(calling, story, 133) is not None


@pytest.mark.parametrize("action", [RuleAction.HOLD, RuleAction.PAUSE, RuleAction.STOP])
def test_a_rise_from_before_the_dose_keeps_the_patient_as_a_limit_does(protocol, story, action):
    """Hazard: the screen says hold, because the pressure has risen too far, and the door is open."""
    rise = Limit(Measure.SYSTOLIC, Comparison.AT_LEAST, Decimal(12), "mmHg")
    phases = (Phase.OBSERVATION,)
    rule = Rule("rise", "risen by 12", "test", Status.PROPOSED, phases, action, (), (rise,))
    rising = replace(protocol, rules=(*protocol.rules, rule))
    before = fold_session(story.going_home().events).baseline[Measure.SYSTOLIC].value
    assert ask(rising, story, 131) is None
    story.measure(131, systolic=before + 13, diastolic=80)
    refused = ask(rising, story, 132)
    assert isinstance(look(rising, story, 132).stance, Hold)
    assert refused is not None and "+13 from" in refused.cause
    assert not look(rising, story, 132).may_discharge
    story.measure(133, systolic=before + 5, diastolic=80)
    assert ask(rising, story, 134) is None


def test_a_call_answered_before_or_never_measured_keeps_nobody(calling, story):
    story.going_home()
    assert ask(calling, story, 131) is None


def gaps(protocol, story, minute):
    return {gap.line: gap.what for gap in look(protocol, story, minute).to_discharge}


def supplement(story, minute):
    order = c.OrderGiven(
        c.OrderKind.KETAMINE, "ketamine", Decimal(10), "mg", c.Way.INTRAVENOUS, "awake", PRESCRIBER
    )
    ordered = story.say(minute - 1, order, actor=PRESCRIBER)
    return story.say(minute, c.BolusGiven(Decimal(5), c.Way.INTRAVENOUS, ordered.envelope.id))


def test_a_supplement_starts_the_observation_and_everything_seen_anew(protocol, story):
    """Hazard: 5 mg at minute 129, and home at 131 on what was seen before it."""
    story.going_home()
    supplement(story, 129)
    left = gaps(protocol, story, 131)
    assert left["observed"] == "78 min of observation left"  # 129 + 80, as after a dose given as planned
    assert left["oriented"] == "not confirmed since the dose"
    assert {"pressure-home", "awake", "clear", "spo2-pause", "pressure-stop"} <= set(left)
    assert "escort-here" not in left


def test_after_a_supplement_the_patient_goes_home_on_what_was_seen_since(protocol, story):
    story.going_home()
    supplement(story, 129)
    story.measure(208, systolic=124, diastolic=80, spo2=98, sedation=5, dissociation=2)
    story.check(208, "oriented")
    assert gaps(protocol, story, 208).keys() == {"observed"}
    assert gaps(protocol, story, 209) == {}


def test_pauses_keep_the_patient_as_long_as_the_drug_came_later(protocol, story):
    """Hazard: an hour of pauses, the drug ends late, and the patient leaves by the clock of the start."""
    story.dosing()
    story.say(30, e.DosePaused("nausea"))
    story.say(90, e.DoseResumed())
    story.say(110, e.DoseFinished())
    assert gaps(protocol, story, 130)["observed"] == "60 min of observation left"
    assert "observed" not in gaps(protocol, story, 190)


def test_a_dose_stopped_early_shortens_nothing(protocol, story):
    story.dosing().say(15, e.DoseStopped("the patient wished it"))
    assert gaps(protocol, story, 129)["observed"] == "1 min of observation left"
    assert "observed" not in gaps(protocol, story, 130)


def test_the_escort_who_was_here_in_the_morning_is_not_the_escort_at_the_door(protocol, story):
    """Hazard: the escort brought the patient, left, and is still taken for here."""
    story.open().say(4, e.EscortNamed("Sam Rivers", "555 0100", present=True))
    story.measure(8, weight=70, systolic=124, diastolic=78, spo2=98)
    story.say(10, STARTED)
    story.say(50, e.DoseFinished())
    assert gaps(protocol, story, 131)["escort-here"] == "the escort was not seen here since the dose"
    story.say(128, e.EscortNamed("Sam Rivers", "555 0100", present=True))
    assert "escort-here" not in gaps(protocol, story, 131)
