"""Which session comes next."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.load import protocols
from ataraxy.core.course.next_step import next_session
from ataraxy.core.protocol.types import Disorder

TODAY = date(2026, 9, 1)
IV, SC = protocols()["iv-racemic-0.5"], protocols()["sc-ascending"]


def on(*days):
    return [TODAY + timedelta(days=d) for d in days]


def test_the_first_session_may_be_any_day_from_today():
    first = next_session(IV, Disorder.PTSD, [], TODAY)
    assert (first.number, first.earliest, first.latest, first.room) == (1, TODAY, None, True)
    assert first.allows(TODAY) and not first.allows(TODAY - timedelta(days=1))


def test_the_next_keeps_the_spacing_of_the_protocol():
    course = IV.indication(Disorder.PTSD).course
    second = next_session(IV, Disorder.PTSD, on(0), TODAY)
    assert (second.earliest - TODAY).days == course.least_days_apart
    assert (second.latest - TODAY).days == min(course.most_days_apart, course.within_days)


def test_a_complete_course_has_no_next_session():
    sessions = IV.indication(Disorder.PTSD).course.sessions
    assert next_session(IV, Disorder.PTSD, on(*range(0, sessions * 2, 2)), TODAY) is None
    assert next_session(IV, Disorder.SAD, on(0), TODAY) is None


def test_an_ascending_course_names_its_step_up_rule():
    second = next_session(SC, Disorder.GAD, on(0), TODAY)
    assert second.steps_up
    assert "step-up" in {rule.kind for rule in second.rules}
    assert "step-up" not in {rule.kind for rule in next_session(SC, Disorder.GAD, [], TODAY).rules}


def test_a_course_that_took_too_long_has_no_room_left():
    course = IV.indication(Disorder.PTSD).course
    late = next_session(IV, Disorder.PTSD, on(0, course.within_days), TODAY)
    assert not late.room
    assert not any(late.allows(TODAY + timedelta(days=d)) for d in range(60))


def test_a_disorder_the_protocol_does_not_treat_is_refused():
    with pytest.raises(ValueError, match="no course"):
        next_session(SC, Disorder.PTSD, [], TODAY)


@given(st.lists(st.integers(0, 60), max_size=5), st.randoms())
def test_the_order_of_the_dates_does_not_matter(days, random):
    dates = on(*days)
    shuffled = random.sample(dates, len(dates))
    assert next_session(IV, Disorder.PTSD, shuffled, TODAY) == next_session(IV, Disorder.PTSD, dates, TODAY)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=5))
def test_no_session_is_proposed_closer_than_the_protocol_allows(days):
    found = next_session(IV, Disorder.PTSD, on(*days), TODAY)
    apart = IV.indication(Disorder.PTSD).course.least_days_apart
    assert (found.earliest - max(on(*days))).days == apart
