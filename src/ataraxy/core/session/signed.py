"""What a prescriber's signature covers: the fact on the screen when it was given, and no later one.

A newer value past the limit, or a newer "no", asks for a new signature; so does an older one that comes back
because the one that was signed past was taken back.
"""

from __future__ import annotations

from ataraxy.core.protocol.types import Override
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.state import CheckAnswer, SessionState, Signature, Value


def may_sign(override: Override) -> bool:
    """Whether a prescriber may sign past such a line at all."""
    return override is Override.PRESCRIBER


def covers(state: SessionState, override: Override, line: str, fact: Value | CheckAnswer) -> bool:
    """A signature on this line, given while the value or the answer was the current one."""
    if not may_sign(override):
        return False
    on_line = (s for s in state.signatures if s.line == line and s.at >= fact.recorded_at)
    return any(_was_current(state, signature, fact) for signature in on_line)


def _was_current(state: SessionState, signature: Signature, fact: Value | CheckAnswer) -> bool:
    """Whether the signer saw this very fact as the newest one: the session is folded as it was then."""
    signed = next((e.envelope.seq for e in state.log if e.envelope.id == signature.event), 0)
    then = fold_session(e for e in state.log if e.envelope.seq < signed)
    shown = then.latest(fact.measure) if isinstance(fact, Value) else then.checks.get(fact.line)
    return shown is not None and shown.event == fact.event


def covers_line(state: SessionState, override: Override, line: str) -> bool:
    """A signature on a line whose fact is always known: time passed, nobody here to take the patient home."""
    return may_sign(override) and state.signature(line) is not None
