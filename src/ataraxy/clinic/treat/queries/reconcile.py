"""Every charted dose of a controlled medicine beside what the ledger gave: where they differ, it is told.

Hazard: the ledger could not take a dose, and only a log that nobody reads says so.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import Error as DatabaseError

from ataraxy.clinic.audit.models import Event
from ataraxy.clinic.context import Context
from ataraxy.clinic.pharmacy.charging import accounted, charged_mg, strongest_of
from ataraxy.clinic.pharmacy.models import Administration, Discrepancy
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.aftermath import charted_dose
from ataraxy.clinic.treat.drug import InTheBody, kept_strengths, what_went_in
from ataraxy.clinic.treat.read import state_of
from ataraxy.core.pharmacy.charge import uncovered_mg
from ataraxy.core.pharmacy.stock import KETAMINE
from ataraxy.core.session.care import BolusGiven, MedicineGiven
from ataraxy.core.session.events import DoseStarted
from ataraxy.core.session.freshness import TODAY
from ataraxy.core.session.state import SessionState

log = logging.getLogger(__name__)

GIVES = (DoseStarted, BolusGiven, MedicineGiven)
LOOK_BACK = timedelta(days=30)  # as far as an unsigned record is asked for


@dataclass(frozen=True, slots=True)
class Compared:
    """One dose in both books.

    ``state``: met (they agree), due (told and open), not-met (nobody has told it yet), unknown (the dose still runs).
    """

    session: Session
    at: datetime | None
    substance: str
    charted_mg: Decimal | None  # None: not in the chart, or its mg are not known
    ledger_mg: Decimal | None  # None: not in the ledger
    vials_mg: Decimal
    state: str
    words: str
    counted: str = ""  # whose number the chart's is
    discrepancy: Discrepancy | None = None
    to_book: bool = True  # whether bringing it to the book could mend it

    @property
    def mark(self) -> str:
        return {"met": "Agree", "due": "Told", "unknown": "Not over"}.get(self.state, "Differ")


def reconcile(ctx: Context, since: datetime | None = None) -> list[Compared]:
    """Every dose since then, the newest first; those of a session that cannot be read as one line."""
    begins = since or ctx.now - LOOK_BACK
    found = [one for session in _sessions(ctx, begins) for one in compared(ctx, session)]
    return sorted(found, key=lambda one: one.at or one.session.during.lower, reverse=True)


def differing(ctx: Context) -> list[Compared]:
    """Those that differ, and nothing is open that would tell it."""
    return [one for one in reconcile(ctx) if one.state == "not-met"]


def _sessions(ctx: Context, begins: datetime) -> list[Session]:
    names = [kind.__name__ for kind in GIVES]
    written = Event.objects.filter(clinic=ctx.clinic, type__in=names, recorded_at__gte=begins)
    told = Administration.objects.filter(clinic=ctx.clinic, at__gte=begins)
    wanted = {*written.values_list("stream_id", flat=True), *told.values_list("session_id", flat=True)}
    return list(Session.objects.filter(clinic=ctx.clinic, id__in=wanted).select_related("patient", "room"))


def compared(ctx: Context, session: Session) -> Iterator[Compared]:
    """The doses of one session."""
    known = accounted(session.id)
    try:
        state = state_of(session.id)
        charted = what_went_in(state, kept_strengths(ctx))
        beside = list(_beside_the_chart(ctx, session, state, known))
    except DatabaseError:
        raise
    except Exception as error:  # its neighbours are compared all the same
        log.error("Session %s cannot be compared: %s.", session.id, type(error).__name__)
        words = "The record of this session cannot be read: compare it by hand"
        yield Compared(session, None, "", None, None, Decimal(0), "not-met", words)
        return
    for one in charted:
        yield _dose(session, state, one, known.get(one.dose))
    yield from beside
    here = {one.dose for one in charted}
    for dose, (substance, mg) in known.items():
        if dose not in here and mg:
            words = "In the ledger, and not in the chart"
            yield Compared(session, None, substance, None, mg, charged_mg(dose), "not-met", words)


def _beside_the_chart(
    ctx: Context, session: Session, state: SessionState, known: Mapping[UUID, tuple[str, Decimal]]
) -> Iterator[Compared]:
    """A dose that is not over, and a dose in the patient's chart that is not what went in."""
    dose = state.dose
    if dose is None:
        return
    ledger = [mg for name, mg in known.values() if name == KETAMINE]
    in_ledger, begun = (sum(ledger, Decimal(0)) if ledger else None), dose.started_at
    if dose.is_open and not dose.is_injection:
        words = f"The dose is still {dose.status.value}: end it, then it is compared"
        mark = "unknown" if ctx.now - begun <= TODAY else "not-met"
        mg_now = state.mg_given(ctx.now)
        yield Compared(session, begun, KETAMINE, mg_now, in_ledger, Decimal(0), mark, words, to_book=False)
    if state.ending is None:
        return
    written = charted_dose(session)
    mg = written[1].mg if written else None
    if mg != state.mg_in_all:
        words = f"The patient's chart says {mg} mg, the session {state.mg_in_all} mg"
        yield Compared(session, begun, KETAMINE, mg, in_ledger, Decimal(0), "not-met", words, to_book=False)


def _dose(
    session: Session, state: SessionState, one: InTheBody, told: tuple[str, Decimal] | None
) -> Compared:
    ledger, vials = (told[1] if told else None), charged_mg(one.dose)
    rows = Discrepancy.objects.filter(administration__dose_id=one.dose).order_by("-number")
    last = rows.prefetch_related("steps").first()
    mark, words = _verdict(one, told, vials, last)
    counted = _whose(state, one)
    return Compared(session, one.at, one.substance, one.mg, ledger, vials, mark, words, counted, last)


def _verdict(
    one: InTheBody, told: tuple[str, Decimal] | None, vials: Decimal, last: Discrepancy | None
) -> tuple[str, str]:
    if told is None:
        return "not-met", "Charted, and not in the ledger"
    if told[0] != one.substance or (one.mg is not None and told[1] != one.mg):
        return "not-met", "The ledger holds another amount"
    short = (
        uncovered_mg(one.mg, vials, strongest_of(one.dose) if vials else Decimal(0))
        if one.mg is not None
        else None
    )
    if short is not None and not short:
        return "met", "They agree"
    gap = "How many mg went in is not known" if short is None else f"{short.normalize():f} mg from no vial"
    if last is None:
        return "not-met", gap
    if any(step.step == "closed" for step in last.steps.all()):
        return "met", f"{gap}: explained and closed"
    return "due", f"{gap}: told, and not closed"


def _whose(state: SessionState, one: InTheBody) -> str:
    """Whether the number is the pump's count or an estimate; a difference between the two is told."""
    dose = state.dose
    if dose is None or dose.steps[0].event != one.dose or not dose.is_infusion:
        return ""
    estimate = dose.mg_at(dose.ended_at or dose.started_at)
    if state.pumped_mg is None:
        return "estimate: nobody read the pump after the end"
    same = state.pumped_mg == estimate
    return "as the pump counts" + ("" if same else f"; rate and time say {estimate} mg")


def session_named(ctx: Context, session_id: UUID) -> Session | None:
    return Session.objects.filter(clinic=ctx.clinic, id=session_id).first()
