"""What may be written about the care around the dose. What entered the patient may always be written."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import assert_never
from uuid import UUID

from ataraxy.core.protocol.types import Protocol
from ataraxy.core.session.agreed import may_differ
from ataraxy.core.session.care import (
    ArtefactMarked,
    BolusGiven,
    CarePayload,
    CoverNamed,
    EmergencyEnded,
    EmergencyLogged,
    EmergencyReviewed,
    EmergencyRoleTaken,
    EmergencyStarted,
    EntryMovedIn,
    FromPaper,
    HandoverAccepted,
    HandoverOffered,
    MedicineGiven,
    OrderCountersigned,
    OrderGiven,
    OrderKind,
    PumpRead,
    RateChanged,
    SyringeChecked,
    SyringePrepared,
)
from ataraxy.core.session.dose import DoseStatus, differs
from ataraxy.core.session.events import VitalRecorded
from ataraxy.core.session.permit_more import permit_bolus
from ataraxy.core.session.sound import Refusal, blank
from ataraxy.core.session.state import SessionState

ML_STEP = Decimal("0.01")
AFTER_THE_END = (
    OrderCountersigned,
    EmergencyStarted,
    EmergencyRoleTaken,
    EmergencyLogged,
    EmergencyEnded,
    EmergencyReviewed,
    EntryMovedIn,
    FromPaper,
    PumpRead,
)
# What another person has relied on or signed: a correction would change it under their name.
ENTERED_ANEW = (
    CoverNamed,
    SyringePrepared,
    SyringeChecked,
    RateChanged,
    OrderGiven,
    OrderCountersigned,
    HandoverOffered,
    HandoverAccepted,
    EmergencyStarted,
    ArtefactMarked,
    EntryMovedIn,
    FromPaper,
)


def permit_care(  # noqa: C901 (one case for each payload)
    state: SessionState, payload: CarePayload, at: datetime, actor: UUID | None
) -> Refusal | None:
    """None if it may be appended. ``actor`` None: nobody asks who acts (a replay, a question of the page)."""
    match payload:
        case EmergencyStarted():
            return None
        case CoverNamed():
            return None
        case SyringePrepared():
            return _prepared(state, payload)
        case SyringeChecked(syringe):
            return _checked(state, syringe, actor)
        case RateChanged():
            return _rate(state, payload)
        case PumpRead():
            return _pump(state, payload)
        case OrderGiven():
            return _order(payload, actor)
        case OrderCountersigned(order):
            return _countersigned(state, order, actor)
        case BolusGiven():
            return permit_bolus(state, payload)
        case MedicineGiven(medicine=medicine, amount=amount, unit=unit):
            if blank(medicine, unit) or amount < 0:
                return Refusal("A medicine has a name, an amount and a unit.", "Enter all three.")
        case ArtefactMarked():
            return _artefact(state, payload)
        case EmergencyRoleTaken() | EmergencyLogged() | EmergencyEnded() | EmergencyReviewed():
            return _emergency(state, payload)
        case HandoverOffered(to=to, things=things):
            if not things or to == actor:
                return Refusal("A hand-over names what, and another person.", "Choose both.")
        case HandoverAccepted(offer):
            return _accepted(state, offer, actor)
        case EntryMovedIn(copied=copied):
            return _in_log(state, (copied,))
        case FromPaper(entries, sheet, written_by):
            if blank(sheet, written_by) or not entries:
                return Refusal("A paper sheet has a number and a hand.", "Enter both.")
            return _in_log(state, entries)
        case _:
            assert_never(payload)
    return None


def _in_log(state: SessionState, entries: tuple[UUID, ...]) -> Refusal | None:
    known = {e.envelope.id for e in state.log}
    if not known.issuperset(entries):
        return Refusal("An entry it names is not in this session.", "Reload and choose again.")
    return None


# --- the syringe and the pump ----------------------------------------------------------------------


def may_draw(state: SessionState) -> Refusal | None:
    """Why nothing is drawn up yet, or None: somebody takes this patient home before a vial is opened."""
    escort = state.escort
    if escort is None or blank(escort.name) or blank(escort.phone):
        return Refusal("No escort is named.", "Name the adult who takes the patient home, then draw up.")
    if state.ending is not None:
        return Refusal("The session has ended.", "Draw up in the session it is for.")
    return None


def _prepared(state: SessionState, made: SyringePrepared) -> Refusal | None:
    if (refusal := may_draw(state)) is not None:
        return refusal
    if min(made.mg, made.stock_mg_per_ml, made.stock_ml, made.final_ml, made.concentration_mg_per_ml) <= 0:
        return Refusal("Every amount is above zero.", "Look at the label again.")
    if made.diluent_ml < 0 or (made.diluent_ml > 0 and blank(made.diluent)):
        return Refusal("A diluent has a name.", "Say what it was diluted with.")
    if abs(made.stock_ml + made.diluent_ml - made.final_ml) > ML_STEP:
        words = f"{made.stock_ml} mL of stock and {made.diluent_ml} mL of diluent are not {made.final_ml} mL."
        return Refusal(words, "Measure the volumes again.")
    held = made.stock_mg_per_ml * made.stock_ml
    as_fine = finest(made)
    if abs(held - made.concentration_mg_per_ml * made.final_ml) > as_fine:
        strength = (held / made.final_ml).quantize(ML_STEP)
        words = f"{held} mg in {made.final_ml} mL are {strength} mg/mL, not {made.concentration_mg_per_ml}."
        return Refusal(words, "Do not use it before the label is right.")
    if made.mg > held + as_fine:
        return Refusal(f"It holds {held} mg, not {made.mg} mg.", "Look at the label again.")
    return None


def finest(made: SyringePrepared) -> Decimal:
    """The mg by which a syringe may be off: it reads to 0.01 mL."""
    return max(made.stock_mg_per_ml * made.stock_ml * Decimal("0.01"), made.stock_mg_per_ml * ML_STEP)


def _checked(state: SessionState, syringe: UUID, actor: UUID | None) -> Refusal | None:
    found = next((s for s in state.care.syringes if s.event == syringe), None)
    if found is None:
        return Refusal("That syringe was not prepared here.", "Reload and choose it again.")
    if actor is not None and actor == found.by:
        return Refusal("Who drew it up does not check it.", "A second person reads the label.")
    return None


def _rate(state: SessionState, change: RateChanged) -> Refusal | None:
    dose = state.dose
    if dose is None or not dose.is_open or not dose.is_infusion:
        return Refusal("No infusion runs.", "Resume it first, or start it.")
    if change.rate_mg_per_min <= 0:
        return Refusal("A rate is above zero.", "To end the flow, pause or stop.")
    if dose.status is DoseStatus.PAUSED and change.rate_mg_per_min > dose.rate_mg_per_min:
        return Refusal("The infusion is paused.", "Resume it first; only a lower rate is set before.")
    if change.rate_mg_per_min <= dose.planned_rate_mg_per_min:
        return None
    order = state.care.order(change.order) if change.order else None
    if order is None or order.order.kind is not OrderKind.KETAMINE or order.order.unit != "mg/min":
        return Refusal(
            f"{change.rate_mg_per_min} mg/min is faster than the planned {dose.planned_rate_mg_per_min} mg/min.",
            "A prescriber orders the new rate first.",
        )
    if change.rate_mg_per_min > order.order.amount:
        return Refusal(f"The order says {order.order.amount} mg/min.", "Set what was ordered, or less.")
    return None


def expected_ml(state: SessionState, at: datetime) -> Decimal | None:
    """What the pump should have infused by rate and running time, an estimate; None where there is no pump."""
    dose = state.dose
    if dose is None or not dose.is_infusion or not dose.planned.concentration_mg_per_ml:
        return None
    return (dose.mg_at(at) / dose.planned.concentration_mg_per_ml).quantize(ML_STEP)


def _pump(state: SessionState, read: PumpRead) -> Refusal | None:
    if state.dose is None or not state.dose.is_infusion:
        return Refusal("No infusion was started.", "There is no pump to read.")
    if read.infused_ml is None:
        return None
    if read.infused_ml < 0:
        return Refusal("A volume is not below zero.", "Read the pump again.")
    return None


def unexplained(protocol: Protocol, state: SessionState, read: PumpRead, at: datetime) -> Refusal | None:
    """The pump's count is further from the estimate than the protocol lets pass without a word."""
    expected, share = expected_ml(state, at), may_differ(protocol)
    if expected is None or read.infused_ml is None or not blank(read.explanation):
        return None
    if not differs(read.infused_ml, expected, share):
        return None
    apart = f"more than {(share * 100).normalize():f} % apart"
    words = f"The pump says {read.infused_ml} mL, rate and time say {expected} mL: {apart}."
    return Refusal(words, "Read the pump again; if it is so, say why.")


# --- orders and what is given ----------------------------------------------------------------------


def _order(order: OrderGiven, actor: UUID | None) -> Refusal | None:
    if blank(order.medicine, order.unit, order.reason) or order.amount <= 0:
        return Refusal("An order says what, how much, in which unit and why.", "Enter all of it.")
    if order.verbal and not order.read_back:
        return Refusal("A verbal order is read back.", "Read it back to the prescriber, then confirm that.")
    if not order.verbal and actor is not None and actor != order.prescriber:
        return Refusal("This is another prescriber's order.", "Write it as a verbal order, read back.")
    if order.kind is OrderKind.KETAMINE and order.unit not in ("mg", "mg/min"):
        return Refusal("Ketamine is ordered in mg, or mg/min.", "Write the unit.")
    return None


def _countersigned(state: SessionState, order: UUID, actor: UUID | None) -> Refusal | None:
    found = state.care.order(order)
    if found is None or not found.is_open:
        return Refusal("That order waits for no signature.", "Reload and look again.")
    if actor is not None and actor != found.order.prescriber:
        return Refusal("Another prescriber gave that order.", "Who gave it countersigns it.")
    return None


# --- artefacts, emergencies, hand-overs ------------------------------------------------------------


def _artefact(state: SessionState, mark: ArtefactMarked) -> Refusal | None:
    target = next((e for e in state.log if e.envelope.id == mark.event), None)
    out = {o.event.envelope.id for o in state.out_of_effect}
    if target is None or target.envelope.id in out or not isinstance(target.payload, VitalRecorded):
        return Refusal("That is not a measurement that counts here.", "Reload and choose it again.")
    held = {reading.measure for reading in target.payload.readings}
    if not mark.measures or not held.issuperset(mark.measures):
        return Refusal("It does not hold that value.", "Choose a value of this entry.")
    if blank(mark.reason):
        return Refusal("An artefact needs its reason.", "Say what was seen: a moved probe, a bent arm.")
    return None


def _emergency(
    state: SessionState, act: EmergencyRoleTaken | EmergencyLogged | EmergencyEnded | EmergencyReviewed
) -> Refusal | None:
    found = next((e for e in state.care.emergencies if e.event == act.emergency), None)
    if found is None:
        return Refusal("That emergency was not started here.", "Reload and look again.")
    if isinstance(act, EmergencyEnded) and not found.is_running:
        return Refusal("That emergency is over already.", "Write what is to be added as a note.")
    if isinstance(act, EmergencyReviewed) and found.is_running:
        return Refusal("That emergency still runs.", "End it first.")
    words = {
        EmergencyRoleTaken: lambda a: a.who,
        EmergencyLogged: lambda a: a.what,
        EmergencyEnded: lambda a: a.outcome,
        EmergencyReviewed: lambda a: a.words,
    }
    if blank(words[type(act)](act)):
        return Refusal("The words are missing.", "Say it in a few words.")
    return None


def _accepted(state: SessionState, offer: UUID, actor: UUID | None) -> Refusal | None:
    open_offer = state.care.offer
    if open_offer is None or open_offer.event != offer:
        return Refusal("That hand-over is not offered any more.", "Reload and look again.")
    if actor is not None and actor != open_offer.to:
        return Refusal("It was offered to somebody else.", "They accept it, or it is offered to you.")
    return None
