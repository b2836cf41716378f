"""What the event loop knows of the sessions somebody looks at, and who looks.

A session is loaded when its first viewer comes and forgotten with its last. It is brought up to date by the writer
(every reading, after its commit) and by the record (a NOTIFY from whichever process wrote). A change is drawn once and given
to every viewer; one whose line is full is passed over and gets the newest later, so a slow one never holds up the others.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol as Shape
from uuid import UUID

from django.db import Error

from ataraxy.clinic.audit.append import texts
from ataraxy.clinic.people.models import ClockOffset
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.record import protocol_of
from ataraxy.core.protocol.types import Measure, Phase, Protocol
from ataraxy.core.session.events import MonitorBound, MonitorUnbound
from ataraxy.core.session.fold import apply, fold_session
from ataraxy.core.session.registry import parse_session_event
from ataraxy.core.session.state import SessionState
from ataraxy.live.ask import Ask
from ataraxy.live.batch import Heard
from ataraxy.live.drawing import Drawing, unreadable
from ataraxy.live.picture import Signal, iso
from ataraxy.live.told import Told

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0  # what is due changes with time alone
ALMOST_S = 0.8  # a session drawn within this time need not be looked at again
AHEAD_A_TURN = 8  # verdicts worked out before they are needed
SLICES = 20  # the sessions are looked at in turns, not all at once
AT_LEAST_EVERY_S = 5.0
TOGETHER_S = 0.05  # what changes faster is shown together
NOTICE_S = 0.2  # after this a notice of our own writing is old news
JUST_NOW = -1.0


class Viewer(Shape):
    """Somebody at a screen. ``show`` says whether the line took it; a full one is tried again with newer news."""

    def show(self, text: str, seq: int) -> bool: ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """A session as the record has it."""

    protocol: Protocol
    offset: timedelta
    state: SessionState


class View:
    """One session in the loop's memory."""

    def __init__(self, session_id: UUID) -> None:
        self.id = session_id
        self.viewers: dict[Viewer, float] = {}  # when each was last shown something, on the loop's clock
        self.loaded: Loaded | None = None
        self.told: dict[Measure, Told] = {}
        self.came: dict[Measure, datetime] = {}  # when the newest value of each to be believed was true
        self.signal: Signal | None = None
        self.stale = True  # the record may have more than we have read
        self.broken = ""  # why the record cannot be read
        self.drawing = Drawing(str(session_id))
        self.turn = session_id.int % SLICES
        self.shown = ""
        self.shown_at = self.drawn_at = 0.0
        self.behind: set[Viewer] = set()
        self.afar = False  # its monitor speaks to another process

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + (self.loaded.offset if self.loaded else timedelta(0))

    @property
    def seq(self) -> int:
        return self.loaded.state.last_seq if self.loaded else 0

    def take(self, loaded: Loaded) -> None:
        """The session as the record has it now. What a monitor said goes when it is unbound.

        Hazard: it was the next bed's, and its patient's pressure stands on this screen for half an hour.
        """
        before, self.loaded = self.loaded, loaded
        if before is None or before.state is loaded.state:
            return
        if _binding(before.state) != _binding(loaded.state):
            self.told, self.came, self.signal = {}, {}, None

    def hear(self, heard: Heard) -> None:
        """Take a committed message's values; of each measure the newest in time counts."""
        offset = self.loaded.offset if self.loaded else timedelta(0)
        if self.loaded and heard.state and heard.state.last_seq >= self.loaded.state.last_seq:
            # the writer's own, also where we have read the same ourselves: one session is held once
            self.take(Loaded(self.loaded.protocol, offset, heard.state))
        for told in heard.told:
            if told.measure and (told.measure not in self.told or self.told[told.measure].at <= told.at):
                self.told[told.measure] = told
            if told.measure and told.is_believed:
                # Hazard: a gateway sends the last value again, with its old time, and the probe seems to be on.
                self.came[told.measure] = max(told.at, self.came.get(told.measure, told.at))
        ahead = round((heard.sent_at - heard.received_at).total_seconds()) if heard.sent_at else 0
        self.signal = Signal(heard.monitor, heard.received_at + offset, ahead)

    def text(self) -> str:
        """The session's picture without its ``now``, as JSON."""
        if self.loaded is None:
            return unreadable(str(self.id))
        loaded, state = self.loaded, self.loaded.state
        shown = self.told if state.monitor is not None and state.phase is not Phase.ENDED else {}
        if self.broken:
            # Hazard: the last verdict that could be worked out stays on the screen, as if it were now's.
            return self.drawing.unread(self.seq, shown, self.signal, self.now)
        return self.drawing.text(loaded.protocol, loaded.state, shown, self.signal, self.now, self.came)

    def safe_text(self) -> str:
        """The same; of a session that cannot be drawn, that it cannot. Never its neighbours' trouble."""
        try:
            return self.text()
        except Exception as error:
            log.error("Session %s cannot be shown: %s.", self.id, type(error).__name__)
            return unreadable(str(self.id))

    def look_ahead(self) -> bool:
        """Work out the next verdict if this one ends soon; returns whether there was work to do."""
        if self.loaded is None or self.broken:
            return False
        return self.drawing.look_ahead(self.loaded.protocol, self.loaded.state, self.now, self.came)

    def show(self, at: float, *, changed: bool = True) -> None:
        """Give every viewer what is new to them, at ``at`` on the loop's clock."""
        self.drawn_at = at
        text = self.safe_text()
        if changed or text != self.shown:
            self.shown = text
            due = list(self.viewers)
        else:
            due = [v for v, last in self.viewers.items() if v in self.behind or at - last >= AT_LEAST_EVERY_S]
        if not due:
            return
        self.shown_at = at
        event = f'{{"now":"{iso(self.now)}",{text[1:]}'
        for viewer in due:
            if viewer.show(event, self.seq):
                self.viewers[viewer] = at
                self.behind.discard(viewer)
            else:
                self.behind.add(viewer)


def _binding(state: SessionState) -> tuple[str | None, UUID | None]:
    """The monitor bound now, and the entry that bound it."""
    entries = (e for e in reversed(state.log) if isinstance(e.payload, MonitorBound | MonitorUnbound))
    return state.monitor, next((e.envelope.id for e in entries), None)


class Rooms:
    """Every view, by session. Lives in the event loop; only ``load`` runs on a thread."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._views: dict[UUID, View] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._reading: set[UUID] = set()
        self._changed: dict[UUID, View] = {}  # heard just after they were shown
        self.count = 0  # viewers, of all sessions
        self.looked = asyncio.Event()  # a session is shown that was not before
        self.unseen = asyncio.Event()  # a session nobody looks at was written: a board may want it

    async def look(self, session_id: UUID, viewer: Viewer) -> View:
        """Let ``viewer`` see a session, loaded and up to date."""
        view = self._views.get(session_id)
        if view is None:
            view = self._views[session_id] = View(session_id)
            self.looked.set()
        view.viewers[viewer] = JUST_NOW
        self.count += 1
        try:
            if view.loaded is None and not view.broken:
                await self._read(view)
        except BaseException:
            self.leave(view, viewer)
            raise
        return view

    def leave(self, view: View, viewer: Viewer) -> None:
        if view.viewers.pop(viewer, None) is None:
            return
        self.count -= 1
        view.behind.discard(viewer)
        if not view.viewers and self._views.get(view.id) is view:
            del self._views[view.id]

    @property
    def shown(self) -> Iterable[UUID]:
        """The sessions somebody looks at."""
        return self._views.keys()

    def hear(self, heard: Sequence[Heard], *, afar: bool = False) -> None:
        """The writer committed these. Each session is shown once; one that was shown just now, a moment later.

        ``afar``: another process wrote them, and what of them was charted is in the record alone.
        """
        at = asyncio.get_running_loop().time()
        touched: dict[UUID, View] = {}
        for one in heard:
            if (view := self._views.get(one.session_id)) is not None:
                view.hear(one)
                view.afar = afar
                touched[view.id] = view
        for view in touched.values():
            if at - view.shown_at < TOGETHER_S:
                self._changed[view.id] = view
            else:
                view.show(at)

    async def keep_up(self) -> None:
        """Show what time alone changes, and what came too fast; until cancelled."""
        loop = asyncio.get_running_loop()
        for turn in _turns():
            at = loop.time()
            changed, self._changed = self._changed, {}
            for view in changed.values():
                view.show(at)
            slice_ = [v for v in self._views.values() if v.turn == turn]
            for view in slice_:
                if view.drawn_at < at - ALMOST_S and (view.loaded is not None or view.broken):
                    view.show(at, changed=False)
                if view.stale and view.viewers and view.id not in self._reading:
                    self._read_soon(view)  # what was written could not be read when it was told
            ahead = 0
            for view in slice_:
                ahead += view.look_ahead()
                if ahead == AHEAD_A_TURN:
                    break
            await asyncio.sleep(LOOK_EVERY_S / SLICES)

    def written(self, session_id: UUID, seq: int | None = None) -> None:
        """Somebody wrote to this session's record; ``seq`` when a device did, most likely through us."""
        view = self._views.get(session_id)
        if view is None:
            if seq is None:
                self.unseen.set()
        elif seq is None or (view.afar and view.seq < seq):
            self._read_soon(view)
        elif view.seq < seq:
            asyncio.get_running_loop().call_later(NOTICE_S, self._unless_heard, view, seq)

    def _unless_heard(self, view: View, seq: int) -> None:
        if view.seq < seq and view.viewers:
            self._read_soon(view)

    def read_again(self) -> None:
        """Notices may have been missed: read every session anew."""
        self.unseen.set()
        for view in self._views.values():
            self._read_soon(view)

    def _read_soon(self, view: View) -> None:
        view.stale = True
        task = asyncio.get_running_loop().create_task(self._read_or_wait(view))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read_or_wait(self, view: View) -> None:
        try:
            await self._read(view)
        except Error as error:  # ``keep_up`` reads it again
            log.warning("A session could not be read: %s.", type(error).__name__)

    async def _read(self, view: View) -> None:
        """Read until nothing was written meanwhile; one reader a session at a time."""
        if view.id in self._reading and view.loaded is not None:
            return
        self._reading.add(view.id)
        try:
            while view.stale or (view.loaded is None and not view.broken):
                view.stale = False
                await self._read_once(view)
                view.show(asyncio.get_running_loop().time())
        except BaseException:
            view.stale = True
            raise
        finally:
            self._reading.discard(view.id)

    async def _read_once(self, view: View) -> None:
        known = view.loaded
        try:
            loaded = await self._ask(load, view.id, known)
        except (Error, Session.DoesNotExist):
            raise
        except Exception as error:  # its record cannot be read; the others' can
            if not view.broken:
                log.error("Session %s cannot be read: %s.", view.id, type(error).__name__)
            view.broken = type(error).__name__
            return
        view.broken = ""
        if view.loaded is known or loaded.state.last_seq > view.seq:
            view.take(loaded)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _turns() -> Iterator[int]:
    while True:
        yield from range(SLICES)


def load(session_id: UUID, known: Loaded | None) -> Loaded:
    """A session from the record; what is known already is not read again."""
    session = Session.objects.select_related("course__protocol").get(id=session_id)
    offset = ClockOffset.objects.filter(clinic_id=session.clinic_id).values_list("offset", flat=True).first()
    if known is None:
        state = fold_session(parse_session_event(text) for text in texts(session_id))
        return Loaded(protocol_of(session), offset or timedelta(0), state)
    state = known.state
    for text in texts(session_id, after=state.last_seq):
        state = apply(state, parse_session_event(text))
    return Loaded(known.protocol, offset or timedelta(0), state)


@dataclass(frozen=True, slots=True)
class Place:
    """A session on the board: which room, and since when anybody waits there."""

    session: UUID
    patient: UUID
    room_id: int
    room: str


def under_way(clinic_id: UUID) -> list[Place]:
    """The clinic's sessions whose patient is here."""
    rows = Session.objects.filter(clinic_id=clinic_id, arrived_at__isnull=False, ended="").select_related(
        "room"
    )
    return [
        Place(row.id, row.patient_id, row.room_id, row.room.name)
        for row in rows.order_by("room_id", "during")
    ]


def board(places: Iterable[tuple[Place, View]]) -> str:
    """Every room with somebody in it, as JSON."""
    rooms = (
        f'{{"room_id":{place.room_id},"room":{json.dumps(place.room)},{view.safe_text()[1:]}'
        for place, view in places
    )
    return f'"rooms":[{",".join(rooms)}]'
