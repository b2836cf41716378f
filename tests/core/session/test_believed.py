"""A clock that ran ahead and was set back."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.believed import believed
from ataraxy.core.session.decide import decide
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.freshness import Freshness, freshness
from ataraxy.core.session.verdict import Hold, Stop


def seen(story, minute):
    return believed(fold_session(story.events), story.at(minute))


def test_a_value_stamped_in_the_future_is_not_current_before_the_dose(protocol, story):
    """Hazard: taken while the clock ran two hours ahead, it would look fresh for two hours.

    It came after the arrival at minute 1, and that is all that is known of its time.
    """
    story.open().measure(120, systolic=124, diastolic=78, spo2=98)
    stance = decide(protocol, fold_session(story.events), story.at(20)).stance
    assert isinstance(stance, Hold)
    held = {reason.line for reason in stance.reasons}
    assert {"pressure-before", "spo2-before"} <= held


def test_a_value_from_the_future_does_not_stand_before_one_taken_since(protocol, story):
    story.dosing().measure(130, systolic=124, diastolic=78)
    story.measure(20, systolic=190, diastolic=100)
    assert seen(story, 20).latest(Measure.SYSTOLIC).value == 190
    assert isinstance(decide(protocol, fold_session(story.events), story.at(20)).stance, Stop)


def test_what_a_value_from_the_future_warns_of_still_warns(protocol, story):
    story.dosing().measure(130, systolic=190, diastolic=100)
    assert isinstance(decide(protocol, fold_session(story.events), story.at(20)).stance, Stop)


def test_an_answer_from_the_future_is_asked_again(protocol, story):
    story.ready()
    story.check(130, "fasted")
    again = seen(story, 10).checks["fasted"]
    assert again.at <= story.at(10)


def test_a_minute_ahead_is_two_clocks_that_differ(story):
    story.open().measure(10.9, systolic=124, diastolic=78)
    state = fold_session(story.events)
    assert believed(state, story.at(10)) is state


@given(st.data())
def test_no_measurement_is_ever_from_the_future(histories, data):
    story = data.draw(histories)
    now = story.at(data.draw(st.integers(-20, 260)))
    before = fold_session(story.events)
    state = believed(before, now)
    assert all(v.at - now <= timedelta(seconds=60) for vs in state.series.values() for v in vs)
    assert state.last_seq == before.last_seq and state.log == before.log
    assert {m: len(v) for m, v in state.series.items()} == {m: len(v) for m, v in before.series.items()}


@given(st.data())
def test_with_a_clock_that_was_never_set_back_nothing_changes(histories, data):
    state = fold_session(data.draw(histories).events)
    assert (
        believed(state, max((ev.envelope.at for ev in state.log), default=data.draw(histories).at(0)))
        is state
    )


def test_a_value_from_the_future_is_drawn_as_absent(story):
    assert freshness(story.at(70), story.at(10), Measure.SYSTOLIC) is Freshness.ABSENT
    assert freshness(story.at(10.5), story.at(10), Measure.SYSTOLIC) is Freshness.FRESH
