"""A verdict, and until when it stays the same if nothing new comes: so that nobody need judge again before.

Nothing is said later for it. The verdict lasts to the very moment at which a rule's comparison with the clock first
comes out otherwise, and no longer than what was heard decides the same (``docs/adr/0008``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ataraxy.core.protocol.types import Protocol
from ataraxy.core.session.believed import believed
from ataraxy.core.session.decide import decide
from ataraxy.core.session.due import Heard, Sent, listened, steady
from ataraxy.core.session.instant import Instant, Watch, still
from ataraxy.core.session.state import SessionState
from ataraxy.core.session.verdict import Decision, Proceed, Reason

NOTHING: Heard = {}


@dataclass(frozen=True, slots=True)
class Lasting:
    """``decision`` as at ``since``; all it says but ages, delays and running mg is the same to just before ``until``."""

    decision: Decision
    state: SessionState  # as it is believed
    since: datetime
    until: datetime
    sent: Sent
    heard: Heard

    def holds(self, now: datetime, heard: Heard | None = None) -> bool:
        """Whether the protocol would say the same ``now``, of the same record, having ``heard`` this."""
        if not self.since <= now < self.until:
            return False
        return not self.sent or steady(self.sent, now, heard or NOTHING) == self.heard


def decide_lasting(
    protocol: Protocol, state: SessionState, now: datetime, heard: Heard | None = None
) -> Lasting:
    """As ``decide``, with how long it lasts. A session with entries from the future is judged anew each time."""
    told = believed(state, now)
    if told is not state:
        return Lasting(decide(protocol, told, now, heard), told, now, now, {}, NOTHING)
    sent, watch = listened(protocol, state), Watch(now)
    counted = steady(sent, now, heard or NOTHING)
    decision = decide(protocol, state, Instant.of(watch), counted)
    return Lasting(_still(decision), state, now, watch.until, sent, counted)


def _still(decision: Decision) -> Decision:
    """With the ages and delays of this moment, which no longer run."""
    stance = decision.stance
    if not isinstance(stance, Proceed):
        stance = replace(stance, reasons=_aged(stance.reasons))
    return replace(
        decision,
        stance=stance,
        escalate=_aged(decision.escalate),
        cautions=_aged(decision.cautions),
        due=tuple(replace(due, overdue=still(due.overdue)) for due in decision.due),
    )


def _aged(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    return tuple(replace(r, age=still(r.age)) if r.age is not None else r for r in reasons)
