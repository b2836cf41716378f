"""What a prescriber's signature covers: the fact on the screen when it was given, and nothing worse."""

from __future__ import annotations

from ataraxy.core.protocol.types import Comparison, Override
from ataraxy.core.session.state import CheckAnswer, SessionState, Value


def may_sign(override: Override) -> bool:
    """Whether a prescriber may sign past such a line at all."""
    return override is Override.PRESCRIBER


def covers_answer(state: SessionState, override: Override, answer: CheckAnswer) -> bool:
    """A signature given after the answer "no" to the same line."""
    if not may_sign(override):
        return False
    return any(s.line == answer.line and s.at >= answer.at for s in state.signatures)


def covers_value(
    state: SessionState, override: Override, line: str, comparison: Comparison, value: Value
) -> bool:
    """A signature given over a value at least as bad as this one."""
    if not may_sign(override):
        return False
    seen = [state.at_or_before(value.measure, s.at) for s in state.signatures if s.line == line]
    return any(v is not None and not _worse(comparison, value, v) for v in seen)


def covers_line(state: SessionState, override: Override, line: str) -> bool:
    """A signature on a line whose fact is always known: time passed, nobody here to take the patient home."""
    return may_sign(override) and state.signature(line) is not None


def _worse(comparison: Comparison, value: Value, than: Value) -> bool:
    match comparison:
        case Comparison.ABOVE | Comparison.AT_LEAST:
            return value.value > than.value
        case Comparison.BELOW | Comparison.AT_MOST:
            return value.value < than.value
