"""What stands between now and sending the patient home. Only what was seen after the dose counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import assert_never

from ataraxy.core.protocol.types import (
    DischargeCriterion,
    DischargeKind,
    Limit,
    Line,
    Measure,
    Override,
    Phase,
    Protocol,
    Rule,
    RuleAction,
)
from ataraxy.core.session.arrival import answered_no, broken
from ataraxy.core.session.dose import DoseGiven
from ataraxy.core.session.due import last_given
from ataraxy.core.session.freshness import is_current
from ataraxy.core.session.screen import is_itemised, is_whole
from ataraxy.core.session.signed import covers, covers_line, may_sign
from ataraxy.core.session.standing import broken_rules, doubted, standing
from ataraxy.core.session.state import SessionState, Value
from ataraxy.core.session.verdict import DOSE_LINE, Missing, missing

BLOCKING = (RuleAction.HOLD, RuleAction.PAUSE, RuleAction.STOP)


def to_discharge(protocol: Protocol, state: SessionState, now: datetime) -> tuple[Missing, ...]:
    """Everything that is missing before discharge, in the order of the protocol file; empty after the end."""
    if state.phase is Phase.ENDED:
        return ()
    dose = state.dose
    if dose is None:
        return (Missing(DOSE_LINE, "The dose is over", "no dose was given", False, False, "", None),)
    gaps: list[Missing] = []
    if dose.is_open:
        what = f"the dose is {dose.status.value}"
        gaps.append(Missing(DOSE_LINE, "The dose is over", what, False, False, "", None))
    for criterion in protocol.discharge:
        gaps.extend(_criterion(criterion, state, dose, now))
    for rule in protocol.rules:
        if Phase.OBSERVATION in rule.phases and rule.action in BLOCKING:
            for limit in rule.limits:
                gaps.extend(_rule_limit(rule, limit, state, dose))
            for limit in rule.changes:
                gaps.extend(_rule_change(rule, limit, state, dose))
        if Phase.OBSERVATION in rule.phases and rule.action is RuleAction.ESCALATE:
            gaps.extend(_called(rule, state))
    return tuple(gaps)


def _criterion(
    criterion: DischargeCriterion, state: SessionState, dose: DoseGiven, now: datetime
) -> Iterator[Missing]:
    answer = state.checks.get(criterion.id)
    if answer is not None and not answer.ok:
        yield answered_no(criterion, criterion.override, answer, state)
    match criterion.kind:
        case DischargeKind.MINIMUM_OBSERVATION:
            yield from _observed(criterion, state, dose, now)
        case DischargeKind.LIMIT:
            for limit in criterion.limits:
                yield from _limit(criterion, limit, state, dose, now)
        case DischargeKind.FALLING:
            yield from _falling(criterion, state, dose, now)
        case DischargeKind.NO_ACUTE_SUICIDALITY if is_itemised(criterion):
            yield from _screened(criterion, state, dose)
        case DischargeKind.CONFIRM | DischargeKind.NO_ACUTE_SUICIDALITY:
            yield from _confirmed(criterion, state, dose)
        case DischargeKind.ESCORT:
            yield from _escort(criterion, state, dose)
        case DischargeKind.BACK_TO_BASELINE:
            yield from _baseline(criterion, state, dose, now)
        case _:
            assert_never(criterion.kind)


def _observed(
    criterion: DischargeCriterion, state: SessionState, dose: DoseGiven, now: datetime
) -> Iterator[Missing]:
    ready_at = _ready_at(criterion, state, dose)
    if now < ready_at:
        left = -(-(ready_at - now) // timedelta(minutes=1))
        yield missing(
            criterion,
            f"{left} min of observation left",
            overridable=may_sign(criterion.override),
            overridden=covers_line(state, criterion.override, criterion.id),
            ready_at=ready_at,
        )


def _ready_at(criterion: DischargeCriterion, state: SessionState, dose: DoseGiven) -> datetime:
    """When the observation is long enough: by the start, and by the last thing given.

    Hazard: pauses and supplements let the drug in later than planned, and the patient would leave on its peak. After
    the end of the drug at least that stays which the protocol leaves after a dose given as planned.
    """
    length = timedelta(minutes=criterion.at_least_min or 0)
    after = max(length - timedelta(minutes=dose.planned.duration_min or 0), timedelta(0))
    over = max(dose.ended_at or dose.started_at, last_given(state, dose))
    return max(dose.started_at + length, over + after)


def _after_dose(
    criterion: DischargeCriterion,
    measure: Measure,
    state: SessionState,
    dose: DoseGiven,
    now: datetime,
    limit: Limit | None = None,
) -> Value | Missing:
    """The newest value since the last thing given and still fresh enough, or what is missing."""
    value, within = state.latest(measure), criterion.fresh_within_min
    if value is None or value.at <= last_given(state, dose):
        return missing(
            criterion, f"{measure.value} was not measured since the dose", value=value, limit=limit
        )
    if within is not None and not is_current(value.at, now, timedelta(minutes=within)):
        return missing(criterion, f"{measure.value} is older than {within} min", value=value, limit=limit)
    if (artefact := doubted(state, measure)) is not None:
        what = f"{measure.value} was held to be an artefact: measure again"
        return missing(criterion, what, value=artefact, limit=limit)
    return value


def _limit(
    criterion: DischargeCriterion, limit: Limit, state: SessionState, dose: DoseGiven, now: datetime
) -> Iterator[Missing]:
    value = _after_dose(criterion, limit.measure, state, dose, now, limit)
    if isinstance(value, Missing):
        yield value
    elif limit.comparison.holds(value.value, limit.value):
        yield missing(
            criterion,
            broken(limit, value),
            overridable=may_sign(criterion.override),
            overridden=covers(state, criterion.override, criterion.id, value),
            value=value,
            limit=limit,
        )


def _baseline(
    criterion: DischargeCriterion, state: SessionState, dose: DoseGiven, now: datetime
) -> Iterator[Missing]:
    measure = criterion.measure
    if measure is None:
        yield missing(criterion, "the protocol does not say which measure")
        return
    value, before = _after_dose(criterion, measure, state, dose, now), state.baseline.get(measure)
    if isinstance(value, Missing):
        yield value
    elif before is None:
        yield missing(criterion, f"{measure.value} was not measured before the dose", value=value)
    else:
        top = before.value + (criterion.margin or 0)
        if value.value > top:
            yield missing(
                criterion,
                f"{measure.value} {value.value} {value.unit}: {before.value} before the dose, at most {top}",
                overridable=may_sign(criterion.override),
                overridden=covers(state, criterion.override, criterion.id, value),
                value=value,
            )


def _falling(
    criterion: DischargeCriterion, state: SessionState, dose: DoseGiven, now: datetime
) -> Iterator[Missing]:
    """Below its highest since the dose; or near enough to its value before, where it never rose."""
    measure = criterion.measure
    if measure is None:
        yield missing(criterion, "the protocol does not say which measure")
        return
    value, before = _after_dose(criterion, measure, state, dose, now), state.baseline.get(measure)
    if isinstance(value, Missing):
        yield value
        return
    since = [v.value for v in state.series.get(measure, ()) if v.at > dose.started_at and not v.artefact]
    near = before is not None and value.value <= before.value + (criterion.margin or 0)
    if not near and value.value >= max(since):
        yield missing(
            criterion,
            f"{measure.value} {value.value} {value.unit}: the highest since the dose began",
            overridable=may_sign(criterion.override),
            overridden=covers(state, criterion.override, criterion.id, value),
            value=value,
        )


def _confirmed(criterion: DischargeCriterion, state: SessionState, dose: DoseGiven) -> Iterator[Missing]:
    answer = state.checks.get(criterion.id)
    if answer is None or (answer.ok and answer.at <= last_given(state, dose)):
        yield missing(criterion, "not confirmed since the dose")


def _screened(criterion: DischargeCriterion, state: SessionState, dose: DoseGiven) -> Iterator[Missing]:
    """Hazard: "safe tonight" is ticked for six questions of which nobody asked one."""
    answer = state.checks.get(criterion.id)
    if answer is None or (answer.ok and answer.at <= last_given(state, dose)):
        yield missing(criterion, "not asked since the dose")
    elif answer.ok and not is_whole(criterion, answer.answers):
        yield missing(criterion, "not every item was answered")


def _escort(criterion: DischargeCriterion, state: SessionState, dose: DoseGiven) -> Iterator[Missing]:
    """Hazard: whoever brought the patient in the morning is gone, and the patient leaves alone."""
    escort = state.escort
    named = escort is not None and bool(escort.name.strip()) and bool(escort.phone.strip())
    if escort is None or not named:
        what = "no escort is named"
    elif not escort.present:
        what = "the escort is not here yet"
    elif escort.at <= dose.started_at:
        what = "the escort was not seen here since the dose"
    else:
        what = ""
    if what:
        yield missing(
            criterion,
            what,
            overridable=may_sign(criterion.override),
            overridden=covers_line(state, criterion.override, criterion.id),
        )


def _rule_change(line: Line, limit: Limit, state: SessionState, dose: DoseGiven) -> Iterator[Missing]:
    """Hazard: the screen says hold, because the pressure has risen too far, and the door is open."""
    before = state.baseline.get(limit.measure)
    if before is None:
        yield missing(line, f"{limit.measure.value} was not measured before the dose", limit=limit)
    else:
        yield from _rule_limit(line, limit, state, dose, before)


def _rule_limit(
    line: Line, limit: Limit, state: SessionState, dose: DoseGiven, before: Value | None = None
) -> Iterator[Missing]:
    """A rule that applies after the dose keeps the patient here; a signature does not open it."""
    value = state.latest(limit.measure)
    if value is None or value.at <= last_given(state, dose):
        yield missing(line, f"{limit.measure.value} was not measured since the dose", value=value)
    elif (found := standing(limit, state.series[limit.measure], before)) is not None:
        yield missing(line, found.what, value=found.value, limit=limit)


def _called(rule: Rule, state: SessionState) -> Iterator[Missing]:
    """While a rule calls the prescriber nobody goes home; the prescriber who came may sign for that value."""
    for found in broken_rules(rule, state):
        signed = covers(state, Override.PRESCRIBER, rule.id, found.value)
        yield missing(
            rule, found.what, overridable=True, overridden=signed, value=found.value, limit=found.limit
        )
