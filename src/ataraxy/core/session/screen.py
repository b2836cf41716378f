"""The suicide screen of the arrival: what its items say, and every high one there ever was."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ataraxy.core.protocol.types import ArrivalCheck, CheckKind, Protocol
from ataraxy.core.session.events import CheckRecorded
from ataraxy.core.session.state import Event, SessionState


def screens(protocol: Protocol) -> dict[str, ArrivalCheck]:
    """The lines asked item by item, by their id."""
    return {c.id: c for c in protocol.arrival if c.kind is CheckKind.SUICIDE_SCREEN}


def is_high(check: ArrivalCheck, answers: Sequence[int]) -> bool:
    """One "yes" to an item that is grave by itself. Answers are never added up."""
    return any(answer and number in check.high for number, answer in enumerate(answers, 1))


def high_screens(protocol: Protocol, state: SessionState) -> tuple[Event, ...]:
    """Every high screen that was ever written here, in the order of writing; the same one put right counts once.

    Hazard: asked again until it is low, taken back, or moved behind a low one, a high screen would fall silent. So it
    is looked for among all that was written, never among the last answers alone.
    """
    asked = screens(protocol)
    found: dict[UUID, Event] = {}
    for event in sorted(state.log, key=lambda e: e.envelope.seq):
        payload, corrects = event.payload, event.envelope.corrects
        if not isinstance(payload, CheckRecorded) or payload.line not in asked or corrects in found:
            continue
        if not payload.ok or is_high(asked[payload.line], payload.answers):
            found[event.envelope.id] = event
    return tuple(found.values())
