"""What one message says about one patient, on the clinic's clock, with what must not be believed marked.

Nothing is dropped: a value that is not believed keeps its text and the reason, and is stored as a sample.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.events import Reading
from ataraxy.core.session.reading import impossible
from ataraxy.interop.hl7v2.oru import ParsedOru
from ataraxy.interop.hl7v2.value import NotAvailable, TimeFrom, WireValue
from ataraxy.live.arrived import clean

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
BEFORE_BINDING = "before-binding"  # measured before a person said whose monitor this is
IMPOSSIBLE = "impossible"
ORIGINAL_LENGTH, LARGEST = 120, Decimal(10**7)
LONGEST = 400  # characters of what is remembered


@dataclass(frozen=True, slots=True)
class Told:
    """One value. ``at`` is when it counts as true, never later than ``now``; ``device_at`` what the device said.

    ``absent`` is empty for a value that may be believed. ``own_time``: the device timed this very value.
    """

    measure: Measure | None
    value: Decimal | None
    unit: str
    at: datetime
    device_at: datetime | None
    own_time: bool
    absent: str = ""
    original: str = ""

    @property
    def is_believed(self) -> bool:
        return not self.absent and self.measure is not None and self.value is not None

    @property
    def reading(self) -> Reading | None:
        """The value as it would stand in the chart, when it may."""
        if self.absent or self.measure is None or self.value is None:
            return None
        return Reading(self.measure, self.value, self.unit)


def tell(report: ParsedOru, bound_at: datetime, now: datetime, offset: timedelta) -> tuple[Told, ...]:
    """A report's values on the clinic's clock.

    Args:
        bound_at: when a person bound the monitor to this patient. Hazard: a monitor repeats its last cuff
            pressure, with its old time, after the patient has changed; what is older than the binding is
            kept and never charted.
        now: the clinic's present moment; no value is later, whatever the device's clock says.
        offset: how far a demo clinic's clock runs from the wall's; zero in every other.
    """
    return tuple([_told(value, bound_at, now, offset) for value in report.values])


def _told(wire: WireValue, bound_at: datetime, now: datetime, offset: timedelta) -> Told:
    device_at = _shifted(wire.device_at, offset)
    at = min(device_at, now) if device_at else now
    absent, converted, original = _judged(
        wire.measure, wire.value, wire.not_available, wire.unit, wire.raw_code, wire.raw_value, wire.raw_unit
    )
    if at < bound_at and absent in (IMPOSSIBLE, ""):
        absent = BEFORE_BINDING
    return Told(
        wire.measure,
        None if absent else wire.value,
        wire.unit,
        at,
        device_at,
        wire.time_from is TimeFrom.OBSERVATION,
        absent,
        original if absent or converted else "",
    )


def _judged(
    measure: Measure | None, value: Decimal | None, not_available: NotAvailable | None, *raw: str
) -> tuple[str, bool, str]:
    if sum(map(len, raw)) > LONGEST:  # never remember what a hostile sender made long
        return _judge.__wrapped__(measure, value, not_available, *raw)
    return _judge(measure, value, not_available, *raw)


@lru_cache(maxsize=8192)
def _judge(
    measure: Measure | None, value: Decimal | None, not_available: NotAvailable | None, *raw: str
) -> tuple[str, bool, str]:
    """Why a value is not believed, whatever its time; whether it was converted; and what was sent."""
    unit, raw_code, raw_value, raw_unit = raw
    original = _original(raw_code if measure is None else "", raw_value, raw_unit)
    converted = value is not None and _as_sent(raw_value) != value
    return _absent(measure, value, unit, not_available), converted, original


def _absent(
    measure: Measure | None, value: Decimal | None, unit: str, not_available: NotAvailable | None
) -> str:
    if not_available is not None:
        return not_available.value
    if measure is None or value is None:
        return "empty"
    if abs(value) >= LARGEST or impossible(Reading(measure, value, unit)):
        return IMPOSSIBLE
    return ""


def _shifted(at: datetime | None, offset: timedelta) -> datetime | None:
    if not offset:
        return at
    try:
        return at + offset if at else None
    except OverflowError:
        return None


def _as_sent(raw_value: str) -> Decimal | None:
    try:
        return Decimal(raw_value)
    except ArithmeticError:
        return None


def _original(*parts: str) -> str:
    """Code (where we have no word for it), value and unit as sent."""
    return clean(" ".join(part for part in parts if part))[:ORIGINAL_LENGTH]


def told_at(report: ParsedOru) -> datetime:
    """The message's own time: of its newest value, else of the message. The same however often it is sent."""
    times = [value.device_at for value in report.values if value.device_at]
    return max(times) if times else report.sent_at or NEVER


def fingerprint(report: ParsedOru) -> bytes:
    """What the message says, as 16 bytes. Leaves out its header: a device may stamp a message anew to resend it.

    Hazard: a monitor that counts its messages from 1 again after a power cut. Without this, its first new
    readings would be taken for old ones and acknowledged unread.
    """
    said, at, when = [repr([report.patient_id, report.place])[1:-1]], None, "''"
    for v in report.values:
        if v.device_at is not at:
            at = v.device_at
            when = repr(at.isoformat() if at else "")
        said.append(_said(v.raw_code, v.raw_value, v.raw_unit, v.sub_id, v.status))
        said.append(when)
    return hashlib.blake2b(f"[{', '.join(said)}]".encode(), digest_size=16).digest()


def _said(*parts: str) -> str:
    return _spelt(*parts) if sum(map(len, parts)) <= LONGEST else _spelt.__wrapped__(*parts)


@lru_cache(maxsize=8192)
def _spelt(*parts: str) -> str:
    """As a list's ``repr`` spells them: what was stored under a fingerprint years ago is known by it still."""
    return ", ".join(repr(str(part)) for part in parts)
