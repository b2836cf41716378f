"""A Bluetooth cuff, oximeter or heart rate sensor, read at the bedside and sent on like a monitor.

Connects, listens to whatever of the three services the device has, and sends each measurement as HL7 over MLLP to the
live process: the same binding, quarantine, record and origin as every monitor's. A device that goes out of reach is
looked for again, for as long as the reader runs. What cannot be read is sent on too, as a value nobody charts.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

from ataraxy.interop.ble.measurement import Measurement
from ataraxy.interop.ble.packet import Joiner, PacketRefused
from ataraxy.interop.ble.report import refused_report, to_report
from ataraxy.interop.ble.services import HEART, LISTENED, SENSOR_LOCATION, Listened, read_measurement
from ataraxy.interop.hl7v2.oru import ParsedOru
from ataraxy.interop.hl7v2.pcd01 import render_oru
from ataraxy.live.mllp import frame
from ataraxy.live.sender import Outgoing, Tally, deliver

Say = Callable[[str], None]
Clock = Callable[[], datetime]
DRIFT = timedelta(seconds=60)  # as for monitors


class Link(Protocol):
    """A connection to one device."""

    @property
    def characteristics(self) -> frozenset[int]:
        """The 16-bit numbers of what it offers."""

    async def read(self, characteristic: int) -> bytes: ...

    async def listen(self, characteristic: int, heard: Callable[[bytes], None]) -> None: ...

    async def ended(self) -> None:
        """Returns when the device has gone."""


class Radio(Protocol):
    """Something that connects to devices; raises ``OutOfReach`` when it cannot."""

    def connect(self, address: str) -> AbstractAsyncContextManager[Link]: ...


class OutOfReach(Exception):
    """The device or the radio does not answer; it is tried again."""


@dataclass(frozen=True, slots=True)
class BluetoothReader:
    """Which device to read and where to send. ``zone`` is that of the device's own clock.

    ``user``: the device's own number of the person it is to measure; another's readings are kept aside.
    """

    address: str
    zone: tzinfo
    host: str = "127.0.0.1"
    port: int = 2575
    user: int | None = None
    ack_timeout_s: float = 5.0
    first_backoff_s: float = 0.5
    longest_backoff_s: float = 15.0
    attempts: int = 5
    kept_messages: int = 3600
    run_id: str = ""  # makes control ids unique among runs; drawn when empty


@dataclass(slots=True)
class _Desk:
    """What has been read and waits to be sent."""

    reader: BluetoothReader
    clock: Clock
    say: Say
    tally: Tally = field(default_factory=Tally)
    outbox: deque[Outgoing] = field(default_factory=deque)
    fresh: asyncio.Event = field(default_factory=asyncio.Event)

    def next_id(self) -> str:
        self.tally.made += 1
        return f"{self.reader.run_id}-{self.tally.made}"

    def post(self, report: ParsedOru) -> None:
        if len(self.outbox) >= self.reader.kept_messages:
            self.outbox.popleft()
            self.tally.overflowed += 1
        self.outbox.append(Outgoing(report.control_id, frame(render_oru(report).encode())))
        self.fresh.set()


async def run_reader(
    reader: BluetoothReader,
    radio: Radio,
    stop: asyncio.Event,
    clock: Clock = lambda: datetime.now(UTC),
    say: Say = lambda _: None,
) -> Tally:
    """Read the device and send what it says, until ``stop`` is set; ``say`` is told what happens, never values."""
    desk = _Desk(replace(reader, run_id=reader.run_id or secrets.token_hex(4)), clock, say)
    tasks = {
        asyncio.create_task(_read_for_ever(radio, desk)),
        asyncio.create_task(deliver(reader, desk.outbox, desk.fresh, desk.tally, say)),
    }
    stopped = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait({*tasks, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*tasks, stopped):
            task.cancel()
        await asyncio.gather(*tasks, stopped, return_exceptions=True)
    for task in done - {stopped}:
        task.result()
    desk.tally.waiting = len(desk.outbox)
    return desk.tally


async def _read_for_ever(radio: Radio, desk: _Desk) -> None:
    backoff_s = desk.reader.first_backoff_s
    while True:
        try:
            async with radio.connect(desk.reader.address) as link:
                await _listen(link, desk)
                backoff_s = desk.reader.first_backoff_s
                await link.ended()
                desk.say("The device has gone; looking for it again.")
        except OutOfReach as trouble:
            desk.say(f"The device is not in reach ({trouble}); next attempt in {backoff_s:g} s.")
        await asyncio.sleep(backoff_s)
        backoff_s = min(backoff_s * 2, desk.reader.longest_backoff_s)


async def _listen(link: Link, desk: _Desk) -> None:
    offered = [one for one in LISTENED if one.characteristic in link.characteristics]
    if not offered:
        raise OutOfReach("it offers no blood pressure, oximetry or heart rate")
    location = None
    if SENSOR_LOCATION in link.characteristics:
        location = next(iter(await link.read(SENSOR_LOCATION)), None)
    for one in offered:
        await link.listen(one.characteristic, _Ear(one, desk, location).hear)
        desk.say(f"Listening: {one.kind}.")


@dataclass(slots=True)
class _Ear:
    """Listens to one characteristic of one connection."""

    listened: Listened
    desk: _Desk
    location: int | None
    warned: bool = False
    joiner: Joiner = field(init=False)

    def __post_init__(self) -> None:
        self.joiner = self.listened.joiner()

    def hear(self, packet: bytes) -> None:
        """One notification. Never raises: the device goes on."""
        at = self.desk.clock()
        for found in self.joiner.feed(packet, at):
            try:
                if isinstance(found, PacketRefused):
                    raise found
                self._take(found, at)
            except PacketRefused as refused:
                self.desk.say(f"{refused.cause} {refused.cure}")
                self._send_on(refused, packet, at)

    def _take(self, data: bytes, at: datetime) -> None:
        location = self.location if self.listened.characteristic == HEART else None
        measurement = read_measurement(self.listened.characteristic, data, self.desk.reader.zone, location)
        self._compare_clocks(measurement, at)
        reader = self.desk.reader
        self.desk.post(to_report(measurement, reader.address, self.desk.next_id(), at, user=reader.user))

    def _send_on(self, refused: PacketRefused, packet: bytes, at: datetime) -> None:
        number = self.listened.characteristic
        self.desk.post(
            refused_report(number, packet, refused.cause, self.desk.reader.address, self.desk.next_id(), at)
        )

    def _compare_clocks(self, measurement: Measurement, at: datetime) -> None:
        if measurement.at is None or self.warned or abs(measurement.at - at) <= DRIFT:
            return
        self.warned = True
        minutes = round((measurement.at - at).total_seconds() / 60)
        self.desk.say(
            f"A measurement is dated {abs(minutes)} min {'ahead' if minutes > 0 else 'ago'}: "
            "it is out of the device's memory, or its clock is wrong. Set the device's clock."
        )
