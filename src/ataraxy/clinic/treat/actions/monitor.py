"""Which monitor speaks for this patient: a person says so, and says when it no longer does."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ataraxy.clinic.context import Context
from ataraxy.clinic.treat.actions.acting import write
from ataraxy.clinic.treat.record import state_of
from ataraxy.core.errors import InputRefused
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.events import MonitorBound, MonitorUnbound


def bind(
    ctx: Context, session_id: UUID, device: str, *, key: str | None = None, seen: int | None = None
) -> list[Recorded[Any]]:
    """From now on this monitor's readings are this patient's. Refused while it speaks for another."""
    return write(ctx, session_id, MonitorBound(device), key=key, seen=seen)


def unbind(
    ctx: Context, session_id: UUID, *, key: str | None = None, seen: int | None = None
) -> list[Recorded[Any]]:
    """From now on nothing this monitor sends is charted here."""
    device = state_of(session_id).monitor
    if device is None:
        raise InputRefused("No monitor is bound to this patient.", "Reload and look again.")
    return write(ctx, session_id, MonitorUnbound(device), key=key, seen=seen)
