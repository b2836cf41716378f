"""What a monitor reports: an IHE PCD-01 ORU^R01 message (HL7 v2.6, tolerant of 2.3 to 2.5).

A message about two patients, or of another kind, is refused whole. A single value that cannot be charted is
kept with its reason and never spoils its neighbours.

Source: IHE Devices (PCD) TF-2, transaction PCD-01; the dialects of other makers as data in catalog/codes/.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache

from ataraxy.catalog.codes_table import CodeBook, CodeTable, ObservationCode, UnitCode, load_codes
from ataraxy.core.protocol.types import UNITS, Measure
from ataraxy.interop.hl7v2.moment import parse_moment
from ataraxy.interop.hl7v2.split import Message, MessageRefused, Segment, Separators, field, split
from ataraxy.interop.hl7v2.value import NotAvailable, ResultStatus, TimeFrom, WireValue

SENTINELS = frozenset(Decimal(told) for told in ("-100", "-999", "-99.9", "8388607"))
WAVEFORM_KINDS = frozenset({"NA", "MA"})
SIMULATED_FLAGS = frozenset({"DEMO", "TEST"})
WITHDRAWN_FLAGS = frozenset({"INV", "NAV", "CAL"})
WITHDRAWN_STATUSES = frozenset(
    {ResultStatus.UNAVAILABLE, ResultStatus.DELETED, ResultStatus.WRONG, ResultStatus.OTHER}
)
STATUSES = {status.value: status for status in ResultStatus if status is not ResultStatus.OTHER}


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

    @property
    def simulated(self) -> bool:
        """True if any part is marked DEMO or TEST: only a demo clinic may take it."""
        return self.processing_id in ("T", "D") or any(value.simulated for value in self.values)


@dataclass(frozen=True, slots=True)
class _Reader:
    """What every OBX of one message needs."""

    message: Message
    zone: tzinfo
    book: CodeBook
    moments: dict[str, datetime | None]

    def moment(self, raw: str) -> datetime | None:
        """A time field, read once however many rows repeat it."""
        if raw not in self.moments:
            first = raw.split(self.message.separators.component, 1)[0]
            self.moments[raw] = parse_moment(first, self.zone)
        return self.moments[raw]


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
    _check_kind(cut)
    header = cut.header
    reader = _Reader(cut, zone, book or load_codes(), {})
    return ParsedOru(
        control_id=_control_id(cut),
        sent_at=reader.moment(field(header, 7)),
        sending_application=tuple(cut.components(field(header, 3))),
        sending_facility=tuple(cut.components(field(header, 4))),
        processing_id=cut.components(field(header, 11))[0],
        version=cut.components(field(header, 12))[0],
        accept_ack=field(header, 15),
        application_ack=field(header, 16),
        patient_id=_patient_id(cut),
        place=_place(cut),
        values=_values(reader),
    )


def _check_kind(message: Message) -> None:
    if message.kind != "ORU^R01":
        raise MessageRefused(
            "The message is not an ORU^R01 (vital signs).",
            "Waveforms, alarms and queries are not read; switch them off at the monitor or ignore this.",
            unsupported=True,
        )


def _control_id(message: Message) -> str:
    if not message.control_id:
        raise MessageRefused(
            "The message has no control id (MSH-10), so it cannot be acknowledged.",
            "Set the monitor to number its messages.",
        )
    return message.control_id


def _only(message: Message, name: str) -> Segment:
    """The one segment of this name, or an empty one."""
    found = [segment for segment in message.segments if segment[0] == name]
    if len(found) > 1:
        raise MessageRefused(
            f"The message holds {len(found)} {name} segments: more than one patient.",
            "Set the gateway to send one patient a message.",
        )
    return found[0] if found else []


def _patient_id(message: Message) -> str:
    """PID-3, first component; many monitors leave it blank."""
    return message.components(field(_only(message, "PID"), 3))[0]


def _place(message: Message) -> str:
    """PV1-3 as words: point of care, room and bed stand in other components on every make."""
    raw = field(_only(message, "PV1"), 3)
    marks = message.separators
    parts = [raw.split(marks.repetition, 1)[0]] if marks.repetition else [raw]
    for mark in (marks.component, marks.subcomponent):
        parts = [piece for part in parts for piece in (part.split(mark) if mark else [part])]
    return " ".join(message.text(part) for part in parts if part)


def _values(reader: _Reader) -> tuple[WireValue, ...]:
    values: list[WireValue] = []
    header_time = field(reader.message.header, 7)
    request_time = ""
    for segment in reader.message.segments:
        if segment[0] == "OBR":
            request_time = field(segment, 7)
        elif segment[0] == "OBX" and (field(segment, 5) or field(segment, 2)):
            values.append(_value(segment, request_time, header_time, reader))
    return tuple(values)


def _value(obx: Segment, request_time: str, header_time: str, reader: _Reader) -> WireValue:
    """One OBX, with the first reason not to chart it."""
    obx = obx + [""] * (18 - len(obx))
    text = reader.message.text
    marks = reader.message.separators
    meaning = _meaning(obx[3], obx[6], marks, reader.book)
    status = STATUSES.get(obx[11], ResultStatus.OTHER)
    flags = tuple(text(flag) for flag in _repetitions(obx[8], marks)) if obx[8] else ()
    device_at, time_from = _device_at(obx[14], request_time, header_time, reader)
    raw_value = text(obx[5])
    told, number_reason = _number(obx[2], raw_value)
    reason = (
        meaning.code_reason
        or _withdrawn(status, flags)
        or number_reason
        or meaning.unit_reason
        or _implausible(told, meaning.measure)
        or (NotAvailable.TIME_UNREADABLE if time_from and device_at is None else None)
    )
    return WireValue(
        code=meaning.number,
        ref_id=meaning.ref_id,
        raw_code=text(obx[3]),
        raw_value=raw_value,
        raw_unit=text(obx[6]),
        measure=meaning.measure,
        value=meaning.unit.convert(told) if reason is None and told is not None and meaning.unit else None,
        unit=UNITS[meaning.measure] if meaning.measure else "",
        device_at=device_at,
        time_from=time_from,
        status=status,
        not_available=reason,
        sub_id=text(obx[4]),
        flags=flags,
        aperiodic="APERIODIC" in obx[17],
        simulated=not SIMULATED_FLAGS.isdisjoint(flags),
    )


def _withdrawn(status: ResultStatus, flags: tuple[str, ...]) -> NotAvailable | None:
    if status in WITHDRAWN_STATUSES or not WITHDRAWN_FLAGS.isdisjoint(flags):
        return NotAvailable.WITHDRAWN
    return None


def _repetitions(raw: str, marks: Separators) -> list[str]:
    return raw.split(marks.repetition) if marks.repetition else [raw]


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What OBX-3 and OBX-6 say together; the same two texts come every second, so it is worked out once."""

    number: str
    ref_id: str
    measure: Measure | None
    unit: UnitCode | None
    code_reason: NotAvailable | None
    unit_reason: NotAvailable | None


def _meaning(raw_code: str, raw_unit: str, marks: Separators, book: CodeBook) -> _Meaning:
    if len(raw_code) + len(raw_unit) > 200:  # never remember what a hostile sender made long
        return _work_out.__wrapped__(raw_code, raw_unit, marks, book)
    return _work_out(raw_code, raw_unit, marks, book)


@lru_cache(maxsize=2048)
def _work_out(raw_code: str, raw_unit: str, marks: Separators, book: CodeBook) -> _Meaning:
    number, ref_id, code, code_reason = _code(_triplets(raw_code, marks), book)
    measure = code.measure if code else None
    unit, unit_reason = _unit(_triplets(raw_unit, marks), code, book)
    return _Meaning(number, ref_id, measure, unit, code_reason, unit_reason)


Triplet = tuple[str, str, str]
Understood = tuple[str, str, ObservationCode | None, NotAvailable | None]


def _triplets(raw: str, marks: Separators) -> tuple[Triplet, ...]:
    """(identifier, text, system) and, where the device tells one, the alternate beside it."""
    parts = [*Message(marks, ()).components(raw), "", "", "", "", "", ""]
    first, other = (parts[0], parts[1], parts[2]), (parts[3], parts[4], parts[5])
    return (first, other) if any(other) else (first,)


def _code(triplets: tuple[Triplet, ...], book: CodeBook) -> Understood:
    """What the one or two codings say together. Two that disagree are never charted."""
    found = [(number, name, *_read(number, name, system, book)) for number, name, system in triplets]
    if any(reason is NotAvailable.CODE_CONFLICT for *_, reason in found):
        return next(one for one in found if one[3] is NotAvailable.CODE_CONFLICT)
    known = [one for one in found if one[2] is not None]
    if len(known) == 2 and not known[0][2].goes_with(known[1][2]):  # type: ignore[union-attr, arg-type]
        return known[0][0], known[0][1], None, NotAvailable.CODE_CONFLICT
    charted = [one for one in known if one[3] is None]
    return (charted or known or found)[0]


def _read(
    number: str, name: str, system: str, book: CodeBook
) -> tuple[ObservationCode | None, NotAvailable | None]:
    """One coding. A number and a name that disagree (150031^MDC_PRESS_CUFF_SYS, on real devices) are never charted."""
    tables = book.systems.get(system, ())
    table = next((t for t in tables if number in t.by_number), None)
    if table is None:
        named = any(name in t.by_ref_id for t in tables if not t.free_names)
        nothing = NotAvailable.CODE_CONFLICT if number else NotAvailable.CODE_INCOMPLETE
        return None, nothing if named else NotAvailable.CODE_UNKNOWN
    code = table.by_number[number]
    if not name and not table.free_names:
        return None, NotAvailable.CODE_INCOMPLETE
    if not _is_called(code, name, table):
        return None, NotAvailable.CODE_CONFLICT
    return code, None if code.measure else NotAvailable.NOT_CHARTED


def _is_called(code: ObservationCode, name: str, table: CodeTable) -> bool:
    """Whether this may be the code's name: its own, or where names are free, no other code's."""
    if table.free_names:
        return table.by_ref_id.get(name, code) is code
    return name == code.ref_id or name in code.names


def _unit(
    triplets: tuple[Triplet, ...], code: ObservationCode | None, book: CodeBook
) -> tuple[UnitCode | None, NotAvailable | None]:
    """The unit told, else the only one there can be; it must measure what the code measures."""
    if triplets == (("", "", ""),) and code is not None and code.unit_untold:
        unit = book.unit_untold(code)
    else:
        unit = next((u for u in (book.unit(*told) for told in triplets) if u), None)
    if unit is None:
        return None, NotAvailable.UNIT_UNKNOWN
    fits = code is None or code.measure is None or unit.unit == UNITS[code.measure]
    return unit, None if fits else NotAvailable.UNIT_UNFIT


def _number(kind: str, text: str) -> tuple[Decimal | None, NotAvailable | None]:
    """A true zero is a value; a sentinel is not; a curve is no value."""
    if kind in WAVEFORM_KINDS:
        return None, NotAvailable.WAVEFORM
    if text in ("", '""'):
        return None, NotAvailable.EMPTY
    bare = text.strip().removeprefix("+")
    digits = bare.removeprefix("-").replace(".", "", 1)
    if kind != "NM" or len(digits) > 18 or not (digits.isascii() and digits.isdigit()):
        return None, NotAvailable.NOT_A_NUMBER
    told = Decimal(bare)
    return told, NotAvailable.SENTINEL if told in SENTINELS else None


def _implausible(told: Decimal | None, measure: Measure | None) -> NotAvailable | None:
    """Below zero is some device's "none"; only a temperature may truly be."""
    if told is None or measure is None or measure is Measure.TEMPERATURE:
        return None
    if told < 0:
        return NotAvailable.SENTINEL
    return NotAvailable.IMPOSSIBLE if measure is Measure.SPO2 and told > 100 else None


def _device_at(observed: str, requested: str, sent: str, reader: _Reader) -> tuple[datetime | None, TimeFrom]:
    """The first time told. An unreadable one is never replaced by a later field: old would look new."""
    for raw, origin in (
        (observed, TimeFrom.OBSERVATION),
        (requested, TimeFrom.REQUEST),
        (sent, TimeFrom.MESSAGE),
    ):
        if raw:
            return reader.moment(raw), origin
    return None, TimeFrom.NOBODY
