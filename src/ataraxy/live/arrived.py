"""One frame a monitor sent, read as far as it can be without the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Literal
from uuid import UUID

from ataraxy.interop.handed_in import SENDER
from ataraxy.interop.hl7v2.oru import ParsedOru, parse_oru
from ataraxy.interop.hl7v2.split import Message, MessageRefused, field, read_header, split
from ataraxy.live.mllp import Framed, FrameRefused

Code = Literal["AA", "AE", "AR"]
Answer = Callable[[Code, str], None]
DEVICE_LENGTH = 120
LONGEST = 400  # characters of a name that is remembered


@dataclass(frozen=True, slots=True, eq=False)
class Arrived:
    """What came, from where and when (our wall clock, UTC), and how to answer it.

    Either ``report`` is set or ``cause`` says why not. ``message`` is whatever could be read, for the answer.
    """

    raw: bytes
    peer: str
    received_at: datetime
    answer: Answer
    message: Message | None = None
    report: ParsedOru | None = None
    cause: str = ""
    cure: str = ""
    unsupported: bool = False  # well formed, but no vital signs: answered and left
    clinic_id: UUID | None = None  # of the gateway that handed it in

    @property
    def device(self) -> str:
        return device_name(self.report) if self.report else ""

    def in_zone(self, zone: tzinfo) -> ParsedOru:
        """The report as a clinic in ``zone`` reads it: a time that names no zone is the clinic's."""
        assert self.report is not None and self.message is not None
        if self.report.zones_told or zone is UTC:
            return self.report
        if all(_names_its_zone(raw) for raw in _times(self.message)):
            return self.report
        return parse_oru(self.message, zone)


def arrived(framed: Framed, peer: str, received_at: datetime, answer: Answer) -> Arrived:
    """A frame, split and parsed; what is wrong with it is kept beside it, never raised."""
    if isinstance(framed, FrameRefused):
        return Arrived(framed.kept, peer, received_at, answer, cause=framed.cause, cure=framed.cure)
    message: Message | None = None
    try:
        message = split(framed)
        report = parse_oru(message)
        if not report.values and not device_name(
            report
        ):  # a sign of life, as some monitors send every second
            return Arrived(framed, peer, received_at, answer, message, unsupported=True)
        if device_name(report).startswith(SENDER):
            raise MessageRefused(
                "The monitor speaks under the name of a gateway.",
                "Give it another name (MSH-3); a gateway hands in its readings with its token.",
            )
        return Arrived(framed, peer, received_at, answer, message, report)
    except MessageRefused as refused:
        return Arrived(
            raw=framed,
            peer=peer,
            received_at=received_at,
            answer=answer,
            message=message or _header_of(framed),
            cause=refused.cause,
            cure=refused.cure,
            unsupported=refused.unsupported,
        )


def device_name(report: ParsedOru) -> str:
    """How a monitor names itself: application, facility and place, as in ``ATARAXY/DEMO/1``.

    The whole of it, because a gateway speaks under one application for every bed: a part alone could put one
    patient's readings into another's record.
    """
    parts = (report.sending_application[0], report.sending_facility[0], report.place)
    return _named(parts) if sum(map(len, parts)) <= LONGEST else _named.__wrapped__(parts)


@lru_cache(maxsize=8192)
def _named(parts: tuple[str, ...]) -> str:
    return "/".join(clean(part) for part in parts if part)[:DEVICE_LENGTH]


def clean(text: str) -> str:
    """Text a device told, without what a database cannot store."""
    return text.replace("\0", "\ufffd").strip()


def _header_of(raw: bytes) -> Message | None:
    try:
        return read_header(raw)
    except MessageRefused:
        return None


def _times(message: Message) -> list[str]:
    """Every time field the values may take their time from."""
    times = [field(message.header, 7)]
    for segment in message.segments:
        if segment[0] == "OBR":
            times.append(field(segment, 7))
        elif segment[0] == "OBX":
            times.append(field(segment, 14))
    return times


def _names_its_zone(raw: str) -> bool:
    return not raw or raw[-5:-4] in ("+", "-")
