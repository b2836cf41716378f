"""What the course says against the next dose: stop rules that found something, and steps nobody decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from ataraxy.core.course.findings import CourseCase, Finding, findings, nth
from ataraxy.core.protocol.types import CourseRule, CourseRuleKind, Status, StopWhen
from ataraxy.core.session.dose import DoseGiven
from ataraxy.core.session.events import CheckRecorded
from ataraxy.core.session.screen import high_screens, screens
from ataraxy.core.session.state import Event, SessionState

REVIEW = "A prescriber reviews it and signs, or stops the course."
NO_LINE = "A high suicide screen, on another protocol, is reviewed before the next dose."
ELSEWHERE = "screen-elsewhere"
DECIDE = "A prescriber decides the dose of this session and signs."


@dataclass(frozen=True, slots=True)
class CourseHold:
    """One rule of the course that holds the dose. With ``findings`` a review opens it, else a decision."""

    line: str
    text: str
    what: str
    cure: str
    source: str
    status: Status
    kind: CourseRuleKind
    findings: tuple[Finding, ...] = ()


def course_holds(case: CourseCase) -> tuple[CourseHold, ...]:
    """Every hold, in the order of the protocol file. A review opens only for the very events it names."""
    return (*_stops(case), *_unwatched(case), *_steps(case))


def _stops(case: CourseCase) -> Iterator[CourseHold]:
    reviewed = _reviewed(case)
    found = [one for one in findings(case) if one.event not in reviewed]
    for rule in case.protocol.course_rules:
        if rule.kind is not CourseRuleKind.STOP or not rule.applies_to(case.disorder):
            continue
        known = reviewed | {one.event for one in found}
        said = [one for one in _said_no(rule, case) if one.event not in known]
        mine = (*(one for one in found if one.when in rule.watches), *said)
        if mine:
            what = "; ".join(one.what for one in mine)
            yield CourseHold(rule.id, rule.text, what, REVIEW, rule.source, rule.status, rule.kind, mine)


def _unwatched(case: CourseCase) -> Iterator[CourseHold]:
    """A high screen holds by the line that asked it, where no stop rule of the course watches for one."""
    rules = (r for r in case.protocol.course_rules if r.kind is CourseRuleKind.STOP)
    if any(StopWhen.SUICIDE_SCREEN_HIGH in r.watches for r in rules if r.applies_to(case.disorder)):
        return
    found = {one.event: one for one in findings(case) if one.event not in _reviewed(case)}
    high = [event for state in case.sessions for event in high_screens(case.protocol, state)]
    lines = screens(case.protocol)
    elsewhere = {_line(event) for event in high} - lines.keys()
    for line in (*lines, ELSEWHERE):
        asked = {line} if line in lines else elsewhere
        mine = tuple(found[e.envelope.id] for e in high if _line(e) in asked and e.envelope.id in found)
        if mine:
            what = "; ".join(one.what for one in mine)
            says = lines.get(line)
            text, source, status = (
                (says.text, says.source, says.status)
                if says
                else (NO_LINE, "ataraxy-proposal", Status.PROPOSED)
            )
            yield CourseHold(line, text, what, REVIEW, source, status, CourseRuleKind.STOP, mine)


def _line(screen: Event) -> str:
    assert isinstance(screen.payload, CheckRecorded)
    return screen.payload.line


def _reviewed(case: CourseCase) -> set[UUID]:
    return {event for review in case.chart.reviews for event in review.payload.findings}


def _said_no(rule: CourseRule, case: CourseCase) -> Iterator[Finding]:
    """An arrival line the rule names, answered "no" at another session. Today's own holds by itself."""
    for state in case.others:
        for line in rule.checks:
            answer = state.checks.get(line)
            if answer is not None and not answer.ok:
                note = f" ({answer.note})" if answer.note else ""
                what = f'{nth(state)}: "no" to {line.replace("-", " ")}{note}'
                yield Finding((rule.when or (StopWhen.SERIOUS_EVENT,))[0], answer.event, what, answer.at)


# --- steps ---------------------------------------------------------------------------------------


def _steps(case: CourseCase) -> Iterator[CourseHold]:
    """A dose above the last one is a decision, made after that dose was over. Never two steps at once."""
    what = _step(case)
    if what is None:
        return
    rules = (r for r in case.protocol.course_rules if r.kind is CourseRuleKind.STEP_UP)
    rule = next((r for r in rules if r.applies_to(case.disorder)), None)
    if rule is None:
        words = "A dose above the last one needs the prescriber's decision."
        yield CourseHold("step-up", words, what, DECIDE, "", Status.PROPOSED, CourseRuleKind.STEP_UP)
    else:
        yield CourseHold(rule.id, rule.text, what, DECIDE, rule.source, rule.status, rule.kind)


def _step(case: CourseCase) -> str | None:
    today, last = case.today.planned_mg_per_kg, last_dosed(case)
    if today is None or case.today.dose is not None:
        return None
    if last is None or last.dose is None or last.planned_mg_per_kg is None:
        return _first(case, today)
    before = last.planned_mg_per_kg
    if today <= before:
        return None
    following = min((dose for dose in _doses(case) if dose > before), default=before)
    if today > following:
        return f"{today} mg/kg is more than one step above the last dose, {before} mg/kg"
    return _undecided(case, last, last.dose, f"from {before} to {today} mg/kg")


def _first(case: CourseCase, today: Decimal) -> str | None:
    lowest = _doses(case)[:1]
    if not lowest or today <= lowest[0]:
        return None
    return f"{today} mg/kg, and no dose of this course was given before"


def _undecided(case: CourseCase, last: SessionState, dose: DoseGiven, step: str) -> str | None:
    decided = case.today.decided
    if decided is None:
        return f"the step {step} was not decided"
    if decided.after != start_of(dose):
        return (
            f"the step {step} was decided before the last dose was given, or before its record was corrected"
        )
    if last.ending is None or decided.at < last.ending.at:
        return f"the step {step} was decided before {nth(last)} had ended"
    return None


def last_dosed(case: CourseCase) -> SessionState | None:
    """The session of this course with the newest dose."""
    return case.dosed[-1] if case.dosed else None


def start_of(dose: DoseGiven) -> UUID:
    """The event that started a dose: what a decision after it names."""
    return dose.steps[0].event


def _doses(case: CourseCase) -> tuple[Decimal, ...]:
    indication = case.protocol.indication(case.disorder)
    return tuple(sorted(indication.course.doses_mg_per_kg)) if indication else ()
