"""What one message says about one patient, on the clinic's clock, with what must not be believed marked.

Nothing is dropped: a value that is not believed keeps its text and the reason, and is stored as a sample.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.events import Reading
from ataraxy.core.session.reading import impossible
from ataraxy.interop.hl7v2.oru import ParsedOru
from ataraxy.interop.hl7v2.value import TimeFrom, WireValue
from ataraxy.live.arrived import clean

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
BEFORE_BINDING = "before-binding"  # measured before a person said whose monitor this is
IMPOSSIBLE = "impossible"
ORIGINAL_LENGTH, LARGEST = 120, Decimal(10**7)


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
    return tuple(_told(value, bound_at, now, offset) for value in report.values)


def _told(wire: WireValue, bound_at: datetime, now: datetime, offset: timedelta) -> Told:
    device_at = _shifted(wire.device_at, offset)
    at = min(device_at, now) if device_at else now
    absent = _absent(wire, at, bound_at)
    converted = wire.value is not None and _as_sent(wire) != wire.value
    return Told(
        measure=wire.measure,
        value=None if absent else wire.value,
        unit=wire.unit,
        at=at,
        device_at=device_at,
        own_time=wire.time_from is TimeFrom.OBSERVATION,
        absent=absent,
        original=_original(wire) if absent or converted else "",
    )


def _absent(wire: WireValue, at: datetime, bound_at: datetime) -> str:
    if wire.not_available is not None:
        return wire.not_available.value
    if wire.measure is None or wire.value is None:
        return "empty"
    if at < bound_at:
        return BEFORE_BINDING
    if abs(wire.value) >= LARGEST or impossible(Reading(wire.measure, wire.value, wire.unit)):
        return IMPOSSIBLE
    return ""


def _shifted(at: datetime | None, offset: timedelta) -> datetime | None:
    try:
        return at + offset if at else None
    except OverflowError:
        return None


def _as_sent(wire: WireValue) -> Decimal | None:
    try:
        return Decimal(wire.raw_value)
    except ArithmeticError:
        return None


def _original(wire: WireValue) -> str:
    """Code (where we have no word for it), value and unit as sent."""
    parts = (wire.raw_code if wire.measure is None else "", wire.raw_value, wire.raw_unit)
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
    said = [report.patient_id, report.place]
    for v in report.values:
        at = v.device_at.isoformat() if v.device_at else ""
        said += (v.raw_code, v.raw_value, v.raw_unit, v.sub_id, v.status.value, at)
    return hashlib.blake2b(repr(said).encode(), digest_size=16).digest()
