"""What a prescriber's signature covers: the fact on the screen when it was given, and no later one.

A newer value past the limit, or a newer "no", asks for a new signature.
"""

from __future__ import annotations

from ataraxy.core.protocol.types import Override
from ataraxy.core.session.state import CheckAnswer, SessionState, Value


def may_sign(override: Override) -> bool:
    """Whether a prescriber may sign past such a line at all."""
    return override is Override.PRESCRIBER


def covers(state: SessionState, override: Override, line: str, fact: Value | CheckAnswer) -> bool:
    """A signature on this line, given after the value or the answer was in the record."""
    return may_sign(override) and any(s.line == line and s.at >= fact.recorded_at for s in state.signatures)


def covers_line(state: SessionState, override: Override, line: str) -> bool:
    """A signature on a line whose fact is always known: time passed, nobody here to take the patient home."""
    return may_sign(override) and state.signature(line) is not None
