"""What stands between now and the start of the dose. Unknown is not no: what is missing holds too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import assert_never

from ataraxy.core.protocol.types import (
    ArrivalCheck,
    CheckKind,
    Limit,
    Line,
    Measure,
    Override,
    Phase,
    Protocol,
    Rule,
    RuleAction,
)
from ataraxy.core.session.due import first_high, seated_readings
from ataraxy.core.session.freshness import TODAY, is_current, pre_dose_current
from ataraxy.core.session.screen import is_whole
from ataraxy.core.session.signed import covers, covers_line, may_sign
from ataraxy.core.session.standing import doubted
from ataraxy.core.session.state import CheckAnswer, SessionState, Value
from ataraxy.core.session.verdict import ARRIVAL_LINE, Missing, missing


def to_start(protocol: Protocol, state: SessionState, now: datetime) -> tuple[Missing, ...]:
    """Everything missing before the dose, in the order of the protocol file; empty once it has begun."""
    if state.phase is not Phase.ARRIVAL:
        return ()
    gaps: list[Missing] = []
    if state.opened is None or state.arrived_at is None:
        what = "the arrival is not recorded" if state.opened else "the session was never opened"
        gaps.append(Missing(ARRIVAL_LINE, "The patient is here", what, False, False, "", None))
    for check in protocol.arrival:
        gaps.extend(_check(check, state, now))
    for rule in protocol.rules:
        if Phase.ARRIVAL in rule.phases and rule.action is not RuleAction.ESCALATE:
            gaps.extend(_rule(rule, state, now))
    return tuple(gaps)


def _check(  # noqa: C901 (one case for each kind)
    check: ArrivalCheck, state: SessionState, now: datetime
) -> Iterator[Missing]:
    """An answer "no" holds on every kind of line; a line with a value needs the value as well."""
    answer = state.checks.get(check.id)
    if answer is not None and not answer.ok:
        yield answered_no(check, check.override, answer, state)
    match check.kind:
        case CheckKind.CONFIRM | CheckKind.EQUIPMENT:
            yield from _confirmed(check, answer, now)
        case CheckKind.SUICIDE_SCREEN:
            yield from _screened(check, answer, now)
        case CheckKind.IDENTIFIERS:
            yield from _identifiers(check, answer, now)
        case CheckKind.ESCORT:
            yield from _escort(check, state)
        case CheckKind.PEOPLE:
            yield from _people(check, state, now)
        case CheckKind.SYRINGE:
            yield from _syringe(check, state, now)
        case CheckKind.WEIGHT:
            yield from _weight(check, state, now)
        case CheckKind.LIMIT:
            for limit in check.limits:
                yield from _limit(check, limit, state, now)
            yield from _seated(check, state, now)
        case _:
            assert_never(check.kind)


def answered_no(line: Line, override: Override, answer: CheckAnswer, state: SessionState) -> Missing:
    """A line answered "no": open only by a signature given after that answer."""
    note = f": {answer.note}" if answer.note else ""
    return missing(
        line,
        f'answered "no"{note}',
        overridable=may_sign(override),
        overridden=covers(state, override, line.id, answer),
    )


def _confirmed(check: ArrivalCheck, answer: CheckAnswer | None, now: datetime) -> Iterator[Missing]:
    """Hazard: checked, put off to another day, and started on the answers of the first."""
    if answer is None:
        yield missing(check, "not answered yet")
    elif answer.ok and not is_current(answer.at, now, TODAY):
        yield missing(check, "answered on another day: ask again")


def _screened(check: ArrivalCheck, answer: CheckAnswer | None, now: datetime) -> Iterator[Missing]:
    """Hazard: "asked, nothing" for six questions of which two were asked."""
    if answer is None:
        yield missing(check, "not asked yet")
    elif not is_current(answer.at, now, TODAY):
        yield missing(check, "asked on another day: ask again")
    elif answer.ok and not is_whole(check, answer.answers):
        yield missing(check, "not every item was answered")


def _people(check: ArrivalCheck, state: SessionState, now: datetime) -> Iterator[Missing]:
    """Whether the two named may do this is the clinic's to know (``clinic/treat/cover.py``)."""
    cover = state.care.cover
    if cover is None or not is_current(cover.at, now, TODAY):
        yield missing(check, "the prescriber on site and the rescuer are not named today")


def _syringe(check: ArrivalCheck, state: SessionState, now: datetime) -> Iterator[Missing]:
    """Hazard: who drew it up reads what they meant to write."""
    syringe = state.care.syringe
    if syringe is None or not is_current(syringe.at, now, TODAY):
        yield missing(check, "nothing was drawn up today")
    elif not syringe.is_checked:
        yield missing(check, "no second person has checked what was drawn up")


def _weight(check: ArrivalCheck, state: SessionState, now: datetime) -> Iterator[Missing]:
    weight = state.latest(Measure.WEIGHT)
    if weight is None or not is_current(weight.at, now, TODAY):
        yield missing(check, "the weight was not measured today", value=weight)


def _identifiers(check: ArrivalCheck, answer: CheckAnswer | None, now: datetime) -> Iterator[Missing]:
    if answer is None or (answer.ok and not is_current(answer.at, now, TODAY)):
        yield missing(check, "the identifiers were not read back today")
    elif answer.ok and len({i.strip().casefold() for i in answer.identifiers} - {""}) < 2:
        yield missing(check, "two different identifiers are needed")


def _escort(check: ArrivalCheck, state: SessionState) -> Iterator[Missing]:
    escort = state.escort
    if escort is not None and escort.name.strip() and escort.phone.strip():
        return
    what = "no escort is named" if escort is None else "the escort's name or telephone number is missing"
    signed = covers_line(state, check.override, check.id)
    yield missing(check, what, overridable=may_sign(check.override), overridden=signed)


def _limit(check: ArrivalCheck, limit: Limit, state: SessionState, now: datetime) -> Iterator[Missing]:
    minutes = check.fresh_within_min
    current = pre_dose_current(limit.measure) if minutes is None else timedelta(minutes=minutes)
    value = state.latest(limit.measure)
    if value is None or not is_current(value.at, now, current):
        yield missing(check, _not_current(limit, value, current), value=value, limit=limit)
    elif (artefact := doubted(state, limit.measure)) is not None:
        what = f"{limit.measure.value} was held to be an artefact: measure again"
        yield missing(check, what, value=artefact, limit=limit)
    elif limit.comparison.holds(value.value, limit.value):
        signed = covers(state, check.override, check.id, value)
        yield missing(
            check,
            broken(limit, value),
            overridable=may_sign(check.override),
            overridden=signed,
            value=value,
            limit=limit,
        )


def _seated(check: ArrivalCheck, state: SessionState, now: datetime) -> Iterator[Missing]:
    """After a high first pressure the next one does not simply count: all the seated readings are taken."""
    taken = seated_readings(check, state, now)
    if first_high(check, state, now) is None or not check.readings or not check.over_min:
        return
    spread = taken[-1].at - taken[0].at if taken else timedelta(0)
    if len(taken) >= check.readings and spread >= timedelta(minutes=check.over_min):
        return
    shown = f" ({', '.join(f'{v.value}' for v in taken)})" if taken else ""
    minutes = spread // timedelta(minutes=1)
    yield missing(
        check,
        f"a reading was high{shown}: {len(taken)} of {check.readings} seated readings, "
        f"over {minutes} of {check.over_min} min",
        overridable=bool(taken) and may_sign(check.override),
        overridden=bool(taken) and covers(state, check.override, check.id, taken[-1]),
        value=taken[-1] if taken else None,
    )


def _rule(rule: Rule, state: SessionState, now: datetime) -> Iterator[Missing]:
    """A rule that applies on arrival needs current values; a signature does not open it."""
    for limit in rule.limits:
        value, current = state.latest(limit.measure), pre_dose_current(limit.measure)
        if value is None or not is_current(value.at, now, current):
            yield missing(rule, _not_current(limit, value, current), value=value, limit=limit)
        elif (artefact := doubted(state, limit.measure)) is not None:
            what = f"{limit.measure.value} was held to be an artefact: measure again"
            yield missing(rule, what, value=artefact, limit=limit)
        elif limit.comparison.holds(value.value, limit.value):
            yield missing(rule, broken(limit, value), value=value, limit=limit)


def _not_current(limit: Limit, value: Value | None, current: timedelta) -> str:
    if value is None:
        return f"{limit.measure.value} was not measured"
    return f"{limit.measure.value} is older than {current // timedelta(minutes=1)} min"


def broken(limit: Limit, value: Value) -> str:
    """The broken limit in words, for example "systolic 152 mmHg: above 140"."""
    word = limit.comparison.value.replace("-", " ")
    return f"{limit.measure.value} {value.value} {value.unit}: {word} {limit.value}"
