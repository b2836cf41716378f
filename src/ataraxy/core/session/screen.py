"""A suicide screen, at arrival and before going home: what its items say, and every high one there ever was."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ataraxy.core.protocol.types import ArrivalCheck, CheckKind, DischargeCriterion, DischargeKind, Protocol
from ataraxy.core.session.events import CheckRecorded
from ataraxy.core.session.state import Event, SessionState

Answers = Sequence[int | None]  # each item in order: 1 yes, 0 no, None not asked
Screen = ArrivalCheck | DischargeCriterion  # a line that asks a scale item by item


def screens(protocol: Protocol) -> dict[str, Screen]:
    """The lines asked item by item, by their id: those of the arrival first."""
    before: dict[str, Screen] = {c.id: c for c in protocol.arrival if c.kind is CheckKind.SUICIDE_SCREEN}
    return before | {c.id: c for c in protocol.discharge if is_itemised(c)}


def is_itemised(criterion: DischargeCriterion) -> bool:
    """Whether acute suicidality is asked item by item; a protocol written before that could be said asks it as one."""
    return criterion.kind is DischargeKind.NO_ACUTE_SUICIDALITY and bool(criterion.scale)


def is_whole(check: Screen, answers: Answers) -> bool:
    """Every item is yes or no; one that the line lets go unasked after a "no" may be not asked, and only then.

    Hazard: a "no" is written for a question nobody asked, because the page takes nothing else.
    """
    if len(answers) != check.asked:
        return False
    left_out = {number for number, answer in enumerate(answers, 1) if answer is None}
    if left_out and not (left_out <= set(check.skipped) and _leads_past(check, answers)):
        return False
    return {answer for answer in answers if answer is not None} <= {0, 1}


def _leads_past(check: Screen, answers: Answers) -> bool:
    return check.skip_after is not None and answers[check.skip_after - 1] == 0


def is_high(check: Screen, answers: Answers) -> bool:
    """One "yes" to an item that is grave by itself. Answers are never added up."""
    return any(answer and number in check.high for number, answer in enumerate(answers, 1))


def high_screens(protocol: Protocol, state: SessionState) -> tuple[Event, ...]:
    """Every high screen that was ever written here, in the order of writing; the same one put right counts once.

    Hazard: asked again until it is low, taken back, or moved behind a low one, a high screen would fall silent. So it
    is looked for among all that was written, never among the last answers alone. One that was asked on another
    protocol counts too, whatever its line is called there: by its items it is known to be one.
    """
    asked = screens(protocol)
    found: dict[UUID, Event] = {}
    for event in sorted(state.log, key=lambda e: e.envelope.seq):
        payload, corrects = event.payload, event.envelope.corrects
        if not isinstance(payload, CheckRecorded) or corrects in found:
            continue
        line = asked.get(payload.line)
        if line is None and not payload.answers:
            continue  # a line with yes or no
        if not payload.ok or (line is not None and is_high(line, payload.answers)):
            found[event.envelope.id] = event
    return tuple(found.values())
