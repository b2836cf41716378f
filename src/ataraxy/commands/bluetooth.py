"""``ataraxy bluetooth``: find or read a Bluetooth cuff, oximeter or heart rate sensor."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import asdict
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ataraxy.commands.say import Exit, document, err
from ataraxy.core.errors import InputRefused

FIND_S = 8.0


def bluetooth(
    address: str, host: str, port: int, zone: str, user: int | None, *, pair: bool, as_json: bool
) -> int:
    """Without an address: list what is in reach. With one: read it until stopped.

    Exit code 1 when nothing was found, or a message was given up or dropped.
    """
    from ataraxy.live.bluetooth import OutOfReach

    try:
        if not address:
            return _find(as_json=as_json)
        return _read(address, host, port, _zone(zone), user, pair=pair, as_json=as_json)
    except OutOfReach as trouble:
        err.print(f"Bluetooth does not answer ({trouble}). Switch it on, or plug in an adapter.")
        return Exit.WRONG


def _find(*, as_json: bool) -> int:
    from ataraxy.live.bluetooth_bleak import find

    found = asyncio.run(find(FIND_S))
    if as_json:
        document({"devices": [{"address": a, "name": n, "kinds": k} for a, n, k in found]})
    for address, name, kinds in () if as_json else found:
        err.print(f"{address}  {name or 'no name'}: {kinds}", markup=False)
    if not found and not as_json:
        err.print("No cuff, oximeter or heart rate sensor is in reach. Wake it, or start its pairing.")
    return Exit.FINE if found else Exit.WRONG


def _read(
    address: str, host: str, port: int, zone: ZoneInfo, user: int | None, *, pair: bool, as_json: bool
) -> int:
    from ataraxy.live.bluetooth import BluetoothReader, run_reader
    from ataraxy.live.bluetooth_bleak import BleakRadio
    from ataraxy.live.sender import Tally

    reader = BluetoothReader(address.upper(), zone, host, port, user)
    if not as_json:
        err.print(
            f"Reading {reader.address}, sending to {host}:{port} as BLUETOOTH/{reader.address}. Ctrl-C stops it."
        )

    async def until_signalled() -> Tally:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        return await run_reader(reader, BleakRadio(pair), stop, say=_say_nothing if as_json else _say)

    tally = asyncio.run(until_signalled())
    if as_json:
        document(asdict(tally))
    return Exit.WRONG if tally.given_up or tally.overflowed else Exit.FINE


def _say(words: str) -> None:
    err.print(words, markup=False)


def _say_nothing(_: str) -> None:
    """The document at the end says it."""


def _zone(name: str) -> ZoneInfo:
    """The zone the device's clock is set to.

    Raises:
        InputRefused: there is no such zone.
    """
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        raise InputRefused(f"{name!r} is no time zone.", "Write it like America/New_York.") from None
