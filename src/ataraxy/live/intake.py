"""Listening to monitors: connections in, messages to the writer, answers back when they are safe.

A peer that is not on the list is closed and named in the log. A connection never dies of what it carries: what
is no frame or no message is handed on to be kept aside for a person, and answered with its cause. Questions, announced
patients and curves are answered too, or the monitor stops sending (hazard). A link may be idle for ever; a frame that was
begun may not. A peer that sends faster than the record can be written is read more slowly (back-pressure).
"""

from __future__ import annotations

import asyncio
import logging
import resource
import socket
import uuid
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import count
from typing import cast

from ataraxy.core.errors import InputRefused
from ataraxy.interop.hl7v2.ack import acknowledge
from ataraxy.interop.hl7v2.reply import answer as answer_to
from ataraxy.interop.hl7v2.reply import outcome_of
from ataraxy.interop.hl7v2.split import Message
from ataraxy.live.arrived import Answer, Arrived, Code, arrived
from ataraxy.live.inbox import Inbox, Room
from ataraxy.live.mllp import Framed, Framer, FrameRefused, frame

log = logging.getLogger(__name__)

IN_FLIGHT = 64  # messages of one connection heard and not yet answered
CONNECTIONS = 4000
CALLING_AT_ONCE = 1024  # connections not yet welcomed: all monitors call again when we were away
OTHER_FILES = 200  # the log, the database, the catalog
NO_BLOCKS = {0x0B: " ", 0x1C: " "}
KINDS = 20  # kinds of left messages named in the log, a connection
FAULTS = 20  # frames a connection may get wrong before it is closed
REST_OF_A_FRAME_S = 15.0  # how long the rest of a frame may take to come; proposed
LOOPBACK = ("127.0.0.0/8", "::1/128")


@dataclass(frozen=True, slots=True)
class Peers:
    """Who may connect; nobody named means this machine only."""

    networks: tuple[IPv4Network | IPv6Network, ...]

    @classmethod
    def named(cls, addresses: Iterable[str]) -> Peers:
        """From addresses or networks as written in the settings.

        Raises:
            InputRefused: one of them is not an address.
        """
        try:
            return cls(tuple(ip_network(a) for a in tuple(addresses) or LOOPBACK))
        except ValueError as error:
            raise InputRefused(
                f"ATARAXY_MLLP_PEERS: {error}.", "Write addresses (10.0.4.7) or networks (10.0.4.0/24)."
            ) from None

    def allow(self, host: str) -> bool:
        address = ip_address(host.split("%")[0])
        known = getattr(address, "ipv4_mapped", None) or address
        return any(known in network for network in self.networks)


def address_of(bind: str) -> tuple[str, int]:
    """``address:port``; an IPv6 address stands in square brackets."""
    host, _, port = bind.rpartition(":")
    if not host or not port.isdigit():
        raise InputRefused(f"ATARAXY_MLLP_BIND {bind!r} is no address.", "Write it as 127.0.0.1:2575.")
    return host.strip("[]"), int(port)


class Intake:
    """The listener. ``start`` binds, ``stop`` closes every connection."""

    def __init__(self, inbox: Inbox, peers: Peers) -> None:
        self.inbox = inbox
        self._peers = peers
        self._server: asyncio.Server | None = None
        self._lines: set[Line] = set()

    async def start(self, bind: str, *, shared: bool = False) -> int:
        """Listen; returns the port. ``shared``: other processes of ours listen there as well."""
        host, port = address_of(bind)
        enough_files(CONNECTIONS)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Line(self), host, port, backlog=CALLING_AT_ONCE, reuse_port=shared or None
        )
        self.port: int = int(self._server.sockets[0].getsockname()[1])
        log.info("Listening for monitors on %s port %s.", host, self.port)
        return self.port

    async def stop(self) -> None:
        if self._server:
            self._server.close()
        for line in list(self._lines):
            line.hang_up()

    def welcome(self, line: Line) -> bool:
        if not self._peers.allow(line.peer):
            log.warning(
                "A connection from %s was closed: it is not among ATARAXY_MLLP_PEERS. Add it if a monitor stands there.",
                line.peer,
            )
            return False
        if len(self._lines) >= CONNECTIONS:
            log.warning("A connection from %s was closed: %s are open already.", line.peer, CONNECTIONS)
            return False
        self._lines.add(line)
        return True

    def forget(self, line: Line) -> None:
        self._lines.discard(line)


class Line(asyncio.Protocol):
    """One connection. Frames wait in ``_held`` while there is no room for them, and nothing more is read meanwhile."""

    transport: asyncio.Transport

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._inbox = intake.inbox
        self._framer = Framer()
        self._room = Room(IN_FLIGHT)
        self._held: deque[Framed] = deque()
        self._faults = 0
        self._full = False  # it does not take its answers
        self._ended = False
        self._rest: asyncio.TimerHandle | None = None  # of a frame that was begun
        self._working: asyncio.Task[None] | None = None  # those that are held are handed on as there is room
        self.left: set[str] = set()  # kinds of message that were answered and left
        self.peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.peer = str((transport.get_extra_info("peername") or ("",))[0])
        if self.peer and self._intake.welcome(self):
            keep_alive(self.transport)
        else:
            self._ended = True
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        if self._ended:
            return
        self._take_all(self._framer.feed(data))
        if self._faults > FAULTS:
            log.warning("The connection from %s was closed: what it sends is not MLLP.", self.peer)
            self._end()
        self._settle(heard=True)

    def eof_received(self) -> bool:
        self._end()
        return False

    def connection_lost(self, why: Exception | None) -> None:
        self._intake.forget(self)
        self._ended = True
        self._settle()

    def pause_writing(self) -> None:
        self._full = True
        self._settle()

    def resume_writing(self) -> None:
        self._full = False
        self._settle()

    def hang_up(self) -> None:
        """We are stopping: what was heard is on its way, what waits for room is sent again."""
        self._ended = True
        self._held.clear()
        self.transport.close()
        self._settle()

    def say(self, texts: Iterable[str]) -> None:
        """Answer, unless nobody is there; it will send again then, and be told."""
        if not self.transport.is_closing():
            self.transport.write(
                b"".join([frame(t.translate(NO_BLOCKS).encode("utf-8", "replace")) for t in texts])
            )

    def _end(self) -> None:
        """Nothing more is heard; what was begun is refused and kept aside."""
        if not self._ended:
            self._ended = True
            self._take_all(self._framer.close())
            self.transport.close()
            self._settle()

    def _settle(self, *, heard: bool = False) -> None:
        """Read on when there is room; give the rest of a frame its time while we read."""
        listens = not (self._held or self._full or self._ended)
        if not self.transport.is_closing():
            if listens:
                self.transport.resume_reading()
            else:
                self.transport.pause_reading()
        waits = listens and self._framer.waits
        if self._rest is not None and (heard or not waits):
            self._rest.cancel()
            self._rest = None
        if waits and self._rest is None:
            self._rest = asyncio.get_running_loop().call_later(REST_OF_A_FRAME_S, self._give_up)

    def _give_up(self) -> None:
        self._rest = None
        self._take_all(self._framer.give_up())
        self._settle()

    def _take_all(self, found: list[Framed]) -> None:
        for framed in found:
            self._faults += isinstance(framed, FrameRefused)
            if self._held or self._inbox.room.locked() or not self._room.take():
                self._held.append(framed)
            else:
                self._inbox.room.take()
                self._take(framed)
        if self._held and self._working is None:
            self._working = asyncio.get_running_loop().create_task(self._work_off())

    async def _work_off(self) -> None:
        try:
            while self._held:
                await self._room.acquire()
                await self._inbox.room.acquire()
                if self._held:
                    self._take(self._held.popleft())
                else:  # we are stopping
                    self.give_back()
        finally:
            self._working = None
        self._settle()

    def _take(self, framed: Framed) -> None:
        """Hand one message to the writer. Room for it is taken, and given back with its answer."""
        reply = Reply(self)
        message = _read(framed, self.peer, reply)
        reply.message = message.message
        if message.unsupported and message.message is not None:
            self.give_back()
            _leave(self, message.message)
        else:
            self._inbox.put(message)

    def give_back(self) -> None:
        self._room.release()
        self._inbox.room.release()


class Reply:
    """How to answer one message. It holds of it what the answer needs: no ring, so what is answered is gone at once."""

    __slots__ = ("_line", "message")

    def __init__(self, line: Line) -> None:
        self._line = line
        self.message: Message | None = None

    def __call__(self, code: Code, text: str) -> None:
        self._line.give_back()
        if not self._line.transport.is_closing():
            self._line.say(acknowledge(self.message, code, text, _control_id(), datetime.now(UTC)))


def _read(framed: Framed, peer: str, answer: Answer) -> Arrived:
    """A frame as far as it can be read; one our own reading stumbles over is kept aside and answered as well."""
    now = datetime.now(UTC)
    try:
        return arrived(framed, peer, now, answer)
    except (
        Exception
    ) as error:  # whatever is in it: its line lives on, and its room is given back with the answer
        kind = type(error).__name__
        log.error("A message from %s could not be read: %s.", peer, kind)
        raw = framed.kept if isinstance(framed, FrameRefused) else framed
        cause, cure = (
            f"The message could not be read ({kind}).",
            "Report it, with the message as it is kept here.",
        )
        return Arrived(raw, peer, now, answer, cause=cause, cure=cure)


def _leave(line: Line, message: Message) -> None:
    """Answer what is no report; said once a connection in the log, by its kind alone."""
    if message.kind not in line.left and len(line.left) < KINDS:
        line.left.add(message.kind)
        log.info("The monitor at %s sends %s, which is answered and not kept.", line.peer, message.kind[:12])
    now, control_id = datetime.now(UTC), _control_id()
    outcome = outcome_of(message)
    if outcome is None:
        line.say(answer_to(message, control_id, now))
    else:
        line.say(acknowledge(message, outcome.code, outcome.words, control_id, now))


_OURS, _NUMBER = uuid.uuid4().hex[:8], count(1)


def _control_id() -> str:
    """Ours for one answer: never the same twice, in this process or the next."""
    return f"{_OURS}{next(_NUMBER):x}"


def keep_alive(transport: asyncio.Transport) -> None:
    """An idle link lives on; a dead peer's is noticed by the kernel."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def enough_files(connections: int) -> None:
    """Let this process hold so many monitors and as many screens open; say so when the system does not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * connections + OTHER_FILES
    if soft >= wanted:
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
    if hard < wanted:
        log.warning(
            "The system allows this process %s open files: monitors and screens beyond %s will not be heard."
            " Raise the limit (ulimit -n, or LimitNOFILE= of the service) to %s.",
            hard, max(0, (hard - OTHER_FILES) // 2), wanted,
        )  # fmt: skip
