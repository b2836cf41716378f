"""Sending to a live process over MLLP: what was not acknowledged is kept, and sent again under the same control id."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ataraxy.interop.hl7v2.split import MessageRefused, split
from ataraxy.interop.hl7v2.split import field as hl7_field
from ataraxy.live.mllp import Framer


class Route(Protocol):
    """Where to send, and how patiently."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def ack_timeout_s(self) -> float: ...
    @property
    def first_backoff_s(self) -> float: ...
    @property
    def longest_backoff_s(self) -> float: ...
    @property
    def attempts(self) -> int:
        """Of a message answered with an error, before it is given up."""


@dataclass(slots=True)
class Tally:
    """What became of the messages of a run."""

    made: int = 0
    acknowledged: int = 0
    given_up: int = 0
    overflowed: int = 0
    connections: int = 0
    waiting: int = 0


@dataclass(slots=True)
class Outgoing:
    """A framed message on its way."""

    control_id: str
    payload: bytes
    errors: int = 0


async def deliver(
    route: Route,
    outbox: deque[Outgoing],
    fresh: asyncio.Event,
    tally: Tally,
    on_state: Callable[[str], None],
) -> None:
    """Deliver what is in the outbox until cancelled.

    Connect, send in order, wait for each acknowledgement; on a failure connect again, later each time.
    """
    backoff_s = route.first_backoff_s
    while True:
        before = tally.acknowledged
        try:
            reader, writer = await asyncio.open_connection(route.host, route.port)
            tally.connections += 1
            on_state("connected")
            try:
                await _converse(route, _Line(reader, writer), outbox, fresh, tally)
            finally:
                writer.close()
        except (OSError, EOFError, TimeoutError, MessageRefused) as lost:
            on_state(f"not connected: {type(lost).__name__}; next attempt in {backoff_s:g} s")
        if tally.acknowledged > before:
            backoff_s = route.first_backoff_s
        await asyncio.sleep(backoff_s)
        backoff_s = min(backoff_s * 2, route.longest_backoff_s)


@dataclass(slots=True)
class _Line:
    """One connection, and the answers that came over it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    framer: Framer = field(default_factory=Framer)
    answers: deque[bytes] = field(default_factory=deque)

    async def answer(self) -> tuple[str, str]:
        """The next acknowledgement: its code and the control id it answers."""
        while not self.answers:
            data = await self.reader.read(65536)
            if not data:
                raise EOFError
            self.answers.extend(found for found in self.framer.feed(data) if isinstance(found, bytes))
        message = split(self.answers.popleft())
        for segment in message.segments:
            if segment[0] == "MSA":
                return hl7_field(segment, 1), message.text(hl7_field(segment, 2))
        raise MessageRefused("The answer has no MSA segment.", "Send an HL7 acknowledgement.")


async def _converse(
    route: Route, line: _Line, outbox: deque[Outgoing], fresh: asyncio.Event, tally: Tally
) -> None:
    while True:
        while not outbox:
            fresh.clear()
            await fresh.wait()
        message = outbox[0]
        line.writer.write(message.payload)
        async with asyncio.timeout(route.ack_timeout_s):
            await line.writer.drain()
            code, answered = await line.answer()
            while answered != message.control_id:  # late, for a message sent before
                code, answered = await line.answer()
        if code in ("AA", "CA"):
            tally.acknowledged += 1
        else:
            message.errors += 1
            if code in ("AE", "CE") and message.errors < route.attempts:
                raise EOFError
            tally.given_up += 1
        if outbox and outbox[0] is message:
            outbox.popleft()
