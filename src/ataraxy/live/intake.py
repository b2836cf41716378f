"""Listening to monitors: connections in, messages to the writer, answers back when they are safe.

A peer that is not on the list is closed and named in the log. A connection never dies of what it carries: what
is no frame or no message is handed on to be kept aside for a person, and answered with its cause. Questions, announced
patients and curves are answered too, or the monitor stops sending (hazard). A link may be idle for ever; a frame that was
begun may not. A peer that sends faster than the record can be written is read more slowly (back-pressure).
"""

from __future__ import annotations

import asyncio
import logging
import socket
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from ataraxy.core.errors import InputRefused
from ataraxy.interop.hl7v2.ack import acknowledge
from ataraxy.interop.hl7v2.reply import answer as answer_to
from ataraxy.interop.hl7v2.reply import outcome_of
from ataraxy.interop.hl7v2.split import Message
from ataraxy.live.arrived import Answer, Arrived, Code, arrived
from ataraxy.live.inbox import Inbox
from ataraxy.live.mllp import Framed, Framer, FrameRefused, frame

log = logging.getLogger(__name__)

IN_FLIGHT = 64  # messages of one connection heard and not yet answered
CONNECTIONS = 2000
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


@dataclass(slots=True)
class _Line:
    """One connection."""

    peer: str
    writer: asyncio.StreamWriter
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(IN_FLIGHT))
    faults: int = 0
    left: set[str] = field(default_factory=set)  # kinds of message that were answered and left


class Intake:
    """The listener. ``start`` binds, ``stop`` closes every connection."""

    def __init__(self, inbox: Inbox, peers: Peers) -> None:
        self._inbox = inbox
        self._peers = peers
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    async def start(self, bind: str) -> int:
        """Listen; returns the port."""
        host, port = address_of(bind)
        self._server = await asyncio.start_server(self._connected, host, port)
        self.port: int = int(self._server.sockets[0].getsockname()[1])
        log.info("Listening for monitors on %s port %s.", host, self.port)
        return self.port

    async def stop(self) -> None:
        if self._server:
            self._server.close()
        for task in list(self._lines):
            task.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        task.add_done_callback(self._lines.discard)
        line = _Line(str(writer.get_extra_info("peername")[0]), writer)
        try:
            if self._welcome(line):
                _keep_alive(writer)
                await self._hear(reader, line)
        except (OSError, asyncio.CancelledError):
            pass  # the peer went away, or we are stopping; what was heard is on its way
        finally:
            writer.close()

    def _welcome(self, line: _Line) -> bool:
        if not self._peers.allow(line.peer):
            log.warning(
                "A connection from %s was closed: it is not among ATARAXY_MLLP_PEERS. Add it if a monitor stands there.",
                line.peer,
            )
            return False
        if len(self._lines) > CONNECTIONS:
            log.warning("A connection from %s was closed: %s are open already.", line.peer, CONNECTIONS)
            return False
        return True

    async def _hear(self, reader: asyncio.StreamReader, line: _Line) -> None:
        framer = Framer()
        while True:
            try:
                async with asyncio.timeout(REST_OF_A_FRAME_S if framer.waits else None):
                    data = await reader.read(65536)
                found = framer.feed(data)
            except TimeoutError:
                data, found = b"-", framer.give_up()
            if not data:
                break
            for framed in found:
                await self._take(framed, line)
            if line.faults > FAULTS:
                log.warning("The connection from %s was closed: what it sends is not MLLP.", line.peer)
                break
            await line.writer.drain()
        for framed in framer.close():
            await self._take(framed, line)

    async def _take(self, framed: Framed, line: _Line) -> None:
        """Hand one message to the writer; wait here, and so read no further, while there is no room."""
        line.faults += isinstance(framed, FrameRefused)
        await line.room.acquire()
        await self._inbox.room.acquire()

        def answer(code: Code, text: str) -> None:
            line.room.release()
            self._inbox.room.release()
            _answer(line.writer, message, code, text)

        message = _read(framed, line.peer, answer)
        if message.unsupported and message.message is not None:
            line.room.release()
            self._inbox.room.release()
            _leave(line, message.message)
        else:
            self._inbox.put(message)


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


def _leave(line: _Line, message: Message) -> None:
    """Answer what is no report; said once a connection in the log, by its kind alone."""
    if message.kind not in line.left and len(line.left) < KINDS:
        line.left.add(message.kind)
        log.info("The monitor at %s sends %s, which is answered and not kept.", line.peer, message.kind[:12])
    now, control_id = datetime.now(UTC), uuid.uuid4().hex[:17]
    outcome = outcome_of(message)
    if outcome is None:
        texts = answer_to(message, control_id, now)
    else:
        texts = acknowledge(message, outcome.code, outcome.words, control_id, now)
    if not line.writer.is_closing():
        _send(line.writer, texts)


def _answer(writer: asyncio.StreamWriter, message: Arrived, code: Code, text: str) -> None:
    if writer.is_closing():
        return  # it will send again, and be told then
    _send(writer, acknowledge(message.message, code, text, uuid.uuid4().hex[:20], datetime.now(UTC)))


def _send(writer: asyncio.StreamWriter, texts: Iterable[str]) -> None:
    for words in texts:
        writer.write(frame(words.translate({0x0B: " ", 0x1C: " "}).encode("utf-8", "replace")))


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    """An idle link lives on; a dead peer's is noticed by the kernel."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
