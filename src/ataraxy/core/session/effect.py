"""Which events of a session still count, after its corrections and retractions.

A correction stands in for the event it names (and for any earlier correction of it); a retraction takes one
event out, as if it had not been written. Taking out a correction therefore brings back what it had replaced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from ataraxy.core.session.events import EventRetracted
from ataraxy.core.session.state import Event, Irregular, OutOfEffect, WhyOut


@dataclass(frozen=True, slots=True)
class InEffect:
    """``stands_in`` maps every event of a chain of corrections to the one that counts."""

    events: tuple[Event, ...]  # in the order given
    out: tuple[OutOfEffect, ...]
    irregular: tuple[Irregular, ...]
    unresolved: frozenset[UUID]
    stands_in: Mapping[UUID, UUID]


def in_effect(events: Sequence[Event]) -> InEffect:
    """Sort out what counts. ``events`` has every id once, in any order; the answer does not depend on it."""
    by_id = {e.envelope.id: e for e in events}
    newest_first = sorted(events, key=lambda e: (e.envelope.seq, e.envelope.id.int), reverse=True)
    faults = {e.envelope.id: fault for e in newest_first if (fault := _fault(e, by_id)) is not None}
    pointing = [e for e in newest_first if e.envelope.corrects is not None and e.envelope.id not in faults]
    retracted = _retracted(pointing)
    winners = _winners(events, [e for e in pointing if not _retracts(e)], retracted)
    out = {i: OutOfEffect(by_id[i], WhyOut.RETRACTED, by) for i, by in retracted.items()}
    for loser, winner in winners.items():
        if loser != winner and loser not in out:
            out[loser] = OutOfEffect(by_id[loser], WhyOut.CORRECTED, winner)
    return InEffect(
        events=tuple(e for e in events if e.envelope.id not in out),
        out=tuple(sorted(out.values(), key=lambda o: (o.event.envelope.seq, o.event.envelope.id.int))),
        irregular=tuple(Irregular(i, by_id[i].envelope.seq, faults[i]) for i in reversed(faults)),
        unresolved=frozenset(_targets(events) - by_id.keys()),
        stands_in=winners,
    )


def points(event: Event) -> bool:
    """True for a correction or a retraction: it changes what other events mean."""
    return event.envelope.corrects is not None or _retracts(event)


def _retracts(event: Event) -> bool:
    return isinstance(event.payload, EventRetracted)


def _targets(events: Sequence[Event]) -> set[UUID]:
    return {e.envelope.corrects for e in events if e.envelope.corrects is not None}


def _fault(event: Event, by_id: Mapping[UUID, Event]) -> str | None:
    """Why this event's pointer cannot be followed; the event itself still counts."""
    target_id = event.envelope.corrects
    if target_id is None:
        return "it retracts, but names no event" if _retracts(event) else None
    target = by_id.get(target_id)
    if target is None:
        return "it names an event that is not in this session"
    if target.envelope.seq >= event.envelope.seq:
        return "it names an event written after it"
    if not _retracts(event) and type(target.payload) is not type(event.payload):
        return f"it corrects an event of another kind ({type(target.payload).__name__})"
    return None


def _retracted(pointing: Sequence[Event]) -> dict[UUID, UUID]:
    """Events taken out, each with the retraction that did it. A retracted retraction does nothing."""
    out: dict[UUID, UUID] = {}
    for event in pointing:  # newest first: whoever could retract this one has been seen
        target = event.envelope.corrects
        if target is not None and _retracts(event) and event.envelope.id not in out:
            out.setdefault(target, event.envelope.id)
    return out


def _winners(
    events: Sequence[Event],
    corrections: Sequence[Event],
    retracted: Mapping[UUID, UUID],
) -> dict[UUID, UUID]:
    """For every event of a chain of corrections, the newest one of it that was not retracted."""
    target_of = {c.envelope.id: c.envelope.corrects for c in corrections}
    chains: defaultdict[UUID, list[Event]] = defaultdict(list)
    for event in events:
        root = event.envelope.id
        while (earlier := target_of.get(root)) is not None:
            root = earlier
        chains[root].append(event)
    winners: dict[UUID, UUID] = {}
    for chain in (c for c in chains.values() if len(c) > 1):
        standing = [e for e in chain if e.envelope.id not in retracted]
        if standing:
            newest = max(standing, key=lambda e: (e.envelope.seq, e.envelope.id.int)).envelope.id
            winners.update((e.envelope.id, newest) for e in chain)
    return winners
