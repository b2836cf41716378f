"""The gate before the drug flows, at the start itself and when its time is put right later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ataraxy.core.course.holds import CourseHold
from ataraxy.core.protocol.types import Protocol
from ataraxy.core.session.decide import decide
from ataraxy.core.session.events import (
    DoseFinished,
    DosePaused,
    DoseResumed,
    DoseStarted,
    DoseStopped,
    EventRetracted,
    SessionEnded,
)
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.sound import Refusal
from ataraxy.core.session.state import SessionState, moment
from ataraxy.core.session.verdict import Hold

ON_THE_DOSE = (DoseStarted, DosePaused, DoseResumed, DoseStopped, DoseFinished, SessionEnded)


def gate_start(
    protocol: Protocol,
    state: SessionState,
    dose: DoseStarted,
    now: datetime,
    holds: Sequence[CourseHold] | None,
) -> Refusal | None:
    """Why this dose may not begin now, or None. ``holds`` is None when nobody asked the course."""
    if holds is None:
        return Refusal("Nobody looked at what the course says.", "Start the dose from the session's page.")
    if holds:
        return Refusal(f"{holds[0].text} Now: {holds[0].what}.", holds[0].cure)
    cap_mg, cap_mg_per_kg = protocol.dose.cap_mg, protocol.dose.cap_mg_per_kg
    if dose.mg > cap_mg or dose.mg > cap_mg_per_kg * dose.weight_kg:
        cap = f"{cap_mg} mg and {cap_mg_per_kg} mg/kg"
        return Refusal(f"{dose.mg} mg is above the protocol's cap ({cap}).", "Plan the dose again.")
    if dose.route is not protocol.dose.route:
        return Refusal(f"The protocol gives it by {protocol.dose.route.value}.", "Plan the dose again.")
    stance = decide(protocol, state, now).stance
    if isinstance(stance, Hold):
        first = stance.reasons[0]
        return Refusal(f"{first.text}: {first.what}.", "Do not start before every check holds.")
    return None


def gate_moved_start(
    protocol: Protocol, state: SessionState, dose: DoseStarted, at: datetime
) -> Refusal | None:
    """Why the start of a dose may not be put to ``at``, or None.

    Hazard: a dose that was started too early is made to look checked, or its clock is set back so that the
    observation seems long enough. At that moment everything must have stood as a start asks for it.
    """
    if state.dose is not None and any(step.at < at for step in state.dose.steps[1:]):
        return Refusal(
            "The dose was paused, stopped or finished before that.", "Correct that first, or write a note."
        )
    refusal = gate_start(protocol, _before_dose(state, at), dose, at, ())
    if refusal is None:
        return None
    return Refusal(
        f"At that time the dose could not have been started. {refusal.cause}",
        "Enter when it really was; if it was so, write a note and tell the director.",
    )


def _before_dose(state: SessionState, at: datetime) -> SessionState:
    """The session as it stood at a moment before the dose, by what counts now."""
    out = {one.event.envelope.id for one in state.out_of_effect}
    stands = (e for e in state.log if e.envelope.id not in out and moment(e.envelope) <= at)
    kept = (e for e in stands if not isinstance(e.payload, (EventRetracted, *ON_THE_DOSE)))
    return fold_session(replace(e, envelope=replace(e.envelope, corrects=None)) for e in kept)
