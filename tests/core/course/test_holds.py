"""What the course says against the next dose."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.load import instruments, protocols
from ataraxy.core.chart import events as c
from ataraxy.core.chart.fold import fold_chart
from ataraxy.core.course.findings import CourseCase
from ataraxy.core.course.holds import course_holds
from ataraxy.core.protocol.types import CourseRuleKind, Disorder, Measure, Route, StopWhen
from ataraxy.core.record.envelope import Envelope, Origin, Recorded
from ataraxy.core.session import events as e
from ataraxy.core.session.fold import fold_session

ZERO = datetime(2026, 11, 2, 9, tzinfo=UTC)
COURSE, STAFF = UUID(int=50), UUID(int=60)
IV, SC = protocols()["iv-racemic-0.5"], protocols()["sc-ascending"]
IDS = count(1000)


def recorded(hours, payload, seq=1):
    at = ZERO + timedelta(hours=hours)
    return Recorded(Envelope(UUID(int=next(IDS)), seq, at, at, STAFF, Origin.STAFF), payload)


def session(number, hours, *more, dose="0.5", given=True, ended=e.EndReason.DISCHARGED, course=COURSE):
    """The state of a session that began at ``hours``; ``more`` happens between its dose and its end."""
    planned = Decimal(dose)
    opened = e.SessionOpened(UUID(int=1), course, "p", "1", "0" * 64, Disorder.PTSD, number, planned)
    mg = planned * 70
    acts = [opened]
    if given:
        acts.append(e.DoseStarted(mg, planned, Decimal(70), Route.SUBCUTANEOUS))
    acts += more
    if ended:
        acts.append(e.SessionEnded(ended))
    return fold_session(recorded(hours + n / 60, act, n + 1) for n, act in enumerate(acts))


def chart(*entries):
    """A chart of (hours, payload), the events numbered in order."""
    return fold_chart(recorded(hours, payload, n + 1) for n, (hours, payload) in enumerate(entries))


def scale(name, total):
    return c.ScaleAnswered(name, "1", (), Decimal(total))


def case(today, *others, protocol=IV, disorder=Disorder.PTSD, of=None):
    return CourseCase(protocol, disorder, COURSE, of or chart(), today, others, instruments())


def coming(number=2, dose="0.5", *more):
    return session(number, 96, *more, dose=dose, given=False, ended=None)


def review(*events):
    return 97, c.CourseReviewed(COURSE, tuple(events), ("seen",), "looked at")


def effect(name, grade):
    return e.SideEffectReported(name, grade, "words" if name == "other" else "")


# --- stop rules ----------------------------------------------------------------------------------


def test_a_quiet_session_holds_nothing():
    first = session(1, 0, effect("nausea", e.Grade.MODERATE), effect("dissociation", e.Grade.MILD))
    assert course_holds(case(coming(), first)) == ()


@pytest.mark.parametrize(
    ("what", "line"),
    [
        (effect("vomiting", e.Grade.SEVERE), "stop-severe-event"),
        (effect("other", e.Grade.SEVERE), "stop-severe-event"),
        (effect("loss-of-consciousness", e.Grade.MILD), "stop-severe-event"),
        (effect("respiratory-depression", e.Grade.MILD), "stop-severe-event"),
        (effect("blood-pressure-raised", e.Grade.MODERATE), "stop-severe-event"),
        (effect("urinary-frequency", e.Grade.MILD), "stop-bladder"),
        (e.VitalRecorded((e.Reading(Measure.SYSTOLIC, Decimal(184), "mmHg"),)), "stop-severe-event"),
        (e.CheckRecorded("urinary-symptoms", ok=False, note="pain"), "stop-bladder"),
        (e.CheckRecorded("suicide-screen", ok=False, note="item 4"), "stop-worse"),
    ],
)
def test_what_a_stop_rule_names_holds_the_next_dose_until_it_is_reviewed(what, line):
    first = session(1, 0, what)
    (hold,) = course_holds(case(coming(), first))
    assert hold.line == line and hold.findings and hold.source
    events = [one.event for one in hold.findings]
    assert course_holds(case(coming(), first, of=chart(review(*events)))) == ()


def test_a_transfer_by_ambulance_holds():
    (hold,) = course_holds(case(coming(), session(1, 0, ended=e.EndReason.TRANSFERRED)))
    assert "transferred by ambulance" in hold.what


def test_what_is_reported_today_before_the_dose_holds_too():
    today = coming(1, "0.5", effect("vomiting", e.Grade.SEVERE))
    assert [hold.line for hold in course_holds(case(today))] == ["stop-severe-event"]


def test_a_review_covers_what_it_names_and_nothing_that_came_later():
    first = session(1, 0, effect("vomiting", e.Grade.SEVERE))
    seen = chart(review(first.side_effects[0].event))
    assert course_holds(case(coming(), first, of=seen)) == ()
    second = session(2, 48, effect("headache", e.Grade.SEVERE))
    (hold,) = course_holds(case(coming(3), first, second, of=seen))
    assert "headache" in hold.what and "vomiting" not in hold.what


@pytest.mark.parametrize(("total", "holds"), [(67, False), (68, True), (80, True)])
def test_reliably_worse_on_the_scale_of_the_indication_holds(total, holds):
    """PCL-5: 18 points are a reliable change (catalog/instruments/pcl5.toml)."""
    told = chart((-24, scale("pcl5", 50)), (48, scale("pcl5-week", total)))
    assert bool(course_holds(case(coming(), session(1, 0), of=told))) is holds


def test_without_a_rule_of_change_for_the_scale_every_other_scale_counts():
    """The LSAS has no rule; the GAD-7 has one of 4 points."""
    told = chart((-24, scale("lsas", 80)), (-24, scale("gad7", 10)), (48, scale("gad7", 14)))
    at = case(coming(), session(1, 0), of=told, disorder=Disorder.SAD)
    assert [hold.line for hold in course_holds(at)] == ["stop-worse"]


def test_a_high_suicide_screen_since_the_course_was_planned_holds():
    planned = c.CoursePlanned(COURSE, "p", "1", "0" * 64, Disorder.PTSD, "", 6)
    high = c.ScaleAnswered("c-ssrs", "2016.1", (1, 1, 1, 1, 0, 0), None)
    before = chart((-48, high), (-24, planned))
    assert course_holds(case(coming(1), of=before)) == ()
    (hold,) = course_holds(case(coming(1), of=chart((-24, planned), (24, high))))
    assert hold.line == "stop-worse"


LOW, HIGH = (0, 0, 0, 0, 0, 0), (1, 1, 1, 1, 0, 0)


def screened(minute, answers, *, seq, corrects=None):
    at = ZERO + timedelta(hours=96, minutes=minute)
    low = not any(answers[3:])
    told = e.CheckRecorded("suicide-screen", low, "" if low else "a plan", answers=answers)
    frame = Envelope(UUID(int=next(IDS)), seq, at, at, STAFF, Origin.STAFF, corrects)
    return Recorded(frame, told)


def taken_back(minute, corrects, *, seq):
    at = ZERO + timedelta(hours=96, minutes=minute)
    frame = Envelope(UUID(int=next(IDS)), seq, at, at, STAFF, Origin.STAFF, corrects)
    return Recorded(frame, e.EventRetracted("asked wrongly"))


def opened_today():
    return recorded(
        96, e.SessionOpened(UUID(int=1), COURSE, "p", "1", "0" * 64, Disorder.PTSD, 1, Decimal("0.5"))
    )


WATCHED = pytest.param(IV, "stop-worse", id="a stop rule watches")
ALONE = pytest.param(replace(IV, course_rules=()), "suicide-screen", id="no rule watches")


@pytest.mark.parametrize(("protocol", "line"), [WATCHED, ALONE])
@pytest.mark.parametrize(
    "then", ["asked again", "taken back", "moved before the low one", "taken back and moved"]
)
def test_a_high_screen_today_holds_whatever_comes_later_until_a_prescriber_reviews_it(then, protocol, line):
    low, high = screened(5, LOW, seq=2), screened(6, HIGH, seq=3)
    target = high.envelope.id
    told = {
        "asked again": [screened(8, LOW, seq=4)],
        "taken back": [taken_back(8, target, seq=4)],
        "moved before the low one": [screened(4, HIGH, seq=4, corrects=target)],
        "taken back and moved": [screened(4, HIGH, seq=4, corrects=target), taken_back(9, target, seq=5)],
    }[then]
    today = fold_session([opened_today(), low, high, *told])
    (hold,) = course_holds(case(today, protocol=protocol))
    assert hold.line == line and [one.event for one in hold.findings] == [target]
    assert "HIGH (a plan)" in hold.what
    assert course_holds(case(today, protocol=protocol, of=chart(review(target)))) == ()


@given(st.lists(st.tuples(st.sampled_from(("low", "high", "again", "back")), st.integers(0, 60)), max_size=8))
def test_no_later_entry_ever_opens_what_a_high_screen_holds(acts):
    events, highs = [opened_today(), screened(3, HIGH, seq=2)], 1
    for kind, minute in acts:
        seq, target = len(events) + 1, events[1 + minute % (len(events) - 1)].envelope.id
        if kind == "back":
            made = taken_back(minute, target, seq=seq)
        else:
            answers = HIGH if kind == "high" else LOW
            made = screened(minute, answers, seq=seq, corrects=target if kind == "again" else None)
        events.append(made)
        highs += kind == "high"
    (hold,) = course_holds(case(fold_session(events)))
    assert len(hold.findings) == highs


@pytest.mark.parametrize(
    ("protocol", "line"),
    [
        WATCHED,
        pytest.param(replace(IV, course_rules=(), arrival=(), discharge=()), "screen-elsewhere", id="none"),
    ],
)
@pytest.mark.parametrize("answered", [HIGH, (0, 1, None, None, None, 1)])
def test_a_high_screen_on_another_protocol_holds_whatever_its_line_was_called(protocol, line, answered):
    """Hazard: the patient goes on with another treatment, whose file names its lines otherwise."""
    told = e.CheckRecorded("mood-before", False, "a plan", answers=answered)
    before = session(1, 0, told, course=UUID(int=51))
    (hold,) = course_holds(case(coming(1), before, protocol=protocol))
    assert hold.line == line and "HIGH (a plan)" in hold.what
    reviewed = chart(review(hold.findings[0].event))
    assert course_holds(case(coming(1), before, protocol=protocol, of=reviewed)) == ()
    low = session(1, 0, e.CheckRecorded("mood-before", True, answers=LOW), course=UUID(int=51))
    assert course_holds(case(coming(1), low, protocol=protocol)) == ()


def test_another_course_after_one_without_response_waits_for_a_review():
    old = UUID(int=51)
    planned = c.CoursePlanned(old, "p", "1", "0" * 64, Disorder.PTSD, "", 1)
    given = session(1, 0, course=old)
    told = chart((-30, planned), (-24, scale("pcl5", 50)), (48, scale("pcl5", 48)))
    (hold,) = course_holds(case(coming(1), given, of=told))
    assert hold.line == "stop-no-response"
    better = chart((-30, planned), (-24, scale("pcl5", 50)), (48, scale("pcl5", 10)))
    assert course_holds(case(coming(1), given, of=better)) == ()


def test_a_stop_rule_that_names_nothing_holds_for_everything():
    """A protocol activated before its rules could name what they look for."""
    rules = tuple(replace(r, when=(), checks=()) for r in IV.course_rules if r.id == "stop-bladder")
    old = replace(IV, course_rules=rules)
    assert course_holds(case(coming(), session(1, 0, effect("vomiting", e.Grade.SEVERE)), protocol=old))


EFFECTS = st.builds(
    effect,
    st.sampled_from(("nausea", "vomiting", "urinary-frequency", "loss-of-consciousness", "other")),
    st.sampled_from(e.Grade),
)


@given(st.lists(EFFECTS, max_size=4), st.lists(EFFECTS, max_size=4), st.data())
def test_a_hold_goes_only_when_every_event_behind_it_was_reviewed(before, after, data):
    first = session(1, 0, *before)
    named = data.draw(st.sets(st.sampled_from([s.event for s in first.side_effects] or [UUID(int=1)])))
    second = session(2, 48, *after)
    open_ = {f.event for h in course_holds(case(coming(3), first, second)) for f in h.findings}
    left = {
        f.event
        for h in course_holds(case(coming(3), first, second, of=chart(review(*named))))
        for f in h.findings
    }
    assert left == open_ - named


# --- steps ---------------------------------------------------------------------------------------


def decided(dose, after, hours=95.5):
    return e.DoseDecided(Decimal(dose), "tolerated", after)


def sc(today, *others):
    found = course_holds(case(today, *others, protocol=SC, disorder=Disorder.GAD))
    return [hold.what for hold in found if hold.kind is CourseRuleKind.STEP_UP]


def start_of(state):
    return state.dose.steps[0].event


def test_a_step_up_that_nobody_decided_holds():
    first = session(1, 0, dose="0.25")
    assert sc(coming(2, "0.5"), first) == ["the step from 0.25 to 0.5 mg/kg was not decided"]
    assert sc(coming(2, "0.5", decided("0.5", start_of(first))), first) == []


def test_to_repeat_the_last_dose_is_no_step_and_asks_nothing():
    first = session(1, 0, dose="0.25")
    assert sc(coming(2, "0.5", decided("0.25", start_of(first))), first) == []
    assert sc(coming(2, "0.25"), first) == []


def test_a_decision_made_before_the_last_dose_does_not_cover_it():
    first, second = session(1, 0, dose="0.25"), session(2, 48, dose="0.5")
    (what,) = sc(coming(3, "1", decided("1", start_of(first))), first, second)
    assert "before the last dose was given" in what


def test_a_decision_made_before_the_last_session_ended_does_not_cover_it():
    running = session(1, 0, dose="0.25", ended=None)
    (what,) = sc(coming(2, "0.5", decided("0.5", start_of(running))), running)
    assert "before session 1 had ended" in what


def test_nobody_decides_two_steps_at_once():
    first = session(1, 0, dose="0.25")
    (what,) = sc(coming(3, "1", decided("1", start_of(first))), first)
    assert "more than one step" in what


def test_a_repeated_dose_makes_the_next_planned_one_two_steps():
    first = session(1, 0, dose="0.25")
    again = session(2, 48, dose="0.25")
    (what,) = sc(coming(3, "1"), first, again)
    assert "more than one step above the last dose, 0.25" in what


DOSES = st.sampled_from(("0.25", "0.5", "1"))


@given(DOSES, DOSES, st.booleans(), st.booleans())
def test_no_dose_above_the_last_without_a_decision_and_never_two_steps(last, today, signed, after_it):
    first = session(1, 0, dose=last)
    after = start_of(first) if after_it else UUID(int=7)
    acts = [decided(today, after)] if signed else []
    held = bool(sc(coming(2, today, *acts), first))
    steps = ("0.25", "0.5", "1").index(today) - ("0.25", "0.5", "1").index(last)
    assert held is not (steps <= 0 or (steps == 1 and signed and after_it))


def test_an_infusion_of_the_same_dose_each_time_needs_no_decision():
    assert course_holds(case(coming(2), session(1, 0))) == ()


def test_every_shipped_stop_rule_says_what_it_looks_for():
    for protocol in (IV, SC):
        named = {w for r in protocol.course_rules for w in r.when}
        assert named == set(StopWhen)
