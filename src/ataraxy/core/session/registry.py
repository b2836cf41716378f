"""The name under which each session event is written, and the way back from its text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from ataraxy.core.record.envelope import Recorded
from ataraxy.core.record.read import read_event
from ataraxy.core.session.events import SessionPayload
from ataraxy.core.session.upcast import LIFTS

TYPES: Mapping[str, type[SessionPayload]] = {kind.__name__: kind for kind in get_args(SessionPayload)}


def parse_session_event(text: str) -> Recorded[SessionPayload]:
    """A session event from its canonical text (``core/record/chain.event_text``).

    Raises:
        RecordUnreadable: says what is wrong with the text and what to do.
    """
    return read_event(text, TYPES, LIFTS)


def type_name(payload: SessionPayload) -> str:
    """The name a payload is written under."""
    return type(payload).__name__
