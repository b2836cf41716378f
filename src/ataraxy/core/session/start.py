"""The gate before the drug flows, at the start itself and when its time is put right later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ataraxy.core.course.holds import CourseHold
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.dosing import DosePlan, plan_dose
from ataraxy.core.protocol.types import CheckKind, Measure, Protocol
from ataraxy.core.session.decide import decide
from ataraxy.core.session.events import (
    DoseFinished,
    DosePaused,
    DoseResumed,
    DoseStarted,
    DoseStopped,
    EventRetracted,
    SessionEnded,
    SprayGiven,
)
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.permit_care import finest
from ataraxy.core.session.sound import Refusal
from ataraxy.core.session.state import SessionState, WhyOut, moment
from ataraxy.core.session.verdict import Hold

NO_WEIGHT = "No weight was measured: neither the dose per kg nor the cap per kg could be checked."
ON_THE_DOSE = (DoseStarted, SprayGiven, DosePaused, DoseResumed, DoseStopped, DoseFinished, SessionEnded)


def gate_start(
    protocol: Protocol,
    state: SessionState,
    dose: DoseStarted,
    now: datetime,
    holds: Sequence[CourseHold] | None,
) -> Refusal | None:
    """Why this dose may not begin now, or None. ``holds`` is None when nobody asked the course."""
    if state.care.emergency is not None:
        return Refusal("An emergency runs.", "End it first, with its outcome.")
    if holds is None:
        return Refusal("Nobody looked at what the course says.", "Start the dose from the session's page.")
    if holds:
        return Refusal(f"{holds[0].text} Now: {holds[0].what}.", holds[0].cure)
    cap_mg, cap_mg_per_kg = protocol.dose.cap_mg, protocol.dose.cap_mg_per_kg
    if dose.mg > cap_mg or (dose.weight_kg is not None and dose.mg > cap_mg_per_kg * dose.weight_kg):
        cap = f"{cap_mg} mg and {cap_mg_per_kg} mg/kg"
        return Refusal(f"{dose.mg} mg is above the protocol's cap ({cap}).", "Plan the dose again.")
    if dose.route is not protocol.dose.route:
        return Refusal(f"The protocol gives it by {protocol.dose.route.value}.", "Plan the dose again.")
    if (refusal := _beside_plan(protocol, state, dose)) is not None:
        return refusal
    if (refusal := _other_syringe(protocol, state, dose)) is not None:
        return refusal
    stance = decide(protocol, state, now).stance
    if isinstance(stance, Hold):
        first = stance.reasons[0]
        return Refusal(f"{first.text}: {first.what}.", "Do not start before every check holds.")
    return None


def _beside_plan(protocol: Protocol, state: SessionState, dose: DoseStarted) -> Refusal | None:
    """Never more, faster or stronger than what is planned for this session at the weight of the day."""
    if dose.weight_kg is None:
        return Refusal(NO_WEIGHT, "Weigh the patient.")
    weight, planned = state.latest(Measure.WEIGHT), state.planned_mg_per_kg
    if weight is None or planned is None:
        return None  # the checks before the dose say so
    if dose.weight_kg != weight.value:
        return Refusal(
            f"The weight measured is {weight.value} kg, not {dose.weight_kg}.", "Plan the dose again."
        )
    try:
        plan = plan_dose(protocol, planned, weight.value)
    except InputRefused as refused:
        return Refusal(refused.cause, refused.cure)
    cure = "Give what is planned, or a prescriber decides another dose."
    if dose.mg > plan.mg:
        return Refusal(f"{dose.mg} mg is above the planned {plan.mg} mg.", cure)
    already = state.mg_in_all
    if dose.mg + already > plan.mg:
        # Hazard: ketamine was told as a supplement before any dose, and the whole dose goes in on top of it.
        words = f"{already} mg are in already: with this it would be {dose.mg + already} mg, above the planned {plan.mg} mg."
        return Refusal(words, "Start nothing more; watch the patient and tell the prescriber.")
    return _other_sprays(plan, dose) or _too_fast(plan, dose)


def _other_sprays(plan: DosePlan, dose: DoseStarted) -> Refusal | None:
    """Hazard: two sprays at once, or stronger ones, are a dose nobody planned."""
    if plan.sprays is None and dose.sprays is None:
        return None
    if plan.sprays is None or dose.sprays is None:
        return Refusal(f"The protocol gives it by {plan.route.value}.", "Plan the dose again.")
    if dose.sprays > plan.sprays or dose.spray_mg != plan.spray_mg:
        words = f"{dose.sprays} sprays of {dose.spray_mg} mg are not the planned {plan.sprays} of {plan.spray_mg} mg."
        return Refusal(words, "Give what is planned, or a prescriber decides another dose.")
    return None


def _other_syringe(protocol: Protocol, state: SessionState, dose: DoseStarted) -> Refusal | None:
    """What runs is what was drawn up and checked: enough of it, of the strength on the pump."""
    syringe = state.care.syringe
    if syringe is None or not any(check.kind is CheckKind.SYRINGE for check in protocol.arrival):
        return None  # the checks before the dose say so
    made = syringe.prepared
    if dose.syringe != syringe.event:
        return Refusal("Another syringe was drawn up since.", "Look at what was drawn up, then start.")
    if made.mg < dose.mg:
        return Refusal(
            f"The syringe holds {made.mg} mg, the dose is {dose.mg} mg.", "Draw up the whole dose."
        )
    held = made.stock_mg_per_ml * made.stock_ml
    is_injected = dose.duration_min is None and dose.sprays is None
    if is_injected and held > dose.mg + finest(made):
        # Hazard: it was drawn up for another weight, and what is in the syringe goes in.
        return Refusal(
            f"The syringe holds {held.normalize():f} mg, the dose is {dose.mg} mg.",
            "Draw up the dose anew; waste the other.",
        )
    strength = dose.concentration_mg_per_ml or protocol.drug.stock_mg_per_ml
    if made.concentration_mg_per_ml != strength:
        words = f"It is {made.concentration_mg_per_ml} mg/mL, and {strength} mg/mL is planned."
        return Refusal(words, "Prepare it as planned; the pump counts on the strength.")
    return None


def _too_fast(plan: DosePlan, dose: DoseStarted) -> Refusal | None:
    """An infusion runs as long as planned, at no higher rate, from a bag of the planned strength."""
    if plan.duration_min is None or plan.rate_mg_per_min is None:
        if dose.duration_min is None and dose.rate_mg_per_min is None:
            return None
        return Refusal("The protocol gives this dose at once.", "Plan the dose again.")
    if dose.duration_min is None or dose.duration_min < plan.duration_min:
        told = "at once" if dose.duration_min is None else f"over {dose.duration_min} min"
        return Refusal(
            f"{told.capitalize()} is faster than {plan.duration_min} min.", "Set the pump as planned."
        )
    rate = dose.rate_mg_per_min
    if rate is not None and rate > plan.rate_mg_per_min:
        words = f"{rate} mg/min is faster than the planned {plan.rate_mg_per_min} mg/min."
        return Refusal(words, "Set the pump as planned.")
    strength = dose.concentration_mg_per_ml
    if strength is not None and strength != plan.concentration_mg_per_ml:
        words = f"{strength} mg/mL is not the planned {plan.concentration_mg_per_ml} mg/mL."
        return Refusal(words, "Prepare the infusion as planned.")
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
            "The dose was sprayed, paused, stopped or finished before that.",
            "Correct that first, or write a note.",
        )
    refusal = gate_start(protocol, before_dose(state, at), dose, at, ())
    if refusal is None:
        return None
    return Refusal(
        f"At that time the dose could not have been started. {refusal.cause}",
        "Enter when it really was; if it was so, write a note and tell the director.",
    )


def before_dose(state: SessionState, at: datetime) -> SessionState:
    """The session as it stood at a moment before the dose, by what counts now.

    What was taken back stays beside what took it back: a signature covers what its signer saw.
    """
    out = {one.event.envelope.id: one for one in state.out_of_effect}
    then = [e for e in state.log if not isinstance(e.payload, ON_THE_DOSE)]
    stands = {e.envelope.id for e in then if e.envelope.id not in out and moment(e.envelope) <= at}
    gone = {i for i, one in out.items() if one.why is WhyOut.RETRACTED or one.by_event in stands}
    taken_back = {e.envelope.id for e in then if isinstance(e.payload, EventRetracted)}
    return fold_session(e for e in then if e.envelope.id in stands | gone | taken_back)
