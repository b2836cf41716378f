"""What is asked of the present moment is answered truly, and noted: no way of asking goes unseen."""

from __future__ import annotations

import operator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.session.freshness import FOR_EVER
from ataraxy.core.session.instant import NOT_ASKED, TICK, Instant, Span, Watch, standstill, still

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECONDS = st.integers(-100, 100).map(lambda s: timedelta(seconds=s))
ORDERS = st.sampled_from((operator.ge, operator.gt, operator.le, operator.lt))


def asked(question, now=NOW):
    """What ``question`` says of the moment, and until when."""
    watch = Watch(now)
    return question(Instant.of(watch)), watch.until


ONE = st.one_of(
    st.builds(lambda how, s: lambda now: how(now, NOW + s), ORDERS, SECONDS),
    st.builds(lambda how, s: lambda now: how(NOW + s, now), ORDERS, SECONDS),
    st.builds(lambda how, s, d: lambda now: how(now - (NOW + s), d), ORDERS, SECONDS, SECONDS),
    st.builds(lambda how, s, d: lambda now: how((NOW + s) - now, d), ORDERS, SECONDS, SECONDS),
    st.builds(lambda how, s, d: lambda now: how(d, -(now - (NOW + s))), ORDERS, SECONDS, SECONDS),
    st.builds(lambda s, d: lambda now: (now - (NOW + s)) // max(d, TICK), SECONDS, SECONDS),
    st.builds(lambda s, d: lambda now: -(-((NOW + s) - now) // max(d, TICK)), SECONDS, SECONDS),
)
QUESTIONS = ONE | st.builds(lambda s, d: lambda now: -d <= now - (NOW + s) <= d, SECONDS, SECONDS)


@given(QUESTIONS, st.integers(0, 300_000_000))
def test_an_answer_is_the_plain_one_and_stays_so_until_the_moment_noted(question, later):
    answer, until = asked(question)
    assert answer == question(NOW)
    last = min(until - TICK, NOW + timedelta(microseconds=later))
    assert last < NOW or question(last) == answer


@given(ONE)
def test_the_moment_noted_is_the_very_one_at_which_a_comparison_turns(question):
    """So that holding on pays: no moment is noted for nothing."""
    answer, until = asked(question)
    if until < FOR_EVER:
        assert question(until) != answer
    else:
        assert question(NOW + timedelta(days=3)) == answer


def test_of_two_that_run_together_the_order_stays():
    watch = Watch(NOW)
    first, second = Instant.of(watch), Instant.of(watch)
    assert first >= second and not first > second and first - second == timedelta(0)
    assert watch.until == FOR_EVER


KNOWN = {"__ge__", "__gt__", "__le__", "__lt__", "__sub__", "__rsub__"}


GIVEN = {
    **dict.fromkeys(("__add__", "__radd__"), (TICK,)),
    **dict.fromkeys(("__eq__", "__ne__"), (NOW,)),
    **dict.fromkeys(("strftime", "__format__"), ("",)),
}


@pytest.mark.parametrize("name", sorted(set(dir(datetime)) - NOT_ASKED - KNOWN))
def test_whatever_else_a_moment_is_asked_counts_as_otherwise_at_once(name):
    watch = Watch(NOW)
    found = getattr(Instant.of(watch), name)
    if callable(found):
        found(*GIVEN.get(name, ()))
    assert watch.until == NOW


@pytest.mark.parametrize(
    "name", sorted(set(dir(timedelta)) - NOT_ASKED - KNOWN - {"__neg__", "__floordiv__"})
)
def test_whatever_else_a_length_is_asked_counts_as_otherwise_at_once(name):
    watch = Watch(NOW)
    span = Instant.of(watch) - (NOW - timedelta(minutes=3))
    found = getattr(span, name)
    one = {"__mul__", "__rmul__"}
    if callable(found):
        lone = name in {"__abs__", "__bool__", "__hash__", "__pos__", "__repr__", "__str__", "total_seconds"}
        found(*(() if lone else (2,) if name in one else ("",) if name == "__format__" else (TICK,)))
    assert watch.until == NOW


@pytest.mark.parametrize(
    "how", [lambda now: NOW + (now - NOW), lambda now: NOW - (now - NOW), lambda now: now - TICK]
)
def test_a_moment_made_of_another_is_a_plain_one_and_counts_as_otherwise_at_once(how):
    made, until = asked(how)
    assert type(made) is datetime and made == how(NOW) and until == NOW


def test_what_stands_still_is_plain_and_notes_nothing():
    watch = Watch(NOW)
    instant = Instant.of(watch)
    length = instant - (NOW - timedelta(minutes=3))
    assert isinstance(length, Span) and still(length) == timedelta(minutes=3) == still(timedelta(minutes=3))
    assert type(standstill(instant)) is datetime and standstill(instant) == NOW == standstill(NOW)
    assert watch.until == FOR_EVER
