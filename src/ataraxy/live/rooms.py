"""What the event loop knows of the sessions somebody looks at, and who looks.

A session is loaded when its first viewer comes and forgotten with its last. It is brought up to date by the writer
(every reading, after its commit) and by the record (a NOTIFY from whichever process wrote). A viewer holds no queue:
it is told that there is something new and takes the newest when it can, so a slow one never holds up the others.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import Error

from ataraxy.clinic.audit.append import texts
from ataraxy.clinic.people.models import ClockOffset
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.record import protocol_of
from ataraxy.core.protocol.types import Measure, Phase, Protocol
from ataraxy.core.session.fold import apply, fold_session
from ataraxy.core.session.registry import parse_session_event
from ataraxy.core.session.state import SessionState
from ataraxy.live.ask import Ask
from ataraxy.live.batch import Heard
from ataraxy.live.picture import Signal, iso, picture
from ataraxy.live.told import Told

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Viewer:
    """Somebody at a screen: ``fresh`` is set when there is something they have not seen."""

    fresh: asyncio.Event = field(default_factory=asyncio.Event)


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
        self.viewers: set[Viewer] = set()
        self.loaded: Loaded | None = None
        self.told: dict[Measure, Told] = {}
        self.signal: Signal | None = None
        self.stale = True  # the record may have more than we have read
        self._body: tuple[int, dict[str, Any]] | None = None

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + (self.loaded.offset if self.loaded else timedelta(0))

    def hear(self, heard: Heard) -> None:
        """Take a committed message's values; of each measure the newest in time counts."""
        offset = self.loaded.offset if self.loaded else timedelta(0)
        if self.loaded and heard.state and heard.state.last_seq > self.loaded.state.last_seq:
            self.loaded = Loaded(self.loaded.protocol, offset, heard.state)
        for told in heard.told:
            if told.measure and (told.measure not in self.told or self.told[told.measure].at <= told.at):
                self.told[told.measure] = told
        ahead = round((heard.sent_at - heard.received_at).total_seconds()) if heard.sent_at else 0
        self.signal = Signal(heard.monitor, heard.received_at + offset, ahead)
        self.changed()

    def changed(self) -> None:
        self._body = None
        for viewer in self.viewers:
            viewer.fresh.set()

    def body(self) -> dict[str, Any]:
        """The session's picture without its ``now``, made at most once a second unless something changed."""
        assert self.loaded is not None
        second = int(self.now.timestamp())
        if self._body is None or self._body[0] != second:
            shown = self.told if self.loaded.state.phase is not Phase.ENDED else {}
            now = self.now
            made = picture(str(self.id), self.loaded.protocol, self.loaded.state, shown, self.signal, now)
            self._body = (second, made)
        return self._body[1]

    def text(self, body: dict[str, Any]) -> str:
        return json.dumps({"now": iso(self.now), **body}, separators=(",", ":"))


class Rooms:
    """Every view, by session. Lives in the event loop; only ``load`` runs on a thread."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._views: dict[UUID, View] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._reading: set[UUID] = set()
        self.unseen = asyncio.Event()  # a session nobody looks at was written: a board may want it

    async def look(self, session_id: UUID, viewer: Viewer) -> View:
        """Let ``viewer`` see a session, loaded and up to date."""
        view = self._views.setdefault(session_id, View(session_id))
        view.viewers.add(viewer)
        try:
            if view.loaded is None:
                await self._read(view)
        except BaseException:
            self.leave(view, viewer)
            raise
        return view

    def leave(self, view: View, viewer: Viewer) -> None:
        view.viewers.discard(viewer)
        if not view.viewers:
            self._views.pop(view.id, None)

    def hear(self, heard: Sequence[Heard]) -> None:
        """The writer committed these."""
        for one in heard:
            if (view := self._views.get(one.session_id)) is not None:
                view.hear(one)

    def written(self, session_id: UUID) -> None:
        """Somebody wrote to this session's record."""
        view = self._views.get(session_id)
        if view is None:
            self.unseen.set()
            return
        view.stale = True
        self._start(view)

    def read_again(self) -> None:
        """Notices may have been missed: read every session anew."""
        self.unseen.set()
        for view in self._views.values():
            view.stale = True
            self._start(view)

    def _start(self, view: View) -> None:
        task = asyncio.get_running_loop().create_task(self._read_or_wait(view))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read_or_wait(self, view: View) -> None:
        try:
            await self._read(view)
        except Error as error:  # the listener's reconnection reads every session again
            log.warning("A session could not be read: %s.", type(error).__name__)

    async def _read(self, view: View) -> None:
        """Read until nothing was written meanwhile; one reader a session at a time."""
        if view.id in self._reading and view.loaded is not None:
            return
        self._reading.add(view.id)
        try:
            while view.stale or view.loaded is None:
                view.stale = False
                known = view.loaded
                loaded = await self._ask(load, view.id, known)
                if view.loaded is known or loaded.state.last_seq > view.loaded.state.last_seq:  # type: ignore[union-attr]
                    view.loaded = loaded
                view.changed()
        except BaseException:
            view.stale = True
            raise
        finally:
            self._reading.discard(view.id)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def count(self) -> int:
        return sum(len(view.viewers) for view in self._views.values())


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


def board(places: Iterable[tuple[Place, View]]) -> dict[str, Any]:
    """Every room with somebody in it."""
    return {
        "rooms": [{"room_id": p.room_id, "room": p.room, **view.body()} for p, view in places if view.loaded]
    }
