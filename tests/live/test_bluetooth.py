"""A Bluetooth cuff, oximeter and chest strap on a virtual link, read by bleak's own client, into the record.

The devices are real GATT servers of bumble on virtual controllers; bleak runs with bumble as its backend, in the place
of the operating system's Bluetooth.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError
from bumble.controller import Controller
from bumble.core import BaseError
from bumble.device import Device, Peer
from bumble.gatt import Characteristic, Service
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

from ataraxy.core.protocol.types import Measure
from ataraxy.interop.ble.moment import as_moment
from ataraxy.interop.ble.services import (
    BLOOD_PRESSURE,
    CUFF,
    HEART,
    HEART_RATE,
    PULSE_OXIMETER,
    SENSOR_LOCATION,
    SPOT,
    STREAM,
    full_uuid,
)
from ataraxy.interop.ble.sfloat import Special, as_sfloat
from ataraxy.live.bluetooth import BluetoothReader, run_reader
from ataraxy.live.bluetooth_bleak import BleakRadio

ADDRESS = "F1:F1:F1:F1:F1:F1"
ZONE = ZoneInfo("America/New_York")


# --- the device -------------------------------------------------------------------------------------


def _uuid(number: int) -> str:
    return f"{number:04X}"


def notifying(number: int) -> Characteristic[bytes]:
    ways = Characteristic.Properties.NOTIFY | Characteristic.Properties.INDICATE
    return Characteristic(_uuid(number), ways, Characteristic.Permissions(0), b"")


@dataclass
class VirtualDevice:
    """A cuff, an oximeter and a chest strap in one, on a virtual controller; and the radio beside it."""

    location: int = 1
    told: list[str] = field(default_factory=list)

    async def set_up(self) -> None:
        link = LocalLink()
        self.radio = await _powered(link, "F0:F0:F0:F0:F0:F0")
        self.device = await _powered(link, ADDRESS, self._services())
        await self.advertise()

    async def advertise(self) -> None:
        await self.device.start_advertising(auto_restart=True)

    def _services(self) -> list[Service]:
        self.sends = {number: notifying(number) for number in (CUFF, SPOT, STREAM, HEART)}
        where = Characteristic(
            _uuid(SENSOR_LOCATION),
            Characteristic.Properties.READ,
            Characteristic.Permissions.READABLE,
            bytes([self.location]),
        )
        return [
            Service(_uuid(BLOOD_PRESSURE), [self.sends[CUFF]]),
            Service(_uuid(PULSE_OXIMETER), [self.sends[SPOT], self.sends[STREAM]]),
            Service(_uuid(HEART_RATE), [self.sends[HEART], where]),
        ]

    async def send(self, number: int, *packets: bytes) -> None:
        for packet in packets:
            await self.device.notify_subscribers(self.sends[number], packet)
            await asyncio.sleep(0.01)

    async def walk_away(self) -> None:
        for connection in list(self.device.connections.values()):
            await connection.disconnect()


async def _powered(link: LocalLink, address: str, services: list[Service] | None = None) -> Device:
    controller = Controller(address, link=link, public_address=address)
    device = Device(address=Address(address), host=Host(controller, AsyncPipeSink(controller)))
    device.add_services(services or [])
    await device.power_on()
    return device


# --- bleak over it ----------------------------------------------------------------------------------


class OverTheVirtualLink(BaseBleakClient):
    """A backend for bleak's client, in the place of the operating system's."""

    radio: ClassVar[Device]
    peer: Peer | None = None
    connection: Any = None

    @property
    def mtu_size(self) -> int:
        return 23

    @property
    def is_connected(self) -> bool:
        return self.connection is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        try:
            async with asyncio.timeout(2):
                self.connection = await self.radio.connect(self.address)
                self.connection.on("disconnection", self._gone)
                self.peer = Peer(self.connection)
                await self.peer.discover_all()
        except (BaseError, TimeoutError) as error:
            raise BleakError(str(error)) from error
        self.services = BleakGATTServiceCollection()
        for service in self.peer.services:
            self._offer(service, self.services)

    def _offer(self, service: Any, services: BleakGATTServiceCollection) -> None:
        mine = BleakGATTService(service, service.handle, full_uuid(int(service.uuid.to_hex_str(), 16)))
        services.add_service(mine)
        for found in service.characteristics:
            uuid = full_uuid(int(found.uuid.to_hex_str(), 16))
            ways: Any = ["notify", "read"]
            services.add_characteristic(
                BleakGATTCharacteristic(found, found.handle, uuid, ways, lambda: 20, mine)
            )

    def _gone(self, *_: Any) -> None:
        self.connection = None
        if self._disconnected_callback:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        if self.connection is not None:
            await self.connection.disconnect()

    async def pair(self, *args: Any, **kwargs: Any) -> None: ...

    async def unpair(self) -> None: ...

    async def read_gatt_char(self, characteristic: Any, **kwargs: Any) -> bytearray:
        return bytearray(await characteristic.obj.read_value())

    async def start_notify(self, characteristic: Any, callback: Any, **kwargs: Any) -> None:
        await characteristic.obj.subscribe(lambda value: callback(bytearray(value)))

    async def stop_notify(self, characteristic: Any) -> None: ...

    async def read_gatt_descriptor(self, descriptor: Any, **kwargs: Any) -> bytearray:
        raise NotImplementedError

    async def write_gatt_char(self, characteristic: Any, data: Any, response: bool) -> None: ...

    async def write_gatt_descriptor(self, descriptor: Any, data: Any) -> None: ...


def backend_of(radio: Device) -> type[BaseBleakClient]:
    return type("Backend", (OverTheVirtualLink,), {"radio": radio})


# --- the bedside ------------------------------------------------------------------------------------


@dataclass
class Bedside:
    """A device and its reader, in a loop of their own."""

    port: int
    user: int | None = None
    said: list[str] = field(default_factory=list)
    device: VirtualDevice = field(default_factory=VirtualDevice)

    def start(self) -> Bedside:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._read())
        self._loop.run_until_complete(self._leave())
        self._loop.close()

    async def _read(self) -> None:
        self._stop = asyncio.Event()
        await self.device.set_up()
        reader = BluetoothReader(
            ADDRESS, ZONE, port=self.port, user=self.user, first_backoff_s=0.05, longest_backoff_s=0.2
        )
        radio = BleakRadio(backend=backend_of(self.device.radio))
        self.tally = await run_reader(reader, radio, self._stop, say=self.said.append)

    async def _leave(self) -> None:
        """The devices' own tasks end with them."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    def do(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def listening(self) -> bool:
        return sum(words.startswith("Listening") for words in self.said) >= 4


@pytest.fixture
def bed(ward: Any) -> Any:
    """A session whose Bluetooth device a person has bound."""
    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.devices.actions import set_monitor
    from ataraxy.clinic.treat.record import append_session
    from ataraxy.core.session.events import MonitorBound

    bed = ward.session(bound=False)
    monitor = set_monitor(ward.context(), f"BLUETOOTH/{ADDRESS}", "Cuff 1", None)
    append_session(ward.context(ago=timedelta(minutes=10)), bed.session, Entry(MonitorBound(monitor.device)))
    return bed


@pytest.fixture
def bedside(live: Any, until: Any) -> Iterator[Callable[..., Bedside]]:
    """bedside(user=None) -> a device in reach, and its reader listening to it."""
    started: list[Bedside] = []

    def start(**more: Any) -> Bedside:
        started.append(Bedside(live.port, **more).start())
        until(started[-1].listening, seconds=15)
        return started[-1]

    yield start
    for one in started:
        one.stop()


def sf(value: Any, exponent: int = 0) -> bytes:
    return as_sfloat(value if isinstance(value, Special) else Decimal(str(value)), exponent).to_bytes(
        2, "little"
    )


def cuff(
    systolic: Any, diastolic: Any, mean: Any, *, user: int = 1, kpa: bool = False, ago_s: float = 2
) -> bytes:
    at = as_moment((datetime.now(UTC) - timedelta(seconds=ago_s)).astimezone(ZONE))
    pressures = b"".join(sf(p, -1 if kpa else 0) for p in (systolic, diastolic, mean))
    return bytes([0x0E | int(kpa)]) + pressures + at + sf(71) + bytes([user])


def charted(bed: Any) -> list[tuple[str, float]]:
    return [(r.measure.value, float(r.value)) for event in bed.vitals() for r in event.payload.readings]


def test_a_cuff_an_oximeter_and_a_chest_strap_reach_the_record(bed: Any, bedside: Any, until: Any) -> None:
    here = bedside()
    here.do(here.device.send(CUFF, cuff(141, 84, 103)))
    until(lambda: len(charted(bed)) == 4)
    here.do(here.device.send(STREAM, b"\x00" + sf(97) + sf(66)))
    here.do(here.device.send(HEART, b"\x00\x48"))
    until(lambda: len(bed.samples()) == 7)
    assert ("systolic", 141.0) in charted(bed) and ("pulse-cuff", 71.0) in charted(bed)
    told = {sample.measure: float(sample.value) for sample in bed.samples()}
    assert told["heart-rate-ecg"] == 72 and told["pulse-oximeter"] == 66 and told["pulse-cuff"] == 71
    (event,) = [e for e in bed.vitals() if any(r.measure is Measure.SYSTOLIC for r in e.payload.readings)]
    assert event.envelope.origin == "device" and event.payload.device == f"BLUETOOTH/{ADDRESS}"
    here.stop()
    assert (here.tally.acknowledged, here.tally.waiting) == (3, 0)


def test_kilopascals_special_values_and_a_split_packet_are_what_they_are(
    bed: Any, bedside: Any, until: Any
) -> None:
    here = bedside()
    whole = cuff("18.8", "11.2", "13.7", kpa=True)
    here.do(here.device.send(CUFF, whole[:8], whole[8:]))
    until(lambda: len(charted(bed)) == 4)
    assert dict(charted(bed))["systolic"] == 141.0
    assert "18.8 265987^MDC_DIM_KILO_PASCAL^MDC" in {sample.original for sample in bed.samples()}
    here.do(here.device.send(SPOT, b"\x00" + sf(Special.NAN) + sf(Special.NRES)))
    until(lambda: len(bed.samples()) == 6)
    assert [s.absent for s in bed.samples() if s.measure in ("spo2", "pulse-oximeter")] == ["withdrawn"] * 2


def test_half_a_measurement_is_told_and_kept_and_the_next_one_is_charted(
    bed: Any, bedside: Any, until: Any
) -> None:
    here = bedside()
    here.do(here.device.send(CUFF, cuff(180, 110, 130)[:9], cuff(141, 84, 103)))
    until(lambda: len(charted(bed)) == 4)
    assert dict(charted(bed))["systolic"] == 141.0
    assert any("not its other half" in words for words in here.said)
    until(lambda: any(s.absent == "code-unknown" and "2a35" in s.original for s in bed.samples()))


def test_a_cuff_set_to_another_user_is_kept_aside(bed: Any, bedside: Any, until: Any) -> None:
    from ataraxy.clinic.treat.models import Quarantined

    here = bedside(user=1)
    here.do(here.device.send(CUFF, cuff(160, 95, 116, user=2), cuff(141, 84, 103, user=1)))
    until(lambda: len(charted(bed)) == 4)
    assert dict(charted(bed))["systolic"] == 141.0
    (row,) = Quarantined.objects.all()
    assert row.named == "user 2 of the device" and "another patient" in row.reason


def test_a_value_out_of_the_cuffs_memory_is_older_than_the_binding_and_never_charted(
    bed: Any, bedside: Any, until: Any
) -> None:
    here = bedside()
    here.do(here.device.send(CUFF, cuff(190, 120, 143, ago_s=86_400), cuff(141, 84, 103)))
    until(lambda: len(charted(bed)) == 4)
    assert dict(charted(bed))["systolic"] == 141.0
    assert {s.absent for s in bed.samples()} == {"before-binding", ""}
    assert any("Set the device's clock" in words for words in here.said)


def test_a_device_that_goes_out_of_reach_is_found_again(bed: Any, bedside: Any, until: Any) -> None:
    here = bedside()
    here.do(here.device.walk_away())
    until(lambda: sum(words.startswith("Listening") for words in here.said) >= 8, seconds=15)
    here.do(here.device.send(CUFF, cuff(141, 84, 103)))
    until(lambda: len(charted(bed)) == 4)


def test_a_device_that_is_not_there_is_looked_for_and_said(live: Any, until: Any) -> None:
    here = Bedside(live.port)
    here.device.advertise = lambda: asyncio.sleep(0)  # type: ignore[method-assign]
    here.start()
    until(lambda: any("not in reach" in words for words in here.said), seconds=15)
    here.stop()
