"""One transaction's work: messages in; samples, charted events and messages kept aside out.

Runs inside the writer's transaction and changes nothing outside the database: what is to be remembered and told
is returned, and used once the transaction has committed.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from uuid import UUID

import psycopg
from django.db import Error as DatabaseError

from ataraxy.clinic.audit.append import Entry, texts
from ataraxy.clinic.audit.models import ChainHead
from ataraxy.clinic.audit.together import Together
from ataraxy.clinic.context import Context
from ataraxy.clinic.treat.record import CHANNEL, append_locked, state_of
from ataraxy.core.protocol.types import Phase
from ataraxy.core.record.envelope import Origin
from ataraxy.core.session.events import VitalRecorded
from ataraxy.core.session.fold import apply
from ataraxy.core.session.registry import parse_session_event
from ataraxy.core.session.state import SessionState
from ataraxy.live.arrived import Arrived, Code
from ataraxy.live.bindings import AMBIGUOUS, Bindings, Bound, Named, Seat, Trouble, trouble_with
from ataraxy.live.charting import Charting, CuffReading, to_chart
from ataraxy.live.doubts import tell_doubts
from ataraxy.live.quarantine import keep_aside
from ataraxy.live.samples import Placed, cuffs_told, store
from ataraxy.live.told import Told, tell

DATABASE = (DatabaseError, psycopg.Error)
KEPT_ASIDE = "Kept aside for a person."
POISONED = Trouble(
    "The record of this session cannot be judged, so its monitor's values are kept and not charted.",
    "Chart by hand from the bedside monitor, and call whoever runs Ataraxy; this is tried again by itself.",
)
NONE: Mapping[UUID, datetime] = MappingProxyType({})
BY_THE_CLOCK = 20  # sessions a batch charts because a minute is over; the others come with their next message


class Held(Exception):
    """Somebody else writes to these messages' sessions now; the batch is to be written without them."""

    def __init__(self, messages: Sequence[Arrived]) -> None:
        super().__init__()
        self.messages = list(messages)


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


@dataclass(frozen=True, slots=True)
class Poisoned:
    """A session that could not be charted: the kind of error, and the first message (clinic's time) left uncharted."""

    kind: str
    since: datetime


@dataclass(slots=True)
class Written:
    """What a transaction did, to be used when it has committed."""

    answers: list[tuple[Arrived, Code, str]] = field(default_factory=list)
    deferred: list[Arrived] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    remembered: dict[UUID, Remembered] = field(default_factory=dict)
    poisoned: dict[UUID, Poisoned] = field(default_factory=dict)  # sessions that could not be charted
    by_the_clock: int = 0
    events: Together = field(default_factory=Together)


def write_batch(
    batch: Sequence[Arrived],
    bindings: Bindings,
    memory: Mapping[UUID, Remembered],
    poisoned: Container[UUID] = (),
    uncharted: Mapping[UUID, datetime] = NONE,
) -> Written:
    """Write a batch in the caller's transaction.

    Args:
        memory: the sessions as they were last seen.
        poisoned: sessions whose record was found unreadable not long ago: their readings are kept, not charted.
        uncharted: since when the sessions that were set aside and not charted again have not been.

    Raises:
        Held: somebody else writes to sessions in which something is to be charted; the writer waits for nobody.
    """
    written = Written()
    seats, reached = bindings.seats({_named(message) for message in batch if message.report})
    placed = _placed(batch, seats, bindings.clinic_of_peer, written)
    work = _Work(written, memory, {}, poisoned, uncharted, reached)
    work.read(placed)  # before its readings are kept: which cuff pressures were told already
    taken = store(placed)
    ready = {id(one.message) for one in taken.ready}
    written.deferred += [one.message for one in placed if id(one.message) not in ready]
    of_session: dict[UUID, list[Placed]] = {}
    for one in taken.fresh:
        of_session.setdefault(one.bound.session_id, []).append(one)
    wanted = [session for session, said in of_session.items() if not work.nothing_to_chart(session, said)]
    if wanted:
        heads = bindings.lock(wanted)
        if len(heads) < len(wanted):
            held = set(wanted) - heads.keys()
            raise Held([one.message for one in placed if one.bound.session_id in held])
        for session in wanted:
            work.chart(heads[session], of_session[session])
        written.events.write(CHANNEL)
    written.answers += [(one.message, "AA", "") for one in taken.ready]
    written.heard += [work.heard(one) for one in taken.fresh]
    return written


def _placed(
    batch: Sequence[Arrived],
    seats: Mapping[Named, Seat],
    clinic_of_peer: dict[str, UUID | None],
    written: Written,
) -> list[Placed]:
    """The messages that belong to a session; the others are kept aside and answered.

    One that names no known monitor is shown to the clinic whose monitors alone speak from the same address; one
    whose name two clinics know to neither.
    """
    placed: list[Placed] = []
    now = datetime.now(UTC)
    for message in batch:
        if message.report is None:
            keep_aside(message, Trouble(message.cause, message.cure), clinic_of_peer.get(message.peer))
            written.answers.append((message, "AE", f"{message.cause} {message.cure}"))
            continue
        seat = seats[_named(message)]
        _heard_from(clinic_of_peer, message.peer, seat.clinic_id)
        why = trouble_with(seat, message.report)
        if why or seat.bound is None:
            assert why is not None
            peers = None if why is AMBIGUOUS else clinic_of_peer.get(message.peer)
            keep_aside(message, why, seat.clinic_id or peers, seat.offset)
            written.answers.append((message, "AA", KEPT_ASIDE))
            continue
        report = message.in_zone(seat.bound.zone)
        told = tell(report, seat.bound.bound_at, now + seat.offset, seat.offset)
        placed.append(Placed(message, seat.bound, message.received_at + seat.offset, now + seat.offset, told))
        tell_doubts(placed[-1], report)
    return placed


def _named(message: Arrived) -> Named:
    return message.device, message.clinic_id


def _heard_from(clinic_of_peer: dict[str, UUID | None], peer: str, clinic: UUID | None) -> None:
    """An address from which two clinics were heard is nobody's from then on."""
    if clinic is not None:
        clinic_of_peer[peer] = clinic if clinic_of_peer.get(peer, clinic) == clinic else None


@dataclass(slots=True)
class _Work:
    """What of one batch goes into the record. The sessions are judged before any is locked, and most need no lock."""

    written: Written
    memory: Mapping[UUID, Remembered]
    known: dict[UUID, Remembered]  # those of this batch
    poisoned: Container[UUID]
    uncharted: Mapping[UUID, datetime]
    reached: Mapping[UUID, int]
    unreadable: dict[UUID, Exception] = field(default_factory=dict)

    def read(self, placed: Sequence[Placed]) -> None:
        """The sessions as the record has them now, and the cuff pressures their monitors have told."""
        for session, bound in {one.bound.session_id: one.bound for one in placed}.items():
            if session in self.poisoned:
                continue
            try:
                if (seen := self.memory.get(session)) is None:
                    state = state_of(session)  # first: what is charted in between is then caught up with
                    told = cuffs_told(session, bound.bound_at, self.uncharted.get(session))
                    seen = Remembered(state, told)
                self.known[session] = self._caught_up(seen, bound, self.reached[session])
            except DatabaseError:
                raise
            except Exception as error:  # whatever is in this record: its neighbours go on
                self.unreadable[session] = error

    def nothing_to_chart(self, session: UUID, said: Sequence[Placed]) -> bool:
        """Whether these messages only repeat what a careful nurse has written already."""
        if session in self.poisoned:
            return True
        if session in self.unreadable:
            self._set_aside(said, self.unreadable[session])
            return True
        try:
            before = self.known[session]
            for one in said:
                clock = (
                    self.written.by_the_clock < BY_THE_CLOCK
                )  # everybody's minute at once would hold up everybody
                work = to_chart(
                    before.state, one.bound.limits, one.told, before.cuffs, one.bound.device, clock=clock
                )
                self.written.by_the_clock += work.by_the_clock
                if work.entries or work.refused or work.cuffs:
                    return False
        except DATABASE:
            raise
        except Exception as error:
            self._set_aside(said, error)
            return True
        self.written.remembered[session] = before
        return True

    def chart(self, head: ChainHead, said: Sequence[Placed]) -> None:
        """Write what a careful nurse would. ``head`` is locked."""
        done = 0
        try:
            before = self._caught_up(self.known[head.id], said[0].bound, head.seq)
            if before.cuffs != self.known[head.id].cuffs:
                # Hazard: its readings are kept by now, and a new pressure would be among those told before.
                raise Held([one.message for one in said])
            for one in said:
                work = to_chart(before.state, one.bound.limits, one.told, before.cuffs, one.bound.device)
                for refusal in work.refused:
                    why = Trouble(refusal.cause, refusal.cure)
                    keep_aside(one.message, why, one.bound.clinic.id, one.offset)
                state = _append(one, head, before.state, work, self.written.events)
                before = Remembered(state, before.cuffs | work.cuffs if work.cuffs else before.cuffs)
                done += 1
        except (Held, *DATABASE):
            raise
        except Exception as error:
            if head.id in self.written.events.moved:
                raise  # half of it is chained: the batch is written again, by halves
            self._set_aside(said[done:], error)
            return
        self.written.remembered[head.id] = before

    def _caught_up(self, known: Remembered, bound: Bound, reached: int) -> Remembered:
        """The session as the record has it now; only what was added since is read.

        Hazard: its monitor spoke to another live process in between, and tells its last cuff pressure again.
        """
        session = bound.session_id
        if known.state.last_seq >= reached:
            return known
        state, cuffs = known.state, known.cuffs
        added = [parse_session_event(text) for text in texts(session, after=state.last_seq)]
        for event in added:
            state = apply(state, event)
        if any(isinstance(event.payload, VitalRecorded) and event.payload.device for event in added):
            cuffs = cuffs | cuffs_told(session, bound.bound_at, self.uncharted.get(session))
        return Remembered(state, cuffs)

    def heard(self, one: Placed) -> Heard:
        session, seen = one.bound.session_id, self.written.remembered.get(one.bound.session_id)
        state = seen.state if seen else None
        sent_at, received_at = one.report.sent_at, one.message.received_at
        return Heard(session, one.bound.label, one.told, state, received_at, sent_at)

    def _set_aside(self, said: Sequence[Placed], error: Exception) -> None:
        """The readings are kept as samples; that nothing is charted of them is told to a person."""
        one, since = said[-1], min(placed.received_at for placed in said)
        self.written.poisoned[one.bound.session_id] = Poisoned(type(error).__name__, since)
        keep_aside(one.message, POISONED, one.bound.clinic.id, one.offset)


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
