"""What may be written next. Pause and stop are never refused: in doubt the drug goes off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ataraxy.core.course.holds import CourseHold
from ataraxy.core.protocol.types import (
    Phase,
    Protocol,
)
from ataraxy.core.session.care import (
    ArtefactMarked,
    BolusGiven,
    EmergencyStarted,
    MedicineGiven,
    PumpRead,
    RateChanged,
    Way,
)
from ataraxy.core.session.dose import DoseStatus
from ataraxy.core.session.events import (
    CheckRecorded,
    DoseDecided,
    DoseFinished,
    DosePaused,
    DoseResumed,
    DoseStarted,
    DoseStopped,
    EndReason,
    EscortNamed,
    EventRetracted,
    MonitorBound,
    MonitorUnbound,
    NoteWritten,
    OverrideSigned,
    PatientArrived,
    SessionEnded,
    SessionOpened,
    SessionPayload,
    SideEffectReported,
    SideEffectResolved,
    SprayGiven,
    VitalRecorded,
)
from ataraxy.core.session.freshness import AHEAD
from ataraxy.core.session.gates import (
    gate_decision,
    gate_discharge,
    gate_resume,
    gate_running_again,
    gate_screen,
    gate_signature,
    gate_taken_back,
)
from ataraxy.core.session.permit_care import (
    AFTER_THE_END,
    ENTERED_ANEW,
    permit_care,
    unexplained,
)
from ataraxy.core.session.permit_more import over_cap, permit_spray, too_soon
from ataraxy.core.session.sound import Refusal, sound
from ataraxy.core.session.start import gate_moved_start, gate_start
from ataraxy.core.session.state import SessionState

# Hazard: the patient collapses at the door, and what is done cannot be charted.
AT_THE_DOOR = (VitalRecorded, SideEffectReported, MedicineGiven, ArtefactMarked)
# Hazard: told as a supplement it begins no dose: nothing is observed, and the next one is given as if it had not been.
FIRST_IS_THE_DOSE = Refusal(
    "No dose was started here: what goes in first is the dose.",
    "Chart it on the page of the dose, as it went in already.",
)
AT_HOME = (EndReason.DISCHARGED, EndReason.STOPPED)


def permit(
    state: SessionState,
    payload: SessionPayload,
    now: datetime,
    *,
    at: datetime | None = None,
    corrects: UUID | None = None,
    actor: UUID | None = None,
) -> Refusal | None:
    """None if this event may be appended now; ``at`` is when it is said to have been true.

    Looks at the session alone; ``permit_under`` also asks the protocol. ``actor``: who writes it, where known.
    """
    if isinstance(payload, DosePaused | DoseStopped) or (
        isinstance(payload, EmergencyStarted) and corrects is None
    ):
        return None  # hazard: a refused stop. What does not fit is listed as irregular by the reader.
    if at is not None and at - now > AHEAD:
        return Refusal("That time is still to come.", "Enter when it really was.")
    if isinstance(payload, EventRetracted) or corrects is not None:
        return _permit_pointer(state, payload, at or now, corrects)
    if state.opened is None and not isinstance(payload, SessionOpened):
        return Refusal("This session was never opened.", "Open it first.")
    if state.phase is Phase.ENDED:
        return _permit_after_end(state, payload, at or now, actor)
    return _permit_payload(state, payload, at or now, actor)


def permit_under(
    protocol: Protocol,
    state: SessionState,
    payload: SessionPayload,
    now: datetime,
    *,
    at: datetime | None = None,
    corrects: UUID | None = None,
    holds: Sequence[CourseHold] | None = None,
    actor: UUID | None = None,
) -> Refusal | None:
    """As ``permit``, and by the protocol: start and discharge only when its criteria hold.

    Args:
        holds: what the course says against a dose now (``core/course/holds.py``); None when nobody asked, and
            then no dose is started.
    """
    refusal = permit(state, payload, now, at=at, corrects=corrects, actor=actor)
    if refusal is not None:
        return refusal
    if (
        corrects is not None
        and (gap := gate_taken_back(protocol, state, payload, now, at or now, corrects)) is not None
    ):
        return gap
    if corrects is not None and isinstance(payload, DoseStarted):
        return gate_moved_start(protocol, state, payload, at or now)
    if corrects is not None and isinstance(payload, CheckRecorded):
        return gate_screen(protocol, payload)
    if corrects is not None:
        return gate_running_again(protocol, state, payload, now, at or now, corrects)
    return _by_protocol(protocol, state, payload, now, at or now, holds)


def _by_protocol(  # noqa: C901 (one case for each payload)
    protocol: Protocol,
    state: SessionState,
    payload: SessionPayload,
    now: datetime,
    at: datetime,
    holds: Sequence[CourseHold] | None,
) -> Refusal | None:
    match payload:
        case DoseStarted(already_in=False):
            return gate_start(protocol, state, payload, now, holds)
        case DoseResumed():
            return gate_resume(protocol, state, now)
        case SessionEnded(how=EndReason.DISCHARGED | EndReason.STOPPED):
            return gate_discharge(protocol, state, now)
        case RateChanged() if state.dose and payload.rate_mg_per_min > state.dose.rate_mg_per_min:
            return gate_resume(protocol, state, now)
        case BolusGiven() if state.dose is None and protocol.dose.duration_min is None:
            return FIRST_IS_THE_DOSE
        case BolusGiven(already_in=False):
            rested = too_soon(protocol, state, now) if payload.way is Way.NASAL else None
            return rested or over_cap(protocol, state, payload.mg, now) or gate_resume(protocol, state, now)
        case SprayGiven(already_in=False):
            return too_soon(protocol, state, now) or gate_resume(protocol, state, now)
        case CheckRecorded():
            return gate_screen(protocol, payload)
        case PumpRead():
            return unexplained(protocol, state, payload, at)
        case OverrideSigned(line):
            return gate_signature(protocol, line)
        case DoseDecided():
            return gate_decision(protocol, state, payload)
        case _:
            return None


def _permit_pointer(  # noqa: C901 (one case for each payload)
    state: SessionState, payload: SessionPayload, at: datetime, corrects: UUID | None
) -> Refusal | None:
    """A correction or retraction must name an event of this session that still counts, of its own kind."""
    target = next((e for e in state.log if e.envelope.id == corrects), None)
    if target is None:
        return Refusal("The event to correct is not in this session.", "Reload and choose it again.")
    if any(o.event.envelope.id == corrects for o in state.out_of_effect):
        return Refusal("That event was already corrected or taken back.", "Correct the newest one.")
    if isinstance(payload, EventRetracted):
        if isinstance(target.payload, DoseDecided):
            # Hazard: taken back by anybody, a lower dose would give way to the higher one decided before it.
            return Refusal("A decision on the dose is not taken back.", "The prescriber decides anew.")
        if isinstance(target.payload, EmergencyStarted):
            # Hazard: taken back, it would no longer hold the next dose until a prescriber has looked.
            return Refusal("An emergency is not taken back.", "End it, and say in its outcome what it was.")
        if isinstance(target.payload, SessionOpened | DoseStarted):
            return Refusal(
                "The opening of a session or the start of a dose cannot be taken back.",
                "Correct it, or stop the dose and write a note.",
            )
        return None
    if type(target.payload) is not type(payload):
        return Refusal("A correction must be of the same kind.", "Take the wrong event back and enter anew.")
    if isinstance(payload, ENTERED_ANEW):
        return Refusal("Others have relied on this entry.", "Take it back, and enter it anew.")
    if isinstance(payload, SprayGiven) and state.dose is not None and at < state.dose.started_at:
        return Refusal("The dose had not begun then.", "Enter when the spray really went in.")
    if isinstance(payload, OverrideSigned | DoseDecided):
        # Hazard: moved to a later time, it would cover a value its signer never saw.
        return Refusal("A signature is not corrected.", "Take it back; the prescriber signs anew.")
    return sound(payload)


def _permit_after_end(
    state: SessionState, payload: SessionPayload, at: datetime, actor: UUID | None
) -> Refusal | None:
    ended = state.ending
    if isinstance(payload, NoteWritten):
        return None
    if isinstance(payload, VitalRecorded | SideEffectReported) and ended is not None and at <= ended.at:
        return sound(payload)  # charted late
    again = ended is not None and any(one.at >= ended.at for one in state.care.emergencies)
    if again and isinstance(payload, AT_THE_DOOR):
        return _permit_payload(state, payload, at, actor)
    if isinstance(payload, MedicineGiven | BolusGiven) and ended is not None and at <= ended.at:
        return _permit_payload(state, payload, at, actor)
    if isinstance(payload, DoseStarted | BolusGiven | SprayGiven) and payload.already_in:
        return _permit_payload(state, payload, at, actor)  # it is in the patient, whenever it is told
    if isinstance(payload, (SideEffectResolved, MonitorUnbound, *AFTER_THE_END)):
        return _permit_payload(state, payload, at, actor)
    return Refusal("The session has ended.", "Write a note, or correct what is wrong.")


def _permit_payload(  # noqa: C901 (one case for each payload)
    state: SessionState, payload: SessionPayload, at: datetime, actor: UUID | None
) -> Refusal | None:
    match payload:
        case SessionOpened():
            if state.opened is not None:
                return Refusal("The session is already open.", "Go on with it.")
        case PatientArrived():
            if state.arrived_at is not None:
                return Refusal("The arrival is already recorded.", "Correct its time if it is wrong.")
        case MonitorBound():
            if state.monitor is not None:
                return Refusal(f"Monitor {state.monitor} is bound already.", "Unbind it first.")
        case MonitorUnbound(device):
            if state.monitor != device:
                return Refusal(f"Monitor {device} is not bound here.", "Reload and look again.")
        case SideEffectResolved(report):
            if not any(s.event == report and s.is_open for s in state.side_effects):
                return Refusal("That side effect is not open.", "Reload and look again.")
        case DoseStarted() | DoseResumed() | DoseFinished():
            return _permit_dose(state, payload)
        case SprayGiven():
            return permit_spray(state, payload)
        case DoseDecided() if state.dose is not None:
            return Refusal(
                "The dose was already started.", "Pause or stop it; it cannot be decided any more."
            )
        case SessionEnded(how):
            return _permit_end(state, how)
        case (
            VitalRecorded()
            | EscortNamed()
            | OverrideSigned()
            | NoteWritten()
            | CheckRecorded()
            | DoseDecided()
        ):
            return sound(payload)
        case SideEffectReported() | EventRetracted() | DosePaused() | DoseStopped():
            return None
        case _:
            return permit_care(state, payload, at, actor)
    return None


def _permit_dose(state: SessionState, payload: DoseStarted | DoseResumed | DoseFinished) -> Refusal | None:
    dose = state.dose
    if isinstance(payload, DoseStarted):
        if dose is not None:
            return Refusal("The dose was already started.", "A session has one dose; go on with it.")
        return sound(payload)
    if dose is None:
        return Refusal("No dose was started.", "Start it first.")
    if isinstance(payload, DoseResumed) and dose.status is not DoseStatus.PAUSED:
        return Refusal(f"The dose is {dose.status.value}, not paused.", "Only a paused dose can go on.")
    if isinstance(payload, DoseFinished) and not dose.is_open:
        return Refusal(f"The dose is already {dose.status.value}.", "There is nothing left to finish.")
    if isinstance(payload, DoseFinished) and dose.next_spray is not None:
        return Refusal(f"Spray {dose.next_spray} is still to come.", "Give it, or stop the dose.")
    return None


def _permit_end(state: SessionState, how: EndReason) -> Refusal | None:
    dose = state.dose
    if dose is not None and dose.is_open:
        return Refusal(f"The dose is still {dose.status.value}.", "Stop or finish the dose first.")
    if how is EndReason.CANCELLED and dose is not None:
        return Refusal("A dose was given: this is not a cancelled session.", "Choose how the patient left.")
    if how is EndReason.DISCHARGED and dose is None:
        return Refusal("No dose was given.", "End the session as cancelled.")
    if how is EndReason.STOPPED and (dose is None or dose.status is not DoseStatus.STOPPED):
        return Refusal("The dose was not stopped early.", "Choose how the patient left.")
    if state.care.emergency is not None and how in AT_HOME:
        return Refusal("An emergency still runs.", "End it first, with its outcome.")
    return None
