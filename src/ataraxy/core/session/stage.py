"""Where a session stands, as people say it: finer than the phase a protocol counts by."""

from __future__ import annotations

from collections.abc import Mapping

from ataraxy.core.protocol.types import Phase, Protocol
from ataraxy.core.session.dose import DoseStatus
from ataraxy.core.session.events import EndReason
from ataraxy.core.session.state import SessionState
from ataraxy.core.session.verdict import Missing, Stage

ENDED: Mapping[EndReason, Stage] = {
    EndReason.DISCHARGED: Stage.DISCHARGED,
    EndReason.STOPPED: Stage.STOPPED,
    EndReason.CANCELLED: Stage.CANCELLED,
    EndReason.TRANSFERRED: Stage.TRANSFERRED,
    EndReason.LEFT_AGAINST_ADVICE: Stage.LEFT_AGAINST_ADVICE,
    EndReason.DIED: Stage.DIED,
}


def stage_of(
    protocol: Protocol, state: SessionState, starting: tuple[Missing, ...], leaving: tuple[Missing, ...]
) -> Stage:
    """The stage by what is missing now."""
    if state.ending is not None:
        return ENDED[state.ending.how]
    if state.dose is not None and state.dose.is_open:
        return Stage.PAUSED if state.dose.status is DoseStatus.PAUSED else Stage.DOSING
    if state.phase is Phase.OBSERVATION:
        ready = all(one.overridden for one in leaving) and state.care.emergency is None
        return Stage.READY if ready else Stage.OBSERVATION
    if state.arrived_at is None:
        return Stage.BOOKED
    late = {check.id for check in protocol.arrival if check.time_out}
    early_gaps = [one for one in starting if not one.overridden and one.line not in late]
    return Stage.ARRIVAL if early_gaps else Stage.TIME_OUT
