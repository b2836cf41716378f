"""A dose at changing rates: what is in is what each stretch put in, and at the end what the pump says."""

from __future__ import annotations

import json
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.record.chain import event_text
from ataraxy.core.session import care as c
from ataraxy.core.session import events as e
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.registry import parse_session_event

RATES = st.lists(
    st.tuples(st.integers(11, 60), st.sampled_from(("0.2", "0.5", "0.875"))),
    max_size=5,
    unique_by=lambda x: x[0],
)


@given(RATES, st.integers(11, 70))
def test_the_mg_given_are_the_sum_over_minutes_at_the_rate_of_each(new_story, changes, until):
    story = new_story().dosing()
    for minute, rate in sorted(changes):
        story.say(minute, c.RateChanged(Decimal(rate), "x"))
    state = fold_session(story.events)
    total, rate, turns = Decimal(0), Decimal("0.875"), dict(changes)
    for minute in range(10, until):
        rate = Decimal(turns.get(minute, rate))
        total += rate
    assert state.mg_given(story.at(until)) == min(Decimal(35), total).quantize(Decimal("0.01"))


def test_a_slower_rate_is_kept_through_a_pause(story):
    story.dosing().say(20, c.RateChanged(Decimal("0.5"), "nausea"))
    story.say(24, e.DosePaused())
    story.say(30, e.DoseResumed())
    dose = fold_session(story.events).dose
    assert dose.mg_at(story.at(32)) == Decimal("8.75") + Decimal("2.00") + Decimal("1.00")
    assert dose.rate_mg_per_min == Decimal("0.5")
    assert dose.planned_rate_mg_per_min == Decimal("0.875")


@pytest.mark.parametrize(("pumped", "charted"), [("17.4", "17.40"), ("12.0", "12.00"), (None, "17.50")])
def test_at_the_end_the_pump_counts_where_it_was_read(story, pumped, charted):
    story.dosing().say(30, e.DoseStopped("enough"))  # 20 min at 0.875
    if pumped:
        story.say(31, c.PumpRead(Decimal(pumped), True, "the line was primed"))
    assert fold_session(story.events).mg_given(story.at(60)) == Decimal(charted)


def test_a_supplement_counts_with_the_dose(story):
    story.dosing().say(30, e.DoseStopped("enough"))
    wanted = (Decimal(5), "mg", c.Way.INTRAMUSCULAR, "too little", UUID(int=1002))
    order = story.say(31, c.OrderGiven(c.OrderKind.KETAMINE, "ketamine", *wanted))
    story.say(32, c.BolusGiven(Decimal(5), c.Way.INTRAMUSCULAR, order.envelope.id))
    state = fold_session(story.events)
    assert state.mg_given(story.at(31)) == Decimal("17.50")
    assert state.mg_given(story.at(33)) == Decimal("22.50")


@given(st.data())
def test_a_rate_changed_before_and_after_in_any_order_of_arrival_is_the_same_dose(new_story, data):
    story = new_story().dosing()
    story.say(20, c.RateChanged(Decimal("0.5"), "a"))
    story.say(25, c.PumpRead(Decimal("11"), False, "air"))
    story.say(26, c.RateChanged(Decimal("0.3"), "b"))
    story.say(30, e.DoseStopped())
    shuffled = data.draw(st.permutations([*story.events, *story.events[:3]]))
    assert fold_session(shuffled) == fold_session(story.events)


@pytest.mark.parametrize(
    ("version", "infused_ml", "says"), [(2, "17.3", "17.30"), (1, "17.3", "17.50"), (1, "12", "12.00")]
)
def test_a_pump_read_of_old_counts_as_it_did_when_it_was_signed_over(story, version, infused_ml, says):
    """20 min at 0.875 mg/min are 17.50 mg by rate and time; before version 2 the pump counted only beyond 5 %."""
    story.dosing().say(30, e.DoseStopped("enough"))
    read = c.PumpRead(Decimal(infused_ml), True, "as it stands")
    event = story.say(31, read)
    body = json.loads(event_text(UUID(int=7), UUID(int=8), "PumpRead", read.VERSION, event.envelope, read))
    if version == 1:
        del body["payload"]["counts"]
        body["version"] = 1
    story.events[-1] = parse_session_event(json.dumps(body))
    story.say(40, e.SessionEnded(e.EndReason.TRANSFERRED))
    state = fold_session(story.events)
    assert state.mg_given(story.at(60)) == state.mg_in_all == Decimal(says)
    assert state.pump_counts is (says != "17.50")
