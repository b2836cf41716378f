"""What entered the patient reaches the pharmacy's ledger, in the transaction that records it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from ataraxy.clinic.audit.append import Entry
from ataraxy.clinic.context import Context
from ataraxy.clinic.pharmacy.charging import accounted, charge_administration, controlled_substances
from ataraxy.core.pharmacy.stock import KETAMINE
from ataraxy.core.session.care import BolusGiven, EntryMovedIn, MedicineGiven, PumpRead
from ataraxy.core.session.events import DoseFinished, DoseStarted, DoseStopped, EventRetracted
from ataraxy.core.session.state import SessionState

MOVES_DRUG = (
    DoseStarted,
    DoseStopped,
    DoseFinished,
    PumpRead,
    BolusGiven,
    MedicineGiven,
    EventRetracted,
    EntryMovedIn,
)


@dataclass(frozen=True, slots=True)
class InTheBody:
    """What one dose put into the patient, in all. ``dose`` is the event that began it, ``by`` who wrote that."""

    dose: UUID
    substance: str
    mg: Decimal
    at: datetime
    by: UUID | None


def charge_what_went_in(
    ctx: Context, session_id: UUID, state: SessionState, entries: Sequence[Entry]
) -> None:
    """Bring the ledger to what the session now says; a dose that was taken back is taken back there too.

    Locks the ledger: the last thing a transaction does. Never refuses.
    """
    if ctx.staff is None or not any(isinstance(e.payload, MOVES_DRUG) or e.corrects for e in entries):
        return
    went_in = {one.dose: one for one in what_went_in(state, controlled_substances(ctx))}
    known = accounted(session_id)
    for dose, (substance, mg) in known.items():
        if dose not in went_in and mg:
            charge_administration(ctx, session_id, dose, Decimal(0), substance=substance)
    for one in went_in.values():
        if known.get(one.dose) != (one.substance, one.mg):
            charge_administration(
                ctx,
                session_id,
                one.dose,
                one.mg,
                substance=one.substance,
                at=min(one.at, ctx.now),
                given_by=one.by,
            )


def what_went_in(state: SessionState, controlled: frozenset[str]) -> list[InTheBody]:
    """Every dose that is over, every supplement, and every controlled medicine, each once."""
    found = []
    dose = state.dose
    if dose is not None and (dose.is_injection or not dose.is_open):
        at = dose.ended_at or dose.started_at
        begun = dose.steps[0]
        found.append(InTheBody(begun.event, KETAMINE, _infused_mg(state), at, begun.by))
    for given in state.care.given:
        match given.what:
            case BolusGiven(mg=mg):
                found.append(InTheBody(given.event, KETAMINE, mg, given.at, given.by))
            case MedicineGiven(medicine=name, amount=mg, unit="mg") if name.strip().lower() in controlled:
                found.append(InTheBody(given.event, name.strip().lower(), mg, given.at, given.by))
    return found


def _infused_mg(state: SessionState) -> Decimal:
    """By the pump's own count after the end where it was read, else by rate and running time."""
    dose = state.dose
    assert dose is not None
    estimate = dose.mg_at(dose.ended_at or dose.started_at)
    per_ml = dose.planned.concentration_mg_per_ml
    read = [p.infused_ml for p in state.care.pump if p.stopped and p.infused_ml is not None]
    if dose.is_injection or dose.ended_at is None or not read or per_ml is None:
        return estimate
    return min(dose.planned.mg, (read[-1] * per_ml).quantize(Decimal("0.0001")))
