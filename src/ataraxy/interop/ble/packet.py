"""One measurement out of what a characteristic notified, however it was cut into packets.

A device that cuts a measurement sends its halves one after the other. A half without its other half is refused and
never joined to a later measurement: two halves of two pressures would make a third that nobody has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ataraxy.core.errors import AtaraxyError

TOGETHER = timedelta(seconds=1)  # the halves of one measurement follow each other; proposed
LONGEST = 512  # octets of an attribute's value (Bluetooth core, volume 3, part F, 3.2.9)


class PacketRefused(AtaraxyError):
    """Bytes that are no measurement. Says nothing of their content."""


@dataclass(slots=True)
class Cursor:
    """Reads a packet from its beginning; least significant octet first."""

    data: bytes
    at: int = 0

    def take(self, octets: int) -> int:
        """The next number.

        Raises:
            PacketRefused: the packet is shorter.
        """
        piece = self.data[self.at : self.at + octets]
        if len(piece) < octets:
            raise PacketRefused(
                "A Bluetooth measurement is shorter than its flags say.",
                "Measure again; if it comes again, the device does not keep to its profile.",
            )
        self.at += octets
        return int.from_bytes(piece, "little")

    @property
    def left(self) -> int:
        return len(self.data) - self.at


class Joiner:
    """Joins the packets of one characteristic. ``needed`` says how long the measurement that begins so must be.

    ``reserved`` are the bits of the first octet no profile uses. A packet that begins with one of them is not a
    beginning: it is the second half of something, and the numbers in it would be anything.
    """

    __slots__ = ("_held", "_held_at", "_needed", "_open_ended", "_reserved")

    def __init__(self, needed: Callable[[bytes], int], reserved: int, *, open_ended: bool = False) -> None:
        self._needed = needed
        self._reserved = reserved
        self._open_ended = open_ended  # a heart rate may be followed by any number of intervals
        self._held = b""
        self._held_at: datetime | None = None

    def feed(self, packet: bytes, at: datetime) -> list[bytes | PacketRefused]:
        """Take one notification; the measurements it completed, and the halves given up, in order."""
        out: list[bytes | PacketRefused] = []
        if self._held and (self._held_at is None or at - self._held_at > TOGETHER):
            out.append(self._give_up())
        if len(packet) > LONGEST or not packet:
            return [*out, PacketRefused("A Bluetooth packet has an impossible length.", "Measure again.")]
        whole = self._held + packet
        if self._held and len(whole) > self._needed(whole):
            out.append(self._give_up())
            whole = packet
        if whole[0] & self._reserved:
            self._held = b""
            return [
                *out,
                PacketRefused("A Bluetooth packet is not the beginning of a measurement.", "Measure again."),
            ]
        missing = self._needed(whole) - len(whole)
        if missing > 0:
            self._held, self._held_at = whole, at
        elif missing < 0 and not self._open_ended:
            self._held = b""
            out.append(
                PacketRefused("A Bluetooth measurement is longer than its flags say.", "Measure again.")
            )
        else:
            self._held = b""
            out.append(whole)
        return out

    def _give_up(self) -> PacketRefused:
        self._held = b""
        return PacketRefused("Half a Bluetooth measurement came, and not its other half.", "Measure again.")
