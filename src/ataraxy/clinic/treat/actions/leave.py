"""The end of a session: home, cancelled before any dose, to a hospital, or against advice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ataraxy.clinic.audit.append import Entry
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.treat.actions.acting import require
from ataraxy.clinic.treat.record import append_session, state_of
from ataraxy.core.errors import InputRefused
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.events import EndReason, MonitorUnbound, SessionEnded


def end(
    ctx: Context,
    session_id: UUID,
    how: EndReason,
    *,
    note: str = "",
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """End the session; a discharge only when every criterion of the protocol holds, with the escort here.

    The monitor is unbound first: nothing it sends afterwards is this patient's.
    """
    require(ctx, *BEDSIDE)
    if how is not EndReason.DISCHARGED and not note.strip():
        raise InputRefused("This ending needs its reason.", "Say in a few words what happened.", "note")
    state = state_of(session_id)
    escort = state.escort.name if state.escort and how is EndReason.DISCHARGED else ""
    entries = [Entry(SessionEnded(how, escort, note.strip()))]
    if state.monitor is not None:
        entries.insert(0, Entry(MonitorUnbound(state.monitor)))
    return append_session(ctx, session_id, *entries, key=key, seen=seen)
