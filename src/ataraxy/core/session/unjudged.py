"""A session the rules stumble over: what is said instead of nothing.

Hazard: one row that makes ``decide`` raise would darken the board for every room, and keep a nurse from the page on which
the drug is paused. So the silence is said: hold, or pause while the drug runs, and go by the bedside monitor.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from ataraxy.core.protocol.types import Phase, Protocol
from ataraxy.core.session.decide import decide
from ataraxy.core.session.due import Heard
from ataraxy.core.session.state import SessionState
from ataraxy.core.session.verdict import (
    Decision,
    Hold,
    Missing,
    NextAction,
    NextKind,
    Pause,
    Reason,
    Stage,
)

LINE = "judgement"
WHAT = "This session cannot be judged"
CURE = (
    "Go by the bedside monitor and the protocol on paper, and call whoever runs Ataraxy: the record of this session"
    " holds something the rules stumble over."
)
_STAGES = {Phase.ARRIVAL: Stage.ARRIVAL, Phase.DOSING: Stage.DOSING, Phase.OBSERVATION: Stage.OBSERVATION}


def judge(
    protocol: Protocol, state: SessionState, now: datetime, heard: Heard | None = None
) -> tuple[Decision, Exception | None]:
    """As ``decide``; when that raises, ``unjudged`` and the error, for whoever keeps the log."""
    try:
        return decide(protocol, state, now, heard), None
    except Exception as error:  # whatever it is: the nurse must still be able to pause
        return unjudged(state), error


def unjudged(state: SessionState) -> Decision:
    """Nothing may start and nobody goes home on it; while a dose is open it asks to pause."""
    why = (Reason(LINE, WHAT, CURE, "this project's choice", None),)
    gap = (Missing(LINE, WHAT, CURE, False, False, "this project's choice", None),)
    phase = state.phase
    return Decision(
        phase=phase,
        stance=Pause(why) if phase is Phase.DOSING else Hold(why),
        escalate=why,
        due=(),
        next_action=NextAction(NextKind.CALL_PRESCRIBER, f"{WHAT}. {CURE}", LINE),
        to_start=gap,
        to_discharge=gap,
        mg_given=Decimal(0),
        stage=_STAGES.get(phase, Stage.STOPPED),
    )
