"""The numbers of a protocol that the session itself counts with.

A protocol activated before these were lines of the file was run with the numbers kept here: it still is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from ataraxy.core.protocol.types import BedsideKind, Protocol

BEFORE_THEY_WERE_LINES: Mapping[BedsideKind, Decimal] = {
    BedsideKind.SPRAY_REST: Decimal(5),
    BedsideKind.PUMP_DIFFERENCE: Decimal(5),
}


def agreed(protocol: Protocol, kind: BedsideKind) -> Decimal:
    """The number in force, in ``kind.unit``."""
    said = (line.value for line in protocol.bedside if line.kind is kind)
    return next(said, BEFORE_THEY_WERE_LINES[kind])


def spray_rest(protocol: Protocol) -> timedelta:
    """How long the patient rests between two sprays."""
    return timedelta(minutes=float(agreed(protocol, BedsideKind.SPRAY_REST)))


def may_differ(protocol: Protocol) -> Decimal:
    """The share by which the pump's count and the estimate may differ without a word."""
    return agreed(protocol, BedsideKind.PUMP_DIFFERENCE) / 100
