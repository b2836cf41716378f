"""What is to be measured next, by the protocol's monitoring plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ataraxy.core.protocol.types import ArrivalCheck, Line, Measure, Monitoring, Phase, Protocol
from ataraxy.core.record.envelope import Origin
from ataraxy.core.session.dose import DoseGiven
from ataraxy.core.session.events import MonitorBound
from ataraxy.core.session.freshness import CONTINUOUS, PRE_DOSE_CURRENT, STREAM, TODAY, is_current
from ataraxy.core.session.standing import Broken, broken_rules
from ataraxy.core.session.state import SessionState, Value, moment
from ataraxy.core.session.verdict import Due

# Prompt after 7/10 of the interval: prompting at 7 min cut gaps above 15 min from 15.7 to 6.7 per 1,000 cases
# (Nair 2013).
PROMPT_TENTHS = 7
# The record takes continuous values once a minute, so a sound one may be a minute old: half a minute more without
# one means the value is lost. That is for who knows the record alone. Proposed.
LOST_AFTER = timedelta(seconds=90)
# Who knows what the monitor said last knows it as soon as the number on the screen is no longer fresh.
QUIET_AFTER = STREAM.fresh

Heard = Mapping[Measure, datetime]  # when the newest believable value of each, of the bound monitor, was true


PRESSURE = (Measure.SYSTOLIC, Measure.DIASTOLIC)


@dataclass(frozen=True, slots=True)
class _Slot:
    measure: Measure
    due_at: datetime
    prompt_at: datetime
    by_monitor: bool


@dataclass(frozen=True, slots=True)
class Listened:
    """A measure the monitor sends: not quiet before ``quiet_from`` even if nothing more comes.

    ``due_at``: by the record alone; ``latest``: what is heard puts it off no further.
    """

    measure: Measure
    quiet_from: datetime
    due_at: datetime
    latest: datetime

    def quiet_at(self, newest: datetime) -> datetime:
        """When it counts as quiet, ``newest`` being the last that was heard."""
        return max(newest + QUIET_AFTER, self.quiet_from)


def everything_due(
    protocol: Protocol, state: SessionState, now: datetime, heard: Heard | None = None
) -> tuple[Due, ...]:
    """What the plan asks for, and the second reading that a first one past a limit asks for; in order of time."""
    found = [
        *monitoring_due(protocol, state, now, heard),
        *_repeats(protocol, state, now),
        *_seated(protocol, state, now),
    ]
    return tuple(sorted(found, key=lambda due: due.due_at))


def _repeats(protocol: Protocol, state: SessionState, now: datetime) -> Iterator[Due]:
    """A value past a limit is measured again, soon, whatever is done about it in the meantime."""
    asked: set[tuple[Measure, ...]] = set()
    for rule in protocol.rules:
        if rule.repeat_within_min is None or state.phase not in rule.phases:
            continue
        found = [b for b in broken_rules(rule, state) if not _repeated_since(b)]
        measures = _together({b.limit.measure for b in found})
        if not found or measures in asked:
            continue
        asked.add(measures)
        since = min(b.newest.at for b in found)
        due_at = since + timedelta(minutes=rule.repeat_within_min)
        yield _due(rule, measures, due_at, since, now)


def _repeated_since(found: Broken) -> bool:
    """Whether a second reading has confirmed it: then what is due is what the rule asks for, not a third."""
    return found.value.at > found.since and not found.value.artefact


def _together(measures: set[Measure]) -> tuple[Measure, ...]:
    """A cuff gives both pressures at once."""
    if measures & set(PRESSURE):
        measures = measures | set(PRESSURE)
    return tuple(m for m in Measure if m in measures)


def _seated(protocol: Protocol, state: SessionState, now: datetime) -> Iterator[Due]:
    """After a high first pressure: the next of the seated readings, spread over the time the protocol says."""
    if state.phase is not Phase.ARRIVAL:
        return
    for check in protocol.arrival:
        high_at, taken = first_high(check, state, now), seated_readings(check, state, now)
        if high_at is None or len(taken) >= (check.readings or 0) or not check.over_min:
            continue
        apart = timedelta(minutes=check.over_min) / ((check.readings or 2) - 1)
        due_at = (taken[0].at if taken else high_at) + apart * len(taken)
        yield _due(check, tuple(dict.fromkeys(x.measure for x in check.limits)), due_at, due_at, now)


def first_high(check: ArrivalCheck, state: SessionState, now: datetime) -> datetime | None:
    """When the first reading of today was past the limit, held to be an artefact or not; None when none was."""
    if not check.readings:
        return None
    high = [
        v.at
        for x in check.limits
        for v in state.series.get(x.measure, ())
        if is_current(v.at, now, TODAY) and x.comparison.holds(v.value, x.value)
    ]
    return min(high, default=None)


def seated_readings(check: ArrivalCheck, state: SessionState, now: datetime) -> tuple[Value, ...]:
    """The readings that count from the first high one of today on; empty when none was high.

    Hazard: a high reading marked as an artefact would let the next one stand alone. The mark takes a reading out of
    the count; it does not end the count.
    """
    since = first_high(check, state, now)
    if since is None:
        return ()
    series = [state.series.get(x.measure, ()) for x in check.limits]
    doubtful = {v.event for values in series for v in values if v.artefact}
    counted = [[v for v in vs if since <= v.at and v.event not in doubtful] for vs in series]
    return tuple(v for v in max(counted, key=len) if is_current(v.at, now, TODAY))


def _due(
    line: Line, measures: tuple[Measure, ...], due_at: datetime, prompt_at: datetime, now: datetime
) -> Due:
    return Due(
        line=line.id,
        text=line.text,
        measures=measures,
        due_at=due_at,
        prompt_at=prompt_at,
        overdue=max(timedelta(0), now - due_at),
        prompt=now >= prompt_at,
        urgent=now >= due_at,
        by_monitor=False,
    )


def monitoring_due(
    protocol: Protocol, state: SessionState, now: datetime, heard: Heard | None = None
) -> tuple[Due, ...]:
    """The next measurement of every line that applies in this phase, in order of time."""
    lines = (line for line in protocol.monitoring if _applies(line, state))
    found = [_line_due(protocol, line, state, now, heard or {}) for line in lines]
    return tuple(sorted((due for due in found if due is not None), key=lambda due: due.due_at))


def _applies(line: Monitoring, state: SessionState) -> bool:
    """A line of its own phase. After an injection there is no time of dosing: its minutes count on."""
    if line.phase is state.phase:
        return True
    injected = state.dose is not None and state.dose.is_injection and state.phase is Phase.OBSERVATION
    return injected and line.phase is Phase.DOSING and bool(line.at_min)


def _line_due(
    protocol: Protocol, line: Monitoring, state: SessionState, now: datetime, heard: Heard
) -> Due | None:
    found = [_slot(protocol, line, m, state) for m in line.measures]
    slots = [_as_heard(s, state, now, heard) for s in found if s is not None]
    if not slots:
        return None
    due_at = min(slot.due_at for slot in slots)
    together = [slot for slot in slots if slot.prompt_at <= max(now, due_at)]
    prompt_at = min(slot.prompt_at for slot in slots)
    return Due(
        line=line.id,
        text=line.text,
        measures=tuple(slot.measure for slot in together),
        due_at=due_at,
        prompt_at=prompt_at,
        overdue=max(timedelta(0), now - due_at),
        prompt=now >= prompt_at,
        urgent=now >= due_at,
        by_monitor=all(slot.by_monitor for slot in together),
    )


def _slot(protocol: Protocol, line: Monitoring, measure: Measure, state: SessionState) -> _Slot | None:
    if line.every_min is not None:
        return _repeated(protocol, line, measure, state, timedelta(minutes=line.every_min))
    return _at_minutes(line, measure, state)


def _repeated(
    protocol: Protocol, line: Monitoring, measure: Measure, state: SessionState, every: timedelta
) -> _Slot | None:
    last, since = state.latest(measure), _since(protocol, line, measure, state)
    if since is None:
        return None
    if last is None:
        return _Slot(measure, since, since, by_monitor=False)
    sent = measure in CONTINUOUS and _has_sent(state, measure)
    if sent and every > LOST_AFTER:
        lost_at = max(last.at + LOST_AFTER, since)
        return _Slot(measure, lost_at, lost_at, by_monitor=True)
    due_at = max(last.at + every, since)
    return _Slot(measure, due_at, max(last.at + every * PROMPT_TENTHS / 10, since), by_monitor=sent)


def _as_heard(slot: _Slot, state: SessionState, now: datetime, heard: Heard) -> _Slot:
    """The same, by what the monitor sent between two entries of the record: lost is lost now, and heard is not lost.

    Hazard: what is heard and never charted is judged by no rule. So it puts the next entry off by one more
    ``LOST_AFTER`` and no further. A value that was typed stands for as long as one that was charted by the monitor.
    """
    last, newest = state.latest(slot.measure), heard.get(slot.measure)
    if newest is None or last is None or not slot.by_monitor:
        return slot
    one = _listened(slot, last)
    quiet_at = one.quiet_at(newest)
    at = quiet_at if now >= quiet_at else max(slot.due_at, quiet_at)
    at = min(at, one.latest)
    return _Slot(slot.measure, at, at, by_monitor=True)


def _listened(slot: _Slot, last: Value) -> Listened:
    quiet_from = last.at + (LOST_AFTER if last.origin is not Origin.DEVICE else QUIET_AFTER)
    return Listened(slot.measure, quiet_from, slot.due_at, max(last.at + 2 * LOST_AFTER, slot.due_at))


Sent = Mapping[Measure, tuple[Listened, ...]]


def listened(protocol: Protocol, state: SessionState) -> Sent:
    """Every measure of which it matters here when the monitor was heard last, by each line that asks for it."""
    found: dict[Measure, tuple[Listened, ...]] = {}
    for line in (line for line in protocol.monitoring if _applies(line, state)):
        for measure in line.measures:
            slot, last = _slot(protocol, line, measure, state), state.latest(measure)
            if slot is not None and last is not None and slot.by_monitor:
                found[measure] = (*found.get(measure, ()), _listened(slot, last))
    return found


def steady(sent: Sent, now: datetime, heard: Heard) -> dict[Measure, datetime]:
    """What was heard, put to a moment at which it would decide the same.

    ``everything_due`` says the same with this as with ``heard``; and this stays the same from one value to the next.
    """
    return {
        measure: _steady(lines, now, heard[measure]) for measure, lines in sent.items() if measure in heard
    }


def _steady(lines: tuple[Listened, ...], now: datetime, newest: datetime) -> datetime:
    """Not quiet yet, and due by the record first: as if heard until then. Put off no further: as if until there."""
    if all(now < one.quiet_at(newest) <= one.due_at for one in lines):
        return min(one.due_at for one in lines) - QUIET_AFTER
    if all(one.quiet_at(newest) >= one.latest for one in lines):
        return max(one.latest for one in lines) - QUIET_AFTER
    return newest


def _has_sent(state: SessionState, measure: Measure) -> bool:
    """Whether the monitor bound now has sent it. One value typed in between does not make it the plan's to ask."""
    if state.monitor is None:
        return False
    out = {one.event.envelope.id for one in state.out_of_effect}
    bound = [e.envelope for e in state.log if isinstance(e.payload, MonitorBound)]
    since = max((moment(envelope) for envelope in bound if envelope.id not in out), default=None)
    values = state.series.get(measure, ())
    return since is not None and any(v.origin is Origin.DEVICE and v.recorded_at >= since for v in values)


def _since(protocol: Protocol, line: Monitoring, measure: Measure, state: SessionState) -> datetime | None:
    """The moment from which this line counts: nothing can have been due before it."""
    dose = state.dose
    if dose is None:
        return state.arrived_at
    watched_before = any(
        measure in other.measures for other in protocol.monitoring if other.phase is Phase.DOSING
    )
    if line.phase is Phase.OBSERVATION and not watched_before:
        return dose.ended_at
    return dose.started_at


def last_given(state: SessionState, dose: DoseGiven) -> datetime:
    """When the last thing was given: the dose by its start, a spray and a supplement by their own time."""
    given = [one.at for one in state.care.boluses]
    return max([dose.started_at, *dose.sprayed_at, *given])


def _at_minutes(line: Monitoring, measure: Measure, state: SessionState) -> _Slot | None:
    """The first of the minutes after the start that no measurement has answered yet.

    A measurement answers a minute once the prompt for it is on: in the last 3/10 of the time since the minute
    before. The minute 0 is answered by a value that was current at the start. A supplement starts the minutes anew.
    """
    if state.dose is None:
        return None
    start, last = last_given(state, state.dose), state.latest(measure)
    before = 0
    for minute in sorted(line.at_min):
        due_at = start + timedelta(minutes=minute)
        early = timedelta(minutes=minute - before) * (10 - PROMPT_TENTHS) / 10 if minute else PRE_DOSE_CURRENT
        prompt_at, before = due_at - early, minute
        if last is None or last.at < prompt_at:
            return _Slot(measure, due_at, prompt_at, by_monitor=False)
    return None
