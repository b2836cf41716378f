"""The date and time a Bluetooth device stamps on a measurement. It names no zone.

Source: Bluetooth GATT specification supplement, Date Time (0x2A08).
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from ataraxy.interop.ble.packet import Cursor


def take_moment(cursor: Cursor, zone: tzinfo) -> datetime | None:
    """Seven octets as a moment (UTC); None for a clock nobody set (a zero year, month or day) or an impossible date."""
    year, month, day, hour, minute, second = cursor.take(2), *(cursor.take(1) for _ in range(5))
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def as_moment(at: datetime) -> bytes:
    """The seven octets of a moment, as the device's clock shows it."""
    return at.year.to_bytes(2, "little") + bytes((at.month, at.day, at.hour, at.minute, at.second))
