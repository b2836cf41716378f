"""Going home: nobody leaves while the protocol asks for the prescriber."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ataraxy.core.protocol.types import Comparison, Limit, Measure, Phase, Rule, RuleAction, Status
from ataraxy.core.session import events as e
from ataraxy.core.session.decide import decide
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.permit import permit_under

CALL = Rule(
    "call-breathing",
    "call when the breathing rate is below 8",
    "test",
    Status.PROPOSED,
    (Phase.DOSING, Phase.OBSERVATION),
    RuleAction.ESCALATE,
    (Limit(Measure.RESPIRATORY_RATE, Comparison.BELOW, Decimal(8), "/min"),),
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


def test_a_call_answered_before_or_never_measured_keeps_nobody(calling, story):
    story.going_home()
    assert ask(calling, story, 131) is None
