"""MLLP framing: messages out of a byte stream, however the network cuts it.

A frame is ``0x0B message 0x1C 0x0D``. Any cut of the same stream gives the same frames, and memory stays
bounded whatever is sent.

Source: HL7 v2 transport specification, MLLP release 1. The CR after 0x1C is not waited for: a device that
leaves it out would wait for its acknowledgement for ever.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ataraxy.interop.hl7v2.split import MessageRefused

START, END, CR = b"\x0b", b"\x1c", b"\r"
LIMIT_BYTES = 1 << 20
KEPT_BYTES = 4096
_EDGE = re.compile(rb"[\x0b\x1c]")


class FrameFault(StrEnum):
    NO_END_BLOCK = "no-end-block"  # a new frame began before the last one ended, or nothing came
    TOO_LARGE = "too-large"
    GARBAGE = "garbage"  # bytes outside any frame
    CUT_OFF = "cut-off"  # the connection ended inside a frame


_SAYS = {
    FrameFault.NO_END_BLOCK: "A frame has no end block.",
    FrameFault.TOO_LARGE: "A frame is larger than 1 MiB.",
    FrameFault.GARBAGE: "Bytes arrived outside any MLLP frame.",
    FrameFault.CUT_OFF: "The connection ended in the middle of a frame.",
}


@dataclass(frozen=True, slots=True)
class FrameRefused:
    """Bytes that are no frame. ``kept`` is their beginning, for a human; ``size`` counts them all."""

    fault: FrameFault
    kept: bytes
    size: int

    @property
    def cause(self) -> str:
        return _SAYS[self.fault]

    @property
    def cure(self) -> str:
        return "Check that the device sends HL7 over MLLP; what it sent is kept aside."


Framed = bytes | FrameRefused


def frame(message: bytes) -> bytes:
    """A message ready to send."""
    if _EDGE.search(message):
        raise MessageRefused(
            "The message contains an MLLP block character.", "Remove bytes 0x0B and 0x1C from its fields."
        )
    return START + message + END + CR


class Framer:
    """Collects the frames of one connection."""

    __slots__ = ("_held", "_inside", "_limit", "_size", "_skipping")

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._held = bytearray()
        self._size = 0  # of what is being collected, also beyond what is held
        self._inside = False
        self._skipping = False  # the rest of something already refused as too large

    def feed(self, data: bytes) -> list[Framed]:
        """Take what the network gave; return the frames it completed and what was refused, in order."""
        if self._is_one_frame(data):
            return [data[1:-2]]
        out: list[Framed] = []
        position = 0
        while position < len(data):
            edge = _EDGE.search(data, position)
            stop = edge.start() if edge else len(data)
            self._collect(data[position:stop], out)
            if edge:
                self._cross(edge.group(), out)
            position = stop + 1
        return out

    @property
    def waits(self) -> bool:
        """A frame was begun and its end has not come."""
        return self._inside

    def give_up(self) -> list[Framed]:
        """Nothing more came of the frame that was begun: it is refused, so that its sender is answered."""
        out: list[Framed] = []
        if self._inside and not self._skipping:
            self._refuse(FrameFault.NO_END_BLOCK, out)
        self._reset(inside=False)
        return out

    def close(self) -> list[Framed]:
        """The connection ended: what was begun is refused."""
        out: list[Framed] = []
        if self._inside and not self._skipping:
            self._refuse(FrameFault.CUT_OFF, out)
        else:
            self._end_garbage(out)
        self._reset(inside=False)
        return out

    def _is_one_frame(self, data: bytes) -> bool:
        """What almost always comes: nothing was begun, and this is one frame from its first byte to its last."""
        return (
            data[:1] == START
            and data.endswith(END + CR)
            and data.find(END) == len(data) - 2
            and data.find(START, 1) < 0
            and len(data) - 3 <= self._limit
            and not (self._inside or self._size or self._skipping)
        )

    def _collect(self, piece: bytes, out: list[Framed]) -> None:
        if self._skipping:
            return
        if not self._inside:
            piece = piece.translate(None, b"\r\n")
        room = self._limit - self._size
        self._held += piece[:room]
        self._size += min(len(piece), room + 1)
        if self._size > self._limit:
            self._refuse(FrameFault.TOO_LARGE, out)
            self._skipping = True

    def _cross(self, edge: bytes, out: list[Framed]) -> None:
        """A block character: a frame begins or ends."""
        if edge == END and not self._inside:
            self._collect(END, out)
        elif edge == END:
            if not self._skipping:
                out.append(bytes(self._held))
            self._reset(inside=False)
        else:
            if self._inside and not self._skipping:
                self._refuse(FrameFault.NO_END_BLOCK, out)
            self._end_garbage(out)
            self._reset(inside=True)

    def _end_garbage(self, out: list[Framed]) -> None:
        if not self._inside and self._size and not self._skipping:
            self._refuse(FrameFault.GARBAGE, out)

    def _refuse(self, fault: FrameFault, out: list[Framed]) -> None:
        out.append(FrameRefused(fault, bytes(self._held[:KEPT_BYTES]), self._size))
        self._held.clear()
        self._size = 0

    def _reset(self, *, inside: bool) -> None:
        self._held.clear()
        self._size = 0
        self._inside = inside
        self._skipping = False
