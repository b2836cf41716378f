"""The pump: another rate, and what it has really infused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from ataraxy.clinic.context import Context
from ataraxy.clinic.treat.actions.acting import WATCHING, write
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.care import PumpRead, RateChanged


def change_rate(
    ctx: Context,
    session_id: UUID,
    rate_mg_per_min: Decimal,
    reason: str,
    *,
    order: UUID | None = None,
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """Another rate. Slower at any time; faster only while no rule speaks, and past the plan only on an order."""
    change = RateChanged(rate_mg_per_min, reason.strip(), order)
    return write(ctx, session_id, change, key=key, seen=seen)


def read_pump(
    ctx: Context,
    session_id: UUID,
    infused_ml: Decimal | None,
    stopped: bool,
    explanation: str = "",
    *,
    key: str | None = None,
) -> list[Recorded[Any]]:
    """What the pump shows. More off the estimate than the protocol says is explained; standing still needs no number."""
    read = PumpRead(infused_ml, stopped, explanation.strip())
    return write(ctx, session_id, read, key=key, roles=WATCHING)
