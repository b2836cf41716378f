"""Several live processes of one clinic: what one has committed, the screens of the others show as well.

A monitor's line and a screen's come to whichever process takes them. Each process writes what it hears, answers it after
the commit, and judges the sessions its own screens show; to the others it tells numbers that are committed already, of the
sessions they show. Nothing that passes here is kept: a neighbour that died, or is slow, costs a screen its newest numbers
(their age shows it), never the record, and what was charted reaches every process by NOTIFY.

A frame is four bytes of length and JSON: ``{"looks": [session, ...]}``, all that the sender shows now, or
``{"heard": [[session, monitor, received_at, sent_at, [[measure, value, at, absent], ...]], ...]}``.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from ataraxy.core.protocol.types import Measure
from ataraxy.live.batch import Heard
from ataraxy.live.rooms import Rooms
from ataraxy.live.told import Told

log = logging.getLogger(__name__)

LOOKS_EVERY_S, GATHER_S = 2.0, 0.02
AGAIN_S = 0.2
LONGEST_BYTES = 1 << 22  # of a frame
WAITING_BYTES = 1 << 20  # a neighbour that has so much to take yet is told no more for now
LONGEST_PATH = 100  # of a socket, as the system takes it


class Neighbours:
    """The other processes. ``mine`` counts from 1; everything lives in the event loop."""

    def __init__(self, folder: Path, mine: int, count: int, rooms: Rooms) -> None:
        self._folder, self._mine, self._rooms = folder, mine, rooms
        self._others = [n for n in range(1, count + 1) if n != mine]
        self._lines: dict[int, asyncio.StreamWriter] = {}  # to each, while it is there
        self._shows: dict[int, frozenset[UUID]] = {}  # which sessions the screens of each show
        self._tasks: set[asyncio.Task[None]] = set()
        self._hearing: dict[asyncio.Task[Any], asyncio.StreamWriter] = {}
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._hold = os.open(self._folder, os.O_RDONLY)
        with suppress(FileNotFoundError):
            Path(self._path(self._mine)).unlink()
        self._server = await asyncio.start_unix_server(self._listen, self._path(self._mine))
        loop = asyncio.get_running_loop()
        self._tasks = {loop.create_task(self._keep_a_line(other)) for other in self._others}
        self._tasks.add(loop.create_task(self._say_who_looks()))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for line in self._hearing.values():
            line.transport.abort()  # who listens on it comes to its end
        await asyncio.gather(*self._hearing, return_exceptions=True)
        if self._server:
            self._server.close()
            os.close(self._hold)

    def pass_on(self, heard: Sequence[Heard]) -> None:
        """Tell each neighbour what was committed of the sessions it shows."""
        for other, shown in self._shows.items():
            if theirs := [one for one in heard if one.session_id in shown]:
                self._tell(other, {"heard": [_words(one) for one in theirs]})

    def _tell(self, other: int, words: dict[str, Any]) -> None:
        line = self._lines.get(other)
        if line is None or line.transport.get_write_buffer_size() > WAITING_BYTES:
            return
        body = json.dumps(words, separators=(",", ":")).encode()
        line.write(len(body).to_bytes(4, "big") + body)

    async def _say_who_looks(self) -> None:
        """At once when a session is shown that was not, and now and then whatever happens."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOKS_EVERY_S):
                    await self._rooms.looked.wait()
            await asyncio.sleep(GATHER_S)
            self._rooms.looked.clear()
            for other in self._others:
                self._tell_who_looks(other)

    def _tell_who_looks(self, other: int) -> None:
        self._tell(other, {"looks": [str(session) for session in self._rooms.shown]})

    async def _keep_a_line(self, other: int) -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_unix_connection(self._path(other))
                writer.write(self._mine.to_bytes(4, "big"))
                self._lines[other] = writer
                self._tell_who_looks(other)
                try:
                    await reader.read()  # says nothing; ends with the other
                finally:
                    del self._lines[other]
                    writer.close()
            await asyncio.sleep(AGAIN_S)

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """What one neighbour says, until it ends."""
        who, task = 0, asyncio.current_task()
        assert task is not None
        self._hearing[task] = writer
        try:
            who = int.from_bytes(await reader.readexactly(4), "big")
            while (length := int.from_bytes(await reader.readexactly(4), "big")) <= LONGEST_BYTES:
                self._hear(who, json.loads(await reader.readexactly(length)))
        except (asyncio.IncompleteReadError, OSError):
            pass
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            log.warning(
                "A live process said what cannot be read (%s); its line is closed.", type(error).__name__
            )
        finally:
            self._shows.pop(who, None)
            del self._hearing[task]
            writer.close()

    def _hear(self, who: int, said: dict[str, Any]) -> None:
        if "looks" in said:
            self._shows[who] = frozenset(map(UUID, said["looks"]))
        else:
            self._rooms.hear([_heard(one) for one in said["heard"]], afar=True)

    def _path(self, number: int) -> str:
        """Where a process listens; by way of the folder we hold open where the name is too long for a socket."""
        whole = str(self._folder / f"live-{number}")
        return whole if len(whole) < LONGEST_PATH else f"/proc/self/fd/{self._hold}/live-{number}"


def _words(heard: Heard) -> list[Any]:
    told = [
        [t.measure.value, None if t.value is None else str(t.value), t.at.isoformat(), t.absent]
        for t in heard.told
        if t.measure is not None
    ]
    sent_at = heard.sent_at.isoformat() if heard.sent_at else None
    return [str(heard.session_id), heard.monitor, heard.received_at.isoformat(), sent_at, told]


def _heard(words: Sequence[Any]) -> Heard:
    session, monitor, received_at, sent_at, told = words
    return Heard(
        UUID(session),
        monitor,
        tuple(_told(*one) for one in told),
        None,
        datetime.fromisoformat(received_at),
        datetime.fromisoformat(sent_at) if sent_at else None,
    )


def _told(name: str, value: str | None, at: str, absent: str) -> Told:
    measure = Measure(name)
    number = None if value is None else Decimal(value)
    return Told(measure, number, measure.unit, datetime.fromisoformat(at), None, False, absent)
