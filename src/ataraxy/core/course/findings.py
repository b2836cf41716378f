"""What happened that a stop rule of the course names, each with the event it rests on.

What counts as serious is this project's proposal: a side effect said to be serious or graded severe, a loss of
consciousness or breathing too slow at any grade, any emergency, a transfer by ambulance, a death.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ataraxy.core.chart.chart import Chart
from ataraxy.core.chart.events import Answer
from ataraxy.core.protocol.types import Comparison, Disorder, Limit, Measure, Protocol, RuleAction, StopWhen
from ataraxy.core.scales.change import Change, change
from ataraxy.core.scales.score import score
from ataraxy.core.scales.types import Instrument, Scoring
from ataraxy.core.session.events import CheckRecorded, EndReason, Grade
from ataraxy.core.session.screen import high_screens
from ataraxy.core.session.state import SessionState, SideEffect, moment

CARRIED_OFF = {EndReason.TRANSFERRED: "transferred by ambulance", EndReason.DIED: "the patient died"}
SERIOUS_EFFECTS = frozenset({"loss-of-consciousness", "respiratory-depression"})
URINARY_EFFECTS = frozenset({"urinary-frequency"})
RAISED_PRESSURE = "blood-pressure-raised"
PRESSURES = (Measure.SYSTOLIC, Measure.DIASTOLIC)
UPPER = (Comparison.ABOVE, Comparison.AT_LEAST)
# The past-week form has the items of the monthly one; a baseline by the monthly form is used for it (proposed).
BASELINE_BY: Mapping[str, str] = {"pcl5-week": "pcl5"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that happened. ``event`` is what a review names; a correction of it is another event."""

    when: StopWhen
    event: UUID
    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CourseCase:
    """Everything a rule of the course may look at. ``others``: every other session of this patient."""

    protocol: Protocol
    disorder: Disorder
    course: UUID
    chart: Chart
    today: SessionState
    others: tuple[SessionState, ...]
    instruments: Mapping[str, Instrument]

    @property
    def sessions(self) -> tuple[SessionState, ...]:
        return (*self.others, self.today)

    @property
    def dosed(self) -> tuple[SessionState, ...]:
        """The other sessions of this course in which a dose was started, by the time of it."""
        mine = [s for s in self.others if s.opened and s.opened.course == self.course]
        return _by_dose(mine)


def findings(case: CourseCase) -> tuple[Finding, ...]:
    """Everything any stop rule could name, in order of time; reviewed or not."""
    found = [*_of_sessions(case), *_worse(case), *_suicide(case), *_no_response(case)]
    return tuple(sorted(found, key=lambda one: (one.at, one.event.int, one.when)))


def nth(state: SessionState) -> str:
    return f"session {state.opened.number}" if state.opened else "a session"


# --- sessions ------------------------------------------------------------------------------------


def _of_sessions(case: CourseCase) -> Iterator[Finding]:
    limits = _pressure_limits(case.protocol)
    for state in case.sessions:
        for effect in state.side_effects:
            yield from _effect(effect, nth(state))
        yield from _transfer(state)
        yield from _emergencies(state)
        yield from _pressure(state, limits)
        yield from _screened_high(case.protocol, state)


def _effect(effect: SideEffect, where: str) -> Iterator[Finding]:
    words = f"{effect.effect.replace('-', ' ')}{f' ({effect.note})' if effect.note else ''}"
    what = f"{where}: {words}, {effect.grade.value}"
    if effect.serious or effect.grade is Grade.SEVERE or effect.effect in SERIOUS_EFFECTS:
        yield Finding(StopWhen.SERIOUS_EVENT, effect.event, what, effect.at)
    if effect.effect == RAISED_PRESSURE and effect.grade is not Grade.MILD:
        yield Finding(StopWhen.PRESSURE_DANGER, effect.event, what, effect.at)
    if effect.effect in URINARY_EFFECTS:
        yield Finding(StopWhen.URINARY_SYMPTOMS, effect.event, what, effect.at)


def _transfer(state: SessionState) -> Iterator[Finding]:
    ending = state.ending
    if ending is not None and ending.how in CARRIED_OFF:
        what = f"{nth(state)}: {CARRIED_OFF[ending.how]}"
        yield Finding(StopWhen.SERIOUS_EVENT, ending.event, what, ending.at)


def _emergencies(state: SessionState) -> Iterator[Finding]:
    """An emergency is looked back at by a prescriber before the next dose, whatever came of it."""
    for one in state.care.emergencies:
        what = f"{nth(state)}: emergency, {one.kind.value.replace('-', ' ')}"
        yield Finding(StopWhen.SERIOUS_EVENT, one.event, what, one.at)


def _screened_high(protocol: Protocol, state: SessionState) -> Iterator[Finding]:
    """A high suicide screen at arrival, today's too: asked again, corrected or taken back, it waits for a review."""
    out = {one.event.envelope.id for one in state.out_of_effect}
    for event in high_screens(protocol, state):
        assert isinstance(event.payload, CheckRecorded)
        gone = ", corrected or taken back since" if event.envelope.id in out else ""
        what = (
            f"{nth(state)}: suicide screen HIGH{f' ({note})' if (note := event.payload.note) else ''}{gone}"
        )
        yield Finding(StopWhen.SUICIDE_SCREEN_HIGH, event.envelope.id, what, moment(event.envelope))


def _pressure_limits(protocol: Protocol) -> tuple[Limit, ...]:
    """The upper limits of pressure at which a rule pauses, stops or calls."""
    rules = [rule for rule in protocol.rules if rule.action is not RuleAction.HOLD]
    return tuple(limit for rule in rules for limit in rule.limits if _is_high_pressure(limit))


def _is_high_pressure(limit: Limit) -> bool:
    return limit.measure in PRESSURES and limit.comparison in UPPER


def _pressure(state: SessionState, limits: tuple[Limit, ...]) -> Iterator[Finding]:
    """Each reading past a limit after the dose had started: such a pressure is one that is treated."""
    if state.dose is None:
        return
    seen: set[UUID] = set()
    for measure in PRESSURES:
        for value in state.series.get(measure, ()):
            past = any(
                one.measure is measure and one.comparison.holds(value.value, one.value) for one in limits
            )
            if past and value.at >= state.dose.started_at and value.event not in seen:
                seen.add(value.event)
                what = f"{nth(state)}: {measure.value} {value.value} {value.unit}"
                yield Finding(StopWhen.PRESSURE_DANGER, value.event, what, value.at)


# --- scales --------------------------------------------------------------------------------------


def _worse(case: CourseCase) -> Iterator[Finding]:
    """Every answer after the first dose of the course that is reliably worse than the one before it."""
    if not case.dosed or case.dosed[0].dose is None:
        return
    first = case.dosed[0].dose.started_at
    for scale in _watched_scales(case):
        for answer in case.chart.answers_of(scale.id):
            total = answer.payload.total
            if answer.envelope.at <= first or total is None:
                continue
            if _change(case, scale, first, answer.envelope.at).worse is Answer.YES:
                what = f"{scale.name} {total}, reliably worse than before the first dose"
                yield Finding(StopWhen.RELIABLY_WORSE, answer.envelope.id, what, answer.envelope.at)


def _watched_scales(case: CourseCase) -> list[Instrument]:
    """The scale of the indication and its other forms; where these have no rule of change, all that have one."""
    indication = case.protocol.indication(case.disorder)
    own = indication.severity.scale if indication else ""
    with_rule = [scale for scale in case.instruments.values() if scale.reliable_change is not None]
    return [scale for scale in with_rule if own in (scale.id, BASELINE_BY.get(scale.id))] or with_rule


def _change(case: CourseCase, scale: Instrument, first: datetime, until: datetime) -> Change:
    """The newest score until a moment against the last one before the first dose."""
    forms = (scale.id, BASELINE_BY.get(scale.id, scale.id))
    before = (case.chart.latest_answer(form, first) for form in forms)
    baseline = next((b.payload.total for b in before if b and b.payload.total is not None), None)
    scored = [a for a in case.chart.answers_of(scale.id) if first < a.envelope.at <= until]
    totals = [a.payload.total for a in scored if a.payload.total is not None]
    return change(scale, baseline, totals[-1] if totals else None)


def _suicide(case: CourseCase) -> Iterator[Finding]:
    """A screen in its gravest category, answered since the course was planned."""
    planned = case.chart.course(case.course)
    since = planned.record.envelope.recorded_at if planned else None
    for answer in case.chart.answers:
        scale = case.instruments.get(answer.payload.scale)
        if scale is None or scale.scoring is not Scoring.CATEGORICAL or not scale.categories:
            continue
        if since is not None and answer.envelope.recorded_at < since:
            continue
        if len(answer.payload.answers) != scale.item_count:
            continue
        if score(scale, answer.payload.answers).category == scale.categories[0]:
            what = f"{scale.name}: {scale.categories[0].label}"
            yield Finding(StopWhen.SUICIDE_SCREEN_HIGH, answer.envelope.id, what, answer.envelope.at)


def _no_response(case: CourseCase) -> Iterator[Finding]:
    """An earlier course, given to its last session, after which no response is known."""
    for course in case.chart.courses:
        planned = course.record.payload
        given = _by_dose([s for s in case.others if s.opened and s.opened.course == planned.course])
        if planned.course == case.course or not planned.sessions or len(given) < planned.sessions:
            continue
        first, last = given[0].dose, given[-1].dose
        if first is None or last is None or _responded(case, first.started_at):
            continue
        what = "an earlier course was given to its end, and no response to it is known"
        yield Finding(StopWhen.NO_RESPONSE, course.record.envelope.id, what, last.started_at)


def _responded(case: CourseCase, first: datetime) -> bool:
    indication = case.protocol.indication(case.disorder)
    own = indication.severity.scale if indication else ""
    forms = [s for s in case.instruments.values() if own in (s.id, BASELINE_BY.get(s.id))]
    until = max((a.envelope.at for a in case.chart.answers), default=first)
    return any(_change(case, scale, first, until).response is Answer.YES for scale in forms)


def _by_dose(states: list[SessionState]) -> tuple[SessionState, ...]:
    dosed = [(s.dose.started_at, s) for s in states if s.dose is not None]
    return tuple(state for _, state in sorted(dosed, key=lambda pair: pair[0]))
