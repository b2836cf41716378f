"""What is to be measured next, by the protocol's monitoring plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ataraxy.core.protocol.types import Measure, Monitoring, Phase, Protocol
from ataraxy.core.record.envelope import Origin
from ataraxy.core.session.freshness import CONTINUOUS, PRE_DOSE_CURRENT
from ataraxy.core.session.state import SessionState
from ataraxy.core.session.verdict import Due

# Prompt after 7/10 of the interval: prompting at 7 min cut gaps above 15 min from 15.7 to 6.7 per 1,000 cases
# (Nair 2013).
PROMPT_TENTHS = 7
# The record takes continuous values once a minute; two minutes without one mean the value is lost. Proposed.
LOST_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class _Slot:
    measure: Measure
    due_at: datetime
    prompt_at: datetime
    by_monitor: bool


def monitoring_due(protocol: Protocol, state: SessionState, now: datetime) -> tuple[Due, ...]:
    """The next measurement of every line that applies in this phase, in order of time."""
    found = [_line_due(protocol, line, state, now) for line in protocol.monitoring if _applies(line, state)]
    return tuple(sorted((due for due in found if due is not None), key=lambda due: due.due_at))


def _applies(line: Monitoring, state: SessionState) -> bool:
    """A line of its own phase. After an injection there is no time of dosing: its minutes count on."""
    if line.phase is state.phase:
        return True
    injected = state.dose is not None and state.dose.is_injection and state.phase is Phase.OBSERVATION
    return injected and line.phase is Phase.DOSING and bool(line.at_min)


def _line_due(protocol: Protocol, line: Monitoring, state: SessionState, now: datetime) -> Due | None:
    slots = [s for m in line.measures if (s := _slot(protocol, line, m, state)) is not None]
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
    sent = measure in CONTINUOUS and state.monitor is not None and last.origin is Origin.DEVICE
    if sent and every > LOST_AFTER:
        lost_at = max(last.at + LOST_AFTER, since)
        return _Slot(measure, lost_at, lost_at, by_monitor=True)
    due_at = max(last.at + every, since)
    return _Slot(measure, due_at, max(last.at + every * PROMPT_TENTHS / 10, since), by_monitor=sent)


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


def _at_minutes(line: Monitoring, measure: Measure, state: SessionState) -> _Slot | None:
    """The first of the minutes after the start that no measurement has answered yet.

    A measurement answers a minute once the prompt for it is on: in the last 3/10 of the time since the minute
    before. The minute 0 is answered by a value that was current at the start.
    """
    if state.dose is None:
        return None
    start, last = state.dose.started_at, state.latest(measure)
    before = 0
    for minute in sorted(line.at_min):
        due_at = start + timedelta(minutes=minute)
        early = timedelta(minutes=minute - before) * (10 - PROMPT_TENTHS) / 10 if minute else PRE_DOSE_CURRENT
        prompt_at, before = due_at - early, minute
        if last is None or last.at < prompt_at:
            return _Slot(measure, due_at, prompt_at, by_monitor=False)
    return None
