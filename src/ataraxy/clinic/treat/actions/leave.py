"""The end of a session: home, cancelled before any dose, to a hospital, against advice, or by death."""

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
from ataraxy.core.session.events import CalledOff, DoseStopped, EndReason, MonitorUnbound, SessionEnded
from ataraxy.core.session.permit import AT_HOME

# Nobody waits for a tap on "stop" first: whoever is carried off gets no more of the drug.
CARRIED_OFF = (EndReason.TRANSFERRED, EndReason.DIED)


def end(
    ctx: Context,
    session_id: UUID,
    how: EndReason,
    *,
    note: str = "",
    why: CalledOff | None = None,
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """End the session; a discharge only when every criterion of the protocol holds, with the escort here.

    ``why``: the code of a session that was called off.
    The monitor is unbound first: nothing it sends afterwards is this patient's.
    """
    require(ctx, *BEDSIDE)
    if how is not EndReason.DISCHARGED and not note.strip():
        raise InputRefused("This ending needs its reason.", "Say in a few words what happened.", "note")
    state = state_of(session_id)
    escort = state.escort.name if state.escort and how in AT_HOME else ""
    entries = [Entry(SessionEnded(how, escort, note.strip(), why))]
    if state.monitor is not None:
        entries.insert(0, Entry(MonitorUnbound(state.monitor)))
    if how in CARRIED_OFF and state.dose is not None and state.dose.is_open:
        entries.insert(0, Entry(DoseStopped(f"the session ended: {how.value}")))
    return append_session(ctx, session_id, *entries, key=key, seen=seen)
