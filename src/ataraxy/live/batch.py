"""One transaction's work: messages in; samples, charted events and messages kept aside out.

Runs inside the writer's transaction and changes nothing outside the database: what is to be remembered and told
is returned, and used once the transaction has committed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from ataraxy.clinic.audit.append import Entry, texts
from ataraxy.clinic.audit.models import ChainHead
from ataraxy.clinic.audit.together import Together
from ataraxy.clinic.context import Context
from ataraxy.clinic.treat.record import CHANNEL, append_locked, state_of
from ataraxy.core.protocol.types import Phase
from ataraxy.core.record.envelope import Origin
from ataraxy.core.session.fold import apply
from ataraxy.core.session.registry import parse_session_event
from ataraxy.core.session.state import SessionState
from ataraxy.live.arrived import Arrived, Code
from ataraxy.live.bindings import Bindings, Seat, Trouble, trouble_with
from ataraxy.live.charting import Charting, CuffReading, to_chart
from ataraxy.live.doubts import tell_doubts
from ataraxy.live.quarantine import keep_aside
from ataraxy.live.samples import Placed, copy_samples, cuffs_told, take
from ataraxy.live.told import Told, tell

KEPT_ASIDE = "Kept aside for a person."
BY_THE_CLOCK = 20  # sessions a batch charts because a minute is over; the others come with their next message


@dataclass(frozen=True, slots=True)
class Remembered:
    """A session as the writer last saw it, and the cuff readings it was told."""

    state: SessionState
    cuffs: frozenset[CuffReading]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a screen may show of one message, once it is committed. Wall-clock times are ``received_at``, ``sent_at``."""

    session_id: UUID
    monitor: str
    told: tuple[Told, ...]
    state: SessionState | None
    received_at: datetime
    sent_at: datetime | None


@dataclass(slots=True)
class Written:
    """What a transaction did, to be used when it has committed."""

    answers: list[tuple[Arrived, Code, str]] = field(default_factory=list)
    deferred: list[Arrived] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    remembered: dict[UUID, Remembered] = field(default_factory=dict)
    by_the_clock: int = 0
    events: Together = field(default_factory=Together)


def write_batch(batch: Sequence[Arrived], bindings: Bindings, memory: Mapping[UUID, Remembered]) -> Written:
    """Write a batch in the caller's transaction.

    A session somebody else holds is left for the next batch, with all its messages: the writer waits for nobody.
    """
    written = Written()
    seats, heads = bindings.take_seats({message.device for message in batch if message.report})
    placed = _placed(batch, seats, bindings.clinic_of_peer, written)
    taken = take([one for one in placed if one.bound.session_id in heads])
    ready = {id(one.message) for one in taken.ready}
    written.deferred += [one.message for one in placed if id(one.message) not in ready]
    for one in taken.fresh:
        _chart(one, heads[one.bound.session_id], memory, written)
    written.answers += [(one.message, "AA", "") for one in taken.ready]
    written.events.write(CHANNEL)
    copy_samples(taken.fresh)
    return written


def _placed(
    batch: Sequence[Arrived], seats: Mapping[str, Seat], clinic_of_peer: dict[str, UUID], written: Written
) -> list[Placed]:
    """The messages that belong to a session; the others are kept aside and answered.

    One that names no known monitor is shown to the clinic whose monitor spoke last from the same address.
    """
    placed: list[Placed] = []
    now = datetime.now(UTC)
    for message in batch:
        if message.report is None:
            keep_aside(message, Trouble(message.cause, message.cure), clinic_of_peer.get(message.peer))
            written.answers.append((message, "AE", f"{message.cause} {message.cure}"))
            continue
        seat = seats[message.device]
        why = trouble_with(seat, message.report)
        if why or seat.bound is None:
            assert why is not None
            keep_aside(message, why, seat.clinic_id or clinic_of_peer.get(message.peer), seat.offset)
            written.answers.append((message, "AA", KEPT_ASIDE))
            continue
        clinic_of_peer[message.peer] = seat.bound.clinic.id
        report = message.in_zone(seat.bound.zone)
        told = tell(report, seat.bound.bound_at, now + seat.offset, seat.offset)
        placed.append(Placed(message, seat.bound, message.received_at + seat.offset, now + seat.offset, told))
        tell_doubts(placed[-1], report)
    return placed


def _chart(one: Placed, head: ChainHead, memory: Mapping[UUID, Remembered], written: Written) -> None:
    """Write what a careful nurse would, and prepare what screens show."""
    before = written.remembered.get(head.id) or _recall(one, head, memory.get(head.id))
    clock = written.by_the_clock < BY_THE_CLOCK  # a minute of everybody's at once would hold up everybody
    work = to_chart(before.state, one.bound.limits, one.told, before.cuffs, one.bound.device, clock=clock)
    written.by_the_clock += work.by_the_clock
    state = _append(one, head, before.state, work, written.events)
    for refusal in work.refused:
        keep_aside(one.message, Trouble(refusal.cause, refusal.cure), one.bound.clinic.id, one.offset)
    written.remembered[head.id] = Remembered(state, before.cuffs | work.cuffs if work.cuffs else before.cuffs)
    heard = Heard(head.id, one.bound.label, one.told, state, one.message.received_at, one.report.sent_at)
    written.heard.append(heard)


def _append(
    one: Placed, head: ChainHead, state: SessionState, work: Charting, events: Together
) -> SessionState:
    """Readings go with those of the other sessions; in a session that is no longer as it was bound, by themselves."""
    if not work.entries:
        return state
    ctx = Context(one.bound.clinic, None, None, Origin.DEVICE, one.now)
    entries = [Entry(charted.payload, at=charted.at) for charted in work.entries]
    if state.opened is None or state.phase is Phase.ENDED or state.monitor != one.bound.device:
        written = append_locked(ctx, head, entries, state=state)
    else:
        written = events.add(ctx, head, entries)
    for recorded in written:
        state = apply(state, recorded)
    return state


def _recall(one: Placed, head: ChainHead, known: Remembered | None) -> Remembered:
    """The session as the record has it now; only what was added since is read."""
    if known is None:
        return Remembered(state_of(head.id), cuffs_told(head.id, one.bound.bound_at))
    if known.state.last_seq == head.seq:
        return known
    state = known.state
    for text in texts(head.id, after=state.last_seq):
        state = apply(state, parse_session_event(text))
    return Remembered(state, known.cuffs)
