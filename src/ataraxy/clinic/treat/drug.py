"""What entered the patient reaches the pharmacy's ledger, in the transaction that records it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from ataraxy.clinic.audit.append import Entry, lock_head
from ataraxy.clinic.context import Context
from ataraxy.clinic.pharmacy.charging import (
    account_unknown,
    accounted,
    charge_administration,
    controlled_substances,
    single_strength,
)
from ataraxy.clinic.pharmacy.models import Discrepancy
from ataraxy.clinic.treat.read import state_of
from ataraxy.core.pharmacy.stock import KETAMINE
from ataraxy.core.session.care import BolusGiven, EntryMovedIn, MedicineGiven, PumpRead
from ataraxy.core.session.events import DoseFinished, DoseStarted, DoseStopped, EventRetracted, SprayGiven
from ataraxy.core.session.state import SessionState

MOVES_DRUG = (
    DoseStarted,
    SprayGiven,
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
    mg: Decimal | None  # None: nobody can say
    at: datetime
    by: UUID | None
    ml: Decimal | None = None


def charge_what_went_in(
    ctx: Context, session_id: UUID, state: SessionState, entries: Sequence[Entry]
) -> None:
    """Bring the ledger to what the session now says; a dose that was taken back is taken back there too.

    Locks the ledger: the last thing a transaction does. Never refuses.
    """
    if ctx.staff is None or not any(isinstance(e.payload, MOVES_DRUG) or e.corrects for e in entries):
        return
    _bring_to_book(ctx, session_id, state)


def bring_to_book(ctx: Context, session_id: UUID) -> None:
    """Bring the ledger to what the session says, whatever kept it from that before.

    What is accounted and covered by no vial, with nothing open about it, is charged again: that opens a discrepancy.
    """
    with transaction.atomic():
        lock_head(ctx, session_id)
        state = state_of(session_id)
        _bring_to_book(ctx, session_id, state)
        for one in what_went_in(state, kept_strengths(ctx)):
            if one.mg and not Discrepancy.objects.filter(administration__dose_id=one.dose).exists():
                charge_administration(
                    ctx, session_id, one.dose, one.mg, substance=one.substance, given_by=one.by
                )


def kept_strengths(ctx: Context) -> dict[str, Decimal | None]:
    """The substances this clinic keeps, each with its mg/mL where only one strength is."""
    return {name: single_strength(ctx, name) for name in controlled_substances(ctx)}


def _bring_to_book(ctx: Context, session_id: UUID, state: SessionState) -> None:
    went_in = {one.dose: one for one in what_went_in(state, kept_strengths(ctx))}
    known = accounted(session_id)
    for dose, (substance, mg) in known.items():
        if dose not in went_in and mg:
            charge_administration(ctx, session_id, dose, Decimal(0), substance=substance)
    for one in went_in.values():
        if one.mg is None:
            if known.get(one.dose) != (one.substance, Decimal(0)):
                account_unknown(ctx, session_id, one.dose, one.substance, one.ml, one.by)
        elif known.get(one.dose) != (one.substance, one.mg):
            charge_administration(
                ctx,
                session_id,
                one.dose,
                one.mg,
                substance=one.substance,
                at=min(one.at, ctx.now),
                given_by=one.by,
            )


def what_went_in(state: SessionState, controlled: Mapping[str, Decimal | None]) -> list[InTheBody]:
    """Every dose that is over, every supplement, and every controlled medicine, each once.

    ``controlled``: the substances kept, each with its mg/mL where only one strength is.
    """
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
            case MedicineGiven(medicine=name, amount=amount, unit=unit) if name.strip().lower() in controlled:
                substance = name.strip().lower()
                mg_in = _in_mg(amount, unit, controlled[substance])
                ml = amount if unit == "mL" else None
                found.append(InTheBody(given.event, substance, mg_in, given.at, given.by, ml))
    return found


def _in_mg(amount: Decimal, unit: str, mg_per_ml: Decimal | None) -> Decimal | None:
    """None: a volume of a substance kept in several strengths, or a unit that is no amount."""
    factor = {"mg": Decimal(1), "mcg": Decimal("0.001"), "mL": mg_per_ml}.get(unit)
    return None if factor is None else (amount * factor).quantize(Decimal("0.0001"))


def _infused_mg(state: SessionState) -> Decimal:
    """By the pump's own count after the end where it was read, else by rate and running time.

    Hazard: a count read at a pause is not the end's; and more than was planned, held to the plan, is never seen.
    """
    dose = state.dose
    assert dose is not None
    pumped = state.pumped_mg if dose.is_infusion else None
    return dose.mg_at(dose.ended_at or dose.started_at) if pumped is None else pumped
