"""The services and characteristics we listen to, by their numbers.

Source: Bluetooth SIG assigned numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from ataraxy.interop.ble.measurement import (
    Measurement,
    cuff_length,
    heart_length,
    read_cuff,
    read_heart,
    read_spot,
    read_stream,
    spot_length,
    stream_length,
)
from ataraxy.interop.ble.packet import Joiner

BLOOD_PRESSURE, PULSE_OXIMETER, HEART_RATE = 0x1810, 0x1822, 0x180D
CUFF, SPOT, STREAM, HEART = 0x2A35, 0x2A5E, 0x2A5F, 0x2A37
SENSOR_LOCATION = 0x2A38


@dataclass(frozen=True, slots=True)
class Listened:
    """A characteristic that notifies measurements. ``kind`` names what it measures."""

    service: int
    characteristic: int
    kind: str
    needed: Callable[[bytes], int]
    open_ended: bool = False
    reserved: int = 0xE0  # bits of the flags that none of these profiles uses

    def joiner(self) -> Joiner:
        return Joiner(self.needed, self.reserved, open_ended=self.open_ended)


LISTENED: tuple[Listened, ...] = (
    Listened(BLOOD_PRESSURE, CUFF, "blood pressure cuff", cuff_length),
    Listened(PULSE_OXIMETER, SPOT, "oximeter, single readings", spot_length),
    Listened(PULSE_OXIMETER, STREAM, "oximeter", stream_length),
    Listened(HEART_RATE, HEART, "heart rate sensor", heart_length, open_ended=True),
)


def read_measurement(
    characteristic: int, data: bytes, zone: tzinfo, location: int | None = None
) -> Measurement:
    """What one whole packet of a characteristic says.

    Args:
        zone: where the device's clock was set.
        location: what a heart rate sensor says of where it sits (0x2A38).

    Raises:
        PacketRefused: it is no measurement.
        KeyError: nobody listens to this characteristic.
    """
    if characteristic == HEART:
        return read_heart(data, location)
    return {CUFF: read_cuff, SPOT: read_spot, STREAM: read_stream}[characteristic](data, zone)


def full_uuid(number: int) -> str:
    """A 16-bit number as the 128-bit identifier operating systems use."""
    return f"0000{number:04x}-0000-1000-8000-00805f9b34fb"
