"""What is said of a session the rules stumble over never lets anything start, flow on unasked, or go home."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ataraxy.core.session import unjudged
from ataraxy.core.session.state import SessionState
from ataraxy.core.session.verdict import Hold, NextKind


def test_nothing_starts_and_nobody_goes_home_on_it() -> None:
    said = unjudged.unjudged(SessionState())
    assert isinstance(said.stance, Hold) and not said.may_start and not said.may_discharge
    assert said.next_action.kind is NextKind.CALL_PRESCRIBER and "bedside monitor" in said.next_action.text


def test_what_decide_raises_is_handed_on_for_the_log() -> None:
    broken: Any = None  # no protocol at all: whatever decide stumbles over
    said, error = unjudged.judge(broken, SessionState(), datetime(2026, 11, 23, tzinfo=UTC))
    assert error is not None and said == unjudged.unjudged(SessionState())
