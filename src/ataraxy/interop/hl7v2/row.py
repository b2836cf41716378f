"""What one OBX says without its time: the measure, the value, and the first reason not to chart it.

A monitor sends the same few rows every second with another time, so a row is worked out once and remembered. What is
remembered follows from the row's own text alone; its number is bounded, and a long row is never kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from ataraxy.catalog.codes_table import CodeBook, CodeTable, ObservationCode, UnitCode
from ataraxy.core.protocol.types import UNITS, Measure
from ataraxy.interop.hl7v2.split import Message, Segment, Separators
from ataraxy.interop.hl7v2.value import NotAvailable, ResultStatus, TimeFrom, WireValue

SENTINELS = frozenset(Decimal(told) for told in ("-100", "-999", "-99.9", "8388607"))
WAVEFORM_KINDS = frozenset({"NA", "MA"})
SIMULATED_FLAGS = frozenset({"DEMO", "TEST"})
WITHDRAWN_FLAGS = frozenset({"INV", "NAV", "CAL"})
WITHDRAWN_STATUSES = frozenset(
    {ResultStatus.UNAVAILABLE, ResultStatus.DELETED, ResultStatus.WRONG, ResultStatus.OTHER}
)
STATUSES = {status.value: status for status in ResultStatus if status is not ResultStatus.OTHER}

REMEMBERED, LONGEST = 8192, 400  # rows, and characters of one
FIELDS = 18


@dataclass(frozen=True, slots=True)
class Row:
    """One OBX but for its time."""

    code: str
    ref_id: str
    raw_code: str
    raw_value: str
    raw_unit: str
    measure: Measure | None
    value: Decimal | None
    unit: str
    status: ResultStatus
    not_available: NotAvailable | None
    sub_id: str
    flags: tuple[str, ...]
    aperiodic: bool
    simulated: bool

    def at(self, device_at: datetime | None, time_from: TimeFrom) -> WireValue:
        """The value, told at this moment. A time that was told and cannot be read spoils it."""
        value, reason = self.value, self.not_available
        if reason is None and device_at is None and time_from:
            value, reason = None, NotAvailable.TIME_UNREADABLE
        return WireValue(
            self.code,
            self.ref_id,
            self.raw_code,
            self.raw_value,
            self.raw_unit,
            self.measure,
            value,
            self.unit,
            device_at,
            time_from,
            self.status,
            reason,
            self.sub_id,
            self.flags,
            self.aperiodic,
            self.simulated,
        )


class Rows:
    """Rows read before, for one set of separators and one code book."""

    def __init__(self, marks: Separators, book: CodeBook) -> None:
        self._marks, self._book = marks, book
        self._known: dict[tuple[str, ...], Row] = {}

    def __len__(self) -> int:
        return len(self._known)

    def read(self, obx: Segment) -> Row:
        """``obx`` is the segment as it was cut, short ones too."""
        told = _told(obx if len(obx) >= FIELDS else obx + [""] * (FIELDS - len(obx)))
        found = self._known.get(told)
        return found if found is not None else self._work_out(told)

    def _work_out(self, told: tuple[str, ...]) -> Row:
        row = _row(told, self._marks, self._book)
        if sum(map(len, told)) <= LONGEST:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[told] = row
        return row


@lru_cache(maxsize=16)
def rows_of(marks: Separators, book: CodeBook) -> Rows:
    """The rows read so far with these separators and this book."""
    return Rows(marks, book)


def _told(obx: Segment) -> tuple[str, ...]:
    """All a row says but its time."""
    return obx[2], obx[3], obx[4], obx[5], obx[6], obx[8], obx[11], obx[17]


def _row(told: tuple[str, ...], marks: Separators, book: CodeBook) -> Row:
    kind, code, sub_id, said, unit, flagged, state, method = told
    text = Message(marks, ()).text
    meaning = _meaning(code, unit, marks, book)
    status = STATUSES.get(state, ResultStatus.OTHER)
    flags = tuple(text(flag) for flag in _repetitions(flagged, marks)) if flagged else ()
    raw_value = text(said)
    number, number_reason = _number(kind, raw_value)
    reason = (
        meaning.code_reason
        or _withdrawn(status, flags)
        or number_reason
        or meaning.unit_reason
        or _implausible(number, meaning.measure)
    )
    return Row(
        code=meaning.number,
        ref_id=meaning.ref_id,
        raw_code=text(code),
        raw_value=raw_value,
        raw_unit=text(unit),
        measure=meaning.measure,
        value=meaning.unit.convert(number)
        if reason is None and number is not None and meaning.unit
        else None,
        unit=UNITS[meaning.measure] if meaning.measure else "",
        status=status,
        not_available=reason,
        sub_id=text(sub_id),
        flags=flags,
        aperiodic="APERIODIC" in method,
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
