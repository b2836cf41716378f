"""What a monitor reports: an IHE PCD-01 ORU^R01 message (HL7 v2.6, tolerant of 2.3 to 2.5).

A message about two patients, or of another kind, is refused whole. A single value that cannot be charted is
kept with its reason and never spoils its neighbours.

Source: IHE Devices (PCD) TF-2, transaction PCD-01; the dialects of other makers as data in catalog/codes/.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from ataraxy.catalog.codes_table import CodeBook, load_codes
from ataraxy.interop.hl7v2.moment import parse_moment
from ataraxy.interop.hl7v2.row import LONGEST, rows_of
from ataraxy.interop.hl7v2.split import Message, MessageRefused, Segment, Separators, field, split
from ataraxy.interop.hl7v2.value import TimeFrom, WireValue


@dataclass(frozen=True, slots=True)
class ParsedOru:
    """One ORU^R01. ``sent_at`` is the device's clock (UTC); names and places are as told and prove nobody."""

    control_id: str
    sent_at: datetime | None
    sending_application: tuple[str, ...]
    sending_facility: tuple[str, ...]
    processing_id: str
    version: str
    accept_ack: str
    application_ack: str
    patient_id: str
    place: str
    values: tuple[WireValue, ...]
    zones_told: bool = dataclass_field(
        default=False, compare=False
    )  # every time that was read names its zone

    @property
    def simulated(self) -> bool:
        """True if any part is marked DEMO or TEST: only a demo clinic may take it."""
        return self.processing_id in ("T", "D") or any(value.simulated for value in self.values)


@dataclass(frozen=True, slots=True)
class _Heading:
    """What every message of one monitor says alike in its MSH, worked out once."""

    sending_application: tuple[str, ...]
    sending_facility: tuple[str, ...]
    processing_id: str
    version: str


def parse_oru(message: bytes | str | Message, zone: tzinfo = UTC, book: CodeBook | None = None) -> ParsedOru:
    """Read an ORU^R01.

    Args:
        message: the payload of one MLLP frame, or one already split.
        zone: the clinic's zone, for times that name none.
        book: device codes; the catalog's when not given.

    Raises:
        MessageRefused: not HL7, not an ORU^R01, no control id, or more than one patient.
    """
    cut = message if isinstance(message, Message) else split(message)
    marks = cut.separators
    header = cut.header if len(cut.header) > 16 else cut.header + [""] * 17
    heading = _heading(marks, (header[9], header[3], header[4], header[11], header[12]))
    control_id, patient, place = _control_id(cut), _only(cut, "PID"), _only(cut, "PV1")
    moments: dict[str, datetime | None] = {}
    return ParsedOru(
        control_id,
        _moment(header[7], marks, zone, moments),
        heading.sending_application,
        heading.sending_facility,
        heading.processing_id,
        heading.version,
        header[15],
        header[16],
        _patient_id(field(patient, 3), marks) if len(patient) > 3 else "",
        _place(field(place, 3), marks) if len(place) > 3 else "",
        _values(cut, zone, book or load_codes(), moments),
        all(not raw or raw[-5:-4] in ("+", "-") for raw in moments),
    )


def _heading(marks: Separators, told: tuple[str, ...]) -> _Heading:
    if sum(map(len, told)) > LONGEST:  # never remember what a hostile sender made long
        return _read_heading.__wrapped__(marks, told)
    return _read_heading(marks, told)


@lru_cache(maxsize=4096)
def _read_heading(marks: Separators, told: tuple[str, ...]) -> _Heading:
    """From MSH-9, 3, 4, 11 and 12."""
    kind, application, facility, processing, version = (Message(marks, ()).components(raw) for raw in told)
    if "^".join(kind[:2]) != "ORU^R01":
        raise MessageRefused(
            "The message is not an ORU^R01 (vital signs).",
            "Waveforms, alarms and queries are not read; switch them off at the monitor or ignore this.",
            unsupported=True,
        )
    return _Heading(tuple(application), tuple(facility), processing[0], version[0])


def _moment(
    raw: str, marks: Separators, zone: tzinfo, moments: dict[str, datetime | None]
) -> datetime | None:
    """A time field, read once however many rows repeat it."""
    if raw not in moments:
        moments[raw] = parse_moment(raw.split(marks.component, 1)[0], zone)
    return moments[raw]


def _control_id(message: Message) -> str:
    if not (control_id := message.control_id):
        raise MessageRefused(
            "The message has no control id (MSH-10), so it cannot be acknowledged.",
            "Set the monitor to number its messages.",
        )
    return control_id


def _only(message: Message, name: str) -> Segment:
    """The one segment of this name, or an empty one."""
    names = [segment[0] for segment in message.segments]
    count = names.count(name)
    if count > 1:
        raise MessageRefused(
            f"The message holds {count} {name} segments: more than one patient.",
            "Set the gateway to send one patient a message.",
        )
    return message.segments[names.index(name)] if count else []


def _patient_id(raw: str, marks: Separators) -> str:
    """PID-3, first component; many monitors leave it blank."""
    return Message(marks, ()).components(raw)[0] if raw else ""


def _place(raw: str, marks: Separators) -> str:
    return _place_words(raw, marks) if len(raw) <= LONGEST else _place_words.__wrapped__(raw, marks)


@lru_cache(maxsize=4096)
def _place_words(raw: str, marks: Separators) -> str:
    """PV1-3 as words: point of care, room and bed stand in other components on every make."""
    parts = [raw.split(marks.repetition, 1)[0]] if marks.repetition else [raw]
    for mark in (marks.component, marks.subcomponent):
        parts = [piece for part in parts for piece in (part.split(mark) if mark else [part])]
    text = Message(marks, ()).text
    return " ".join(text(part) for part in parts if part)


def _values(
    message: Message, zone: tzinfo, book: CodeBook, moments: dict[str, datetime | None]
) -> tuple[WireValue, ...]:
    values: list[WireValue] = []
    marks, rows = message.separators, rows_of(message.separators, book)
    header_time = field(message.header, 7)
    request_time, read, at = "", "", None
    for segment in message.segments:
        if segment[0] == "OBR":
            request_time = field(segment, 7)
        elif segment[0] == "OBX" and (field(segment, 5) or field(segment, 2)):
            raw, origin = _time_field(field(segment, 14), request_time, header_time)
            if raw != read:
                read, at = raw, _moment(raw, marks, zone, moments) if raw else None
            values.append(rows.read(segment).at(at, origin))
    return tuple(values)


def _time_field(observed: str, requested: str, sent: str) -> tuple[str, TimeFrom]:
    """The first time told. An unreadable one is never replaced by a later field: old would look new."""
    if observed:
        return observed, TimeFrom.OBSERVATION
    if requested:
        return requested, TimeFrom.REQUEST
    return (sent, TimeFrom.MESSAGE) if sent else ("", TimeFrom.NOBODY)
