"""What to do now: a pure function of the protocol, the session and the moment."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from ataraxy.core.protocol.types import Line, Phase, Protocol, RuleAction
from ataraxy.core.session.arrival import to_start
from ataraxy.core.session.believed import believed
from ataraxy.core.session.discharge import to_discharge
from ataraxy.core.session.due import Heard, everything_due
from ataraxy.core.session.instant import standstill
from ataraxy.core.session.next_action import next_action
from ataraxy.core.session.stage import stage_of
from ataraxy.core.session.standing import DANGER, Broken, broken_rules, cautioned
from ataraxy.core.session.state import SessionState
from ataraxy.core.session.verdict import (
    Decision,
    Hold,
    Missing,
    Pause,
    Proceed,
    Reason,
    Stance,
    Stop,
    reason_of,
)


def decide(protocol: Protocol, state: SessionState, now: datetime, heard: Heard | None = None) -> Decision:
    """What the protocol says about this session at this moment.

    Makes no choice of its own: every reason names its line, value, time, limit and source. A value past a
    limit speaks at its first reading and until a newer one; a missing or old one, or one from the future,
    never counts as good.

    Args:
        heard: when the bound monitor's newest value of each measure was true, where that is known: a value that
            stopped coming is due as soon as it is no longer fresh. It decides nothing else.
    """
    state = believed(state, now)
    starting, leaving = to_start(protocol, state, now), to_discharge(protocol, state, now)
    stance = _stance(protocol, state, now, starting)
    escalate = _escalate(protocol, state, now)
    due = everything_due(protocol, state, now, heard)
    cautions = _cautions(protocol, state, now)
    return Decision(
        phase=state.phase,
        stance=stance,
        escalate=escalate,
        due=due,
        next_action=next_action(protocol, state, stance, escalate, cautions, due, starting, leaving, now),
        to_start=starting,
        to_discharge=leaving,
        mg_given=state.mg_given(standstill(now)),
        cautions=cautions,
        stage=stage_of(protocol, state, starting, leaving),
    )


def rules_speaking(protocol: Protocol, state: SessionState) -> tuple[Reason, ...]:
    """Every rule that pauses, stops or calls by a value in effect, whatever the phase."""
    rules = (r for r in protocol.rules if r.action is not RuleAction.HOLD)
    return tuple(_reason(r, one, one.value.at) for r in rules for one in broken_rules(r, state))


def _stance(protocol: Protocol, state: SessionState, now: datetime, starting: tuple[Missing, ...]) -> Stance:
    match state.phase:
        case Phase.ARRIVAL:
            gaps = tuple(reason_of(gap, now) for gap in starting if not gap.overridden)
            return Hold(gaps) if gaps else Proceed()
        case Phase.DOSING:
            return _while_dosing(protocol, state, now)
        case Phase.OBSERVATION:
            held = _reasons(protocol, state, now, (RuleAction.HOLD, *DANGER))
            return Hold(held) if held else Proceed()
        case Phase.ENDED:
            return Hold((Reason("", "The session", "the session has ended", "", None),))
        case _:
            assert_never(state.phase)


def _while_dosing(protocol: Protocol, state: SessionState, now: datetime) -> Stance:
    if stop := _reasons(protocol, state, now, (RuleAction.STOP,)):
        return Stop(stop)
    if pause := _reasons(protocol, state, now, (RuleAction.PAUSE,)):
        return Pause(pause)
    hold = _reasons(protocol, state, now, (RuleAction.HOLD,))
    return Hold(hold) if hold else Proceed()


def _escalate(protocol: Protocol, state: SessionState, now: datetime) -> tuple[Reason, ...]:
    calls = (RuleAction.ESCALATE, *DANGER) if state.phase is Phase.OBSERVATION else (RuleAction.ESCALATE,)
    return _reasons(protocol, state, now, calls)


def _reasons(
    protocol: Protocol, state: SessionState, now: datetime, actions: tuple[RuleAction, ...]
) -> tuple[Reason, ...]:
    rules = (r for r in protocol.rules if r.action in actions and state.phase in r.phases)
    return tuple(_reason(r, one, now) for r in rules for one in broken_rules(r, state))


def _cautions(protocol: Protocol, state: SessionState, now: datetime) -> tuple[Reason, ...]:
    lines = (c for c in protocol.cautions if state.phase in c.phases)
    return tuple(_reason(c, one, now) for c in lines for one in cautioned(c, state, now))


def _reason(line: Line, one: Broken, now: datetime) -> Reason:
    return Reason(
        line=line.id,
        text=line.text,
        what=one.what,
        source=line.source,
        status=line.status,
        value=one.value,
        age=now - one.value.at,
        limit=one.limit,
        since=one.since,
    )
