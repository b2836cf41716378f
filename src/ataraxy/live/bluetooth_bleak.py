"""The radio of this machine, by bleak: BlueZ on Linux, Core Bluetooth on macOS, WinRT on Windows.

As thin as can be. The tests run it, and bleak's own client, against a device on a virtual link; the operating system's
Bluetooth below it is not ours and is not tested.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.exc import BleakError

from ataraxy.interop.ble.services import LISTENED, full_uuid
from ataraxy.live.bluetooth import Link, OutOfReach

CONNECT_S = 20.0
NUMBERS = {full_uuid(number): number for number in range(0x2A00, 0x2B00)}
SERVICES = {full_uuid(one.service): one.kind for one in LISTENED}


@dataclass(frozen=True, slots=True)
class BleakLink:
    """One connected device."""

    client: BleakClient
    gone: asyncio.Event

    @property
    def characteristics(self) -> frozenset[int]:
        offered = (found.uuid for service in self.client.services for found in service.characteristics)
        return frozenset(NUMBERS[uuid] for uuid in offered if uuid in NUMBERS)

    async def read(self, characteristic: int) -> bytes:
        try:
            return bytes(await self.client.read_gatt_char(full_uuid(characteristic)))
        except BleakError as error:
            raise OutOfReach(type(error).__name__) from error

    async def listen(self, characteristic: int, heard: Callable[[bytes], None]) -> None:
        def notified(_: BleakGATTCharacteristic, data: bytearray) -> None:
            heard(bytes(data))

        try:
            await self.client.start_notify(full_uuid(characteristic), notified)
        except BleakError as error:
            raise OutOfReach(type(error).__name__) from error

    async def ended(self) -> None:
        await self.gone.wait()


@dataclass(frozen=True, slots=True)
class BleakRadio:
    """Connects by bleak. ``pair``: ask the operating system to pair first; ``backend``: another than its own."""

    pair: bool = False
    backend: type[BaseBleakClient] | None = None

    @asynccontextmanager
    async def connect(self, address: str) -> AsyncIterator[Link]:
        gone = asyncio.Event()
        client = BleakClient(
            address, lambda _: gone.set(), timeout=CONNECT_S, pair=self.pair, backend=self.backend
        )
        try:
            await client.connect()
        except (BleakError, OSError, TimeoutError) as error:
            raise OutOfReach(type(error).__name__) from error
        try:
            yield BleakLink(client, gone)
        finally:
            await client.disconnect()


async def find(seconds: float) -> list[tuple[str, str, str]]:
    """Devices in reach that offer what we read: (address, name, kinds)."""
    try:
        heard = await BleakScanner.discover(seconds, return_adv=True)
    except (BleakError, OSError) as error:
        raise OutOfReach(type(error).__name__) from error
    found = []
    for device, told in heard.values():
        kinds = sorted({SERVICES[uuid] for uuid in told.service_uuids if uuid in SERVICES})
        if kinds:
            found.append((device.address, device.name or "", ", ".join(kinds)))
    return sorted(found)
