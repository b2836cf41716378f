"""The care around the dose in the clinic's words: one line of the record for each event."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import assert_never

from ataraxy.core.protocol.types import EmergencyKind
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
    PumpRead,
    RateChanged,
    SyringeChecked,
    SyringePrepared,
    Thing,
    Way,
)

EMERGENCIES: Mapping[EmergencyKind, str] = {
    EmergencyKind.AIRWAY: "Not breathing, or laryngospasm",
    EmergencyKind.HYPERTENSIVE_CRISIS: "Hypertensive crisis",
    EmergencyKind.CHEST_PAIN: "Chest pain",
    EmergencyKind.ANAPHYLAXIS: "Anaphylaxis",
    EmergencyKind.SEIZURE: "Seizure",
    EmergencyKind.AGITATION: "Agitation",
    EmergencyKind.VOMITING: "Vomiting",
}
WAYS: Mapping[Way, str] = {
    Way.INTRAVENOUS: "into the vein",
    Way.SUBCUTANEOUS: "under the skin",
    Way.INTRAMUSCULAR: "into the muscle",
    Way.NASAL: "into the nose",
    Way.BY_MOUTH: "by mouth",
    Way.UNDER_THE_TONGUE: "under the tongue",
    Way.INHALED: "inhaled",
}
THINGS: Mapping[Thing, str] = {Thing.PATIENT: "patient", Thing.PUMP: "pump", Thing.SYRINGE: "syringe"}


def number(value: Decimal) -> str:
    """A value without idle zeros: 98.000 is 98, 72.5 stays 72.5."""
    plain = value.normalize()
    return f"{plain:f}"


def care_words(payload: CarePayload) -> str:  # noqa: C901 (one case for each payload)
    """One event as one line of the record."""
    match payload:
        case CoverNamed():
            return "The prescriber on site and the rescuer are named"
        case SyringePrepared():
            return f"Drawn up: {syringe_words(payload)}"
        case SyringeChecked():
            return "What was drawn up was checked by a second person"
        case RateChanged(rate_mg_per_min, reason):
            return f"Rate set to {number(rate_mg_per_min)} mg/min{_tail(reason)}"
        case PumpRead(infused_ml, stopped, explanation):
            volume = "" if infused_ml is None else f"Pump read: {number(infused_ml)} mL infused"
            halted = "the pump stands still" if stopped else ""
            told = ", ".join(filter(None, (volume, halted))) or "Pump looked at"
            return f"{told[:1].upper()}{told[1:]}{_tail(explanation)}"
        case OrderGiven():
            how = "Verbal order, read back" if payload.verbal else "Order"
            return f"{how}: {order_words(payload)}{_tail(payload.reason)}"
        case OrderCountersigned():
            return "Verbal order countersigned"
        case BolusGiven(mg, way, _, ml, _, sprays, already_in):
            volume = f", {number(ml)} mL" if ml is not None else ""
            how_many = f", {sprays} sprays" if sprays else ""
            before = ", charted after it had gone in" if already_in else ""
            return f"Supplemental ketamine {number(mg)} mg {WAYS[way]}{volume}{how_many}{before}"
        case MedicineGiven(medicine, amount, unit, way, _, note):
            if medicine == "oxygen":
                return (
                    f"Oxygen {number(amount)} {unit}{_tail(note)}" if amount else f"Oxygen off{_tail(note)}"
                )
            return f"{medicine} {number(amount)} {unit} {WAYS[way]}{_tail(note)}"
        case ArtefactMarked(_, measures, reason):
            what = ", ".join(m.value for m in measures)
            return f"Held to be an artefact: {what}{_tail(reason)}. It clears nothing; measure again"
        case EmergencyStarted(kind):
            return f"EMERGENCY: {EMERGENCIES[kind]}"
        case EmergencyRoleTaken(_, role, who):
            return f"Emergency: {role}: {who}"
        case EmergencyLogged(_, what):
            return f"Emergency: {what}"
        case EmergencyEnded(_, outcome):
            return f"Emergency over: {outcome}"
        case EmergencyReviewed(_, words):
            return f"Emergency reviewed: {words}"
        case HandoverOffered(_, things, note):
            return f"Hand-over offered: {things_words(things)}{_tail(note)}"
        case HandoverAccepted(_, infused_ml):
            return f"Hand-over accepted{_tail(f'pump at {number(infused_ml)} mL' if infused_ml is not None else '')}"
        case EntryMovedIn(reason=reason):
            return f"Moved here from another patient's session: {reason}"
        case FromPaper(entries, sheet, written_by):
            return f"{len(entries)} entries from paper sheet {sheet}, written by {written_by}"
    assert_never(payload)


def syringe_words(made: SyringePrepared) -> str:
    """Stock, diluent, final volume and concentration apart."""
    stock = f"{number(made.stock_ml)} mL of {number(made.stock_mg_per_ml)} mg/mL"
    diluent = f" + {number(made.diluent_ml)} mL {made.diluent}" if made.diluent_ml else ""
    final = f"{number(made.final_ml)} mL at {number(made.concentration_mg_per_ml)} mg/mL"
    label = f", label {made.label}" if made.label else ""
    return f"{number(made.mg)} mg: {stock}{diluent} = {final}{label}"


def order_words(order: OrderGiven) -> str:
    return f"{order.medicine} {number(order.amount)} {order.unit} {WAYS[order.way]}"


def things_words(things: tuple[Thing, ...]) -> str:
    return ", ".join(THINGS[thing] for thing in things)


def _tail(words: str) -> str:
    return f" ({words})" if words else ""
