"""The live process: monitors' readings in over MLLP, into the record, and out to screens as they are committed.

One event loop hears and shows, one thread writes. Started by ``ataraxy live`` and by ``ataraxy serve``; a large clinic
starts several, which share the ports and tell each other what their screens need (``neighbours``).
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from ataraxy.clinic.database.embedded import wait_until_ready
from ataraxy.clinic.database.roles import refuse_power
from ataraxy.clinic.env import Environment
from ataraxy.live.inbox import Inbox

if TYPE_CHECKING:
    from ataraxy.live.batch import Heard
    from ataraxy.live.writer import Answers, Publish, Writer

log = logging.getLogger(__name__)

MakeWriter = Callable[[Inbox, "Publish"], "Writer"]
GRACE_S = 3
SWITCH_S = 0.0005  # the writer waits for the database many times a commit, and for the loop after each


def run(env: Environment, make_writer: MakeWriter | None = None) -> None:
    """Run the live process until SIGINT or SIGTERM.

    Raises:
        DatabaseTrouble: the database does not answer, would run us as its owner, or does not insist on the disk.
    """
    set_up()
    sys.setswitchinterval(SWITCH_S)
    spare_the_collector()
    asyncio.run(_serve_until_stopped(env, make_writer))


def spare_the_collector() -> None:
    """What is loaded now stays: it is not walked again. What sessions are made of has no cycles, and is walked rarely.

    A full walk over the sessions of a ward holds up every reading for as long as it takes.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def set_up() -> None:
    """Django's models and settings; no pages."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ataraxy.clinic.settings")
    import django

    django.setup()


async def _serve_until_stopped(env: Environment, make_writer: MakeWriter | None) -> None:
    async with serving(env, make_writer) as (front, _):
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, front.end)
        await front.serve()


@asynccontextmanager
async def serving(
    env: Environment, make_writer: MakeWriter | None = None, check_every_s: float = 30.0
) -> AsyncIterator[tuple[Front, int]]:
    """Everything but the web server's own loop: yields it and the port monitors call."""
    from starlette.applications import Starlette

    from ataraxy.live.ask import Ask
    from ataraxy.live.handing_in import HandingIn
    from ataraxy.live.intake import Intake, Peers
    from ataraxy.live.listen import listen
    from ataraxy.live.neighbours import Neighbours
    from ataraxy.live.rooms import Rooms
    from ataraxy.live.routes import routes
    from ataraxy.live.stream import Streams
    from ataraxy.live.writer import Writer, insist_on_disk

    loop = asyncio.get_running_loop()
    ask, inbox = Ask(), Inbox()
    await ask(wait_until_ready, env.database_url)
    await ask(refuse_power, env.database_url)
    await ask(insist_on_disk)
    rooms = Rooms(ask)

    neighbours = Neighbours(env.home / "run", env.live_process, env.live_processes, rooms)

    def committed(answers: Answers, heard: Sequence[Heard]) -> None:
        answer_each(answers)
        rooms.hear(heard)
        neighbours.pass_on(heard)

    def publish(answers: Answers, heard: Sequence[Heard]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(committed, answers, heard)

    writer = (make_writer or Writer)(inbox, publish)
    streams = Streams(rooms, ask, writer, check_every_s)
    intake = Intake(inbox, Peers.named(env.mllp_peers))
    writer.start()
    listening = loop.create_task(listen(env.database_url, rooms))
    showing = loop.create_task(rooms.keep_up())
    try:
        shared = env.live_processes > 1
        if shared:
            await neighbours.start()
        port = await intake.start(env.mllp_bind, shared=shared)
        app = Starlette(routes=routes(streams, HandingIn(inbox, ask)))
        yield Front(app, env.live_port, streams.closing, shared=shared), port
    finally:
        streams.closing.set()
        await neighbours.stop()
        await intake.stop()
        await loop.run_in_executor(None, writer.stop)
        listening.cancel()
        showing.cancel()
        await asyncio.gather(listening, showing, return_exceptions=True)
        await rooms.close()
        ask.close()


def answer_each(answers: Answers) -> None:
    """Answer what was committed; one that cannot be answered is sent again by its monitor, and known then."""
    for message, code, text in answers:
        try:
            message.answer(code, text)
        except Exception as error:  # whatever is wrong with this line: its neighbours are answered
            log.error("A message from %s could not be answered: %s.", message.peer, type(error).__name__)


class Connection(H11Protocol):
    """One browser's connection. A request finds it in its state, to write a stream's events to it directly."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Front(uvicorn.Server):
    """The web server of the screens. ``end`` ends its endless streams, then itself; signals are not its business."""

    def __init__(self, app: object, port: int, closing: asyncio.Event, *, shared: bool = False) -> None:
        super().__init__(
            uvicorn.Config(
                app,  # type: ignore[arg-type]
                host="127.0.0.1",
                port=port,
                loop="asyncio",
                http=Connection,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._closing = closing
        self._shared = shared

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        if sockets is None and self._shared:
            sockets = [
                socket.create_server((self.config.host, self.config.port), backlog=2048, reuse_port=True)
            ]
        await super().serve(sockets)

    def end(self) -> None:
        self._closing.set()
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ours are handled in ``run``: uvicorn would raise them again, before what was heard is written."""
        yield
