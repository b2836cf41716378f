"""The suicide screen of the arrival: what its items say, and every high one there ever was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from ataraxy.core.protocol.types import ArrivalCheck, CheckKind, Protocol
from ataraxy.core.session.events import CheckRecorded
from ataraxy.core.session.state import Event, SessionState

Answers = Sequence[int | None]  # each item in order: 1 yes, 0 no, None not asked
# Of a scale: "no" to this item, and these are not asked. The C-SSRS screener goes from a "no" to item 2 straight to
# item 6; as recalled, to be compared with the clinic's own form. Unverified.
SKIPPED_AFTER: Mapping[str, tuple[int, tuple[int, ...]]] = {"c-ssrs": (2, (3, 4, 5))}


def screens(protocol: Protocol) -> dict[str, ArrivalCheck]:
    """The lines asked item by item, by their id."""
    return {c.id: c for c in protocol.arrival if c.kind is CheckKind.SUICIDE_SCREEN}


def may_skip(check: ArrivalCheck) -> tuple[int, ...]:
    """The items that are not asked after "no" to the item that leads to them."""
    return SKIPPED_AFTER.get(check.scale, (0, ()))[1]


def is_whole(check: ArrivalCheck, answers: Answers) -> bool:
    """Every item is yes or no; one that the scale leaves out after a "no" may be not asked, and only then.

    Hazard: a "no" is written for a question nobody asked, because the page takes nothing else.
    """
    leads, skipped = SKIPPED_AFTER.get(check.scale, (0, ()))
    if len(answers) != check.asked:
        return False
    left_out = {number for number, answer in enumerate(answers, 1) if answer is None}
    if left_out and not (left_out <= set(skipped) and answers[leads - 1] == 0):
        return False
    return {answer for answer in answers if answer is not None} <= {0, 1}


def is_high(check: ArrivalCheck, answers: Answers) -> bool:
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
