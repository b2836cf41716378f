"""One value a device told, and why it may not be charted.

Nothing a device says is dropped: what cannot be charted keeps its raw text and a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ataraxy.core.protocol.types import Measure


class ResultStatus(StrEnum):
    """OBX-11 (HL7 table 0085). Monitors send R, others F, some nothing: all three are values."""

    UNVERIFIED = "R"
    FINAL = "F"
    PRELIMINARY = "P"
    CORRECTED = "C"
    UNAVAILABLE = "X"
    DELETED = "D"
    WRONG = "W"
    OTHER = "?"
    UNSTATED = ""


class NotAvailable(StrEnum):
    """Why a value is not charted."""

    CODE_UNKNOWN = "code-unknown"
    CODE_CONFLICT = "code-conflict"  # its number and its name mean different things
    CODE_INCOMPLETE = "code-incomplete"  # only a number or only a name
    NOT_CHARTED = "not-charted"  # a code we know and do not chart
    EMPTY = "empty"
    NOT_A_NUMBER = "not-a-number"
    WAVEFORM = "waveform"
    SENTINEL = "sentinel"  # -100, -999, 8388607 ...: the device's way to say "none"
    IMPOSSIBLE = "impossible"
    UNIT_UNKNOWN = "unit-unknown"
    UNIT_UNFIT = "unit-unfit"  # a unit that does not measure this
    WITHDRAWN = "withdrawn"  # status X, D, W or one we do not know; flag INV, NAV, CAL
    TIME_UNREADABLE = "time-unreadable"


class TimeFrom(StrEnum):
    """Which field told when a value was true."""

    OBSERVATION = "OBX-14"
    REQUEST = "OBR-7"
    MESSAGE = "MSH-7"
    NOBODY = ""


@dataclass(frozen=True, slots=True)
class WireValue:
    """One OBX. ``value`` and ``measure`` are set together, or ``not_available`` says why not.

    ``value`` is in ``unit``, our unit of the measure; ``raw_value`` and ``raw_unit`` are as sent.
    ``device_at`` is UTC. Deduplicate by device, ``code`` and ``device_at``: monitors resend an old cuff
    pressure in every message.
    """

    code: str
    ref_id: str
    raw_code: str
    raw_value: str
    raw_unit: str
    measure: Measure | None
    value: Decimal | None
    unit: str
    device_at: datetime | None
    time_from: TimeFrom
    status: ResultStatus
    not_available: NotAvailable | None
    sub_id: str = ""
    flags: tuple[str, ...] = ()  # OBX-8
    aperiodic: bool = False  # OBX-17: measured once, not continuously
    simulated: bool = False

    @property
    def chartable(self) -> bool:
        return self.not_available is None and self.value is not None
