"""Drug is drawn up for one patient, checked by a second person; what is left is wasted before a witness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from ataraxy.clinic.audit.models import Event
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import CredentialKind, Staff
from ataraxy.clinic.people.signing import require_role
from ataraxy.clinic.pharmacy.book import Book, open_book
from ataraxy.clinic.pharmacy.models import Balance, Location, Posting, Registration, Syringe, Vial
from ataraxy.clinic.pharmacy.rights import BEDSIDE, KEEPERS
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.read import state_if_readable, state_to_act_on
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacy import rules, stock
from ataraxy.core.pharmacy.events import StockMoved, SyringeFilled
from ataraxy.core.pharmacy.ledger import Posting as CorePosting
from ataraxy.core.pharmacy.places import ActKind, PlaceKind
from ataraxy.core.session.permit_care import may_draw

GIVES = ("DoseStarted", "DoseResumed", "RateChanged", "BolusGiven")  # a hand on the drug
LICENCES = (CredentialKind.NURSING, CredentialKind.PRESCRIBING)


@dataclass(frozen=True, slots=True)
class Filling:
    """What is drawn: so much of one vial, at one location; ``final_ml`` is the whole after dilution."""

    vial: Vial
    ml: Decimal
    location: Location
    diluent: str = ""
    final_ml: Decimal | None = None


def draw(
    ctx: Context, session: Session, filling: Filling, checked_by: Staff, *, key: str | None = None
) -> Syringe | None:
    """Draw from a vial into a syringe for this patient. None when the same act was written before.

    Raises:
        InputRefused: no escort is named yet, a rule speaks against it (``core.pharmacy.rules``), or the checker is the
            person who draws.
    """
    require_role(ctx, *BEDSIDE)
    with transaction.atomic():
        book = open_book(ctx, key, SyringeFilled)
        if book is None:
            return None
        if refusal := may_draw(state_to_act_on(session.id)):
            raise InputRefused(refusal.cause, refusal.cure)
        held = _held(filling.vial)
        against = against_draw(ctx, filling, sum(held.values(), Decimal(0)))
        if against:
            raise InputRefused(against[0].cause, against[0].cure, "vial")
        syringe = _syringe(book, session, filling)
        book.post(
            StockMoved(
                ctx.new_id(),
                ActKind.DRAW,
                _postings(filling.vial.id, held, filling.ml, syringe.id),
                witness=checked_by.id,
                patient=session.patient_id,
                session=session.id,
            )
        )
        return syringe


def against_draw(ctx: Context, filling: Filling, held_ml: Decimal) -> tuple[rules.Against, ...]:
    """Everything that speaks against this draw by this person, here and now."""
    drawing = rules.Drawing(
        vial=vial_of(filling.vial),
        held_ml=held_ml,
        ml=filling.ml,
        location=filling.location.id,
        credential_until=_licence_until(ctx.signer()),
        now=ctx.now,
        today=ctx.today.date(),
    )
    return rules.against_draw(drawing, registrations(ctx))


def registrations(ctx: Context) -> list[stock.Registration]:
    rows = Registration.objects.filter(clinic=ctx.clinic)
    return [stock.Registration(r.location_id, r.registrant, r.number, r.expires_on) for r in rows]


def vial_of(row: Vial) -> stock.Vial:
    """The vial as the core sees it; opened when its content first left the safe."""
    opened = (
        Posting.objects.filter(vial=row, source=PlaceKind.SAFE, target=PlaceKind.VIAL, act__reversed_by=None)
        .values_list("act__at", flat=True)
        .first()
    )
    p = row.product
    product = stock.Product(
        p.substance,
        stock.Schedule(p.schedule),
        p.mg_per_ml,
        p.vial_ml,
        timedelta(hours=p.opened_hours),
        timedelta(hours=p.syringe_hours),
    )
    return stock.Vial(row.id, product, row.lot, row.expires_on, row.location_id, row.ml, opened)


def _held(vial: Vial) -> dict[PlaceKind, Decimal]:
    rows = Balance.objects.filter(vial=vial, place__in=(PlaceKind.SAFE, PlaceKind.VIAL))
    return {PlaceKind(row.place): row.ml for row in rows}


def _licence_until(staff: Staff) -> date | None:
    rows = staff.credentials.filter(kind__in=LICENCES).order_by("-expires_on")
    until: date | None = rows.values_list("expires_on", flat=True).first()
    return until


def _syringe(book: Book, session: Session, filling: Filling) -> Syringe:
    ctx, new = book.ctx, book.ctx.new_id()
    until = ctx.now + timedelta(hours=filling.vial.product.syringe_hours)
    (told,) = book.write(
        SyringeFilled(new, session.patient_id, session.id, until, filling.diluent, filling.final_ml)
    )
    return Syringe.objects.create(
        id=new,
        clinic=ctx.clinic,
        patient_id=session.patient_id,
        session=session,
        filled_at=told.envelope.at,
        beyond_use_at=until,
        diluent=filling.diluent,
        final_ml=filling.final_ml,
        event_id=told.envelope.id,
    )


def _postings(
    vial: UUID, held: dict[PlaceKind, Decimal], ml: Decimal, syringe: UUID
) -> tuple[CorePosting, ...]:
    sealed = held.get(PlaceKind.SAFE, Decimal(0))
    opening = (CorePosting(vial, PlaceKind.SAFE, vial, PlaceKind.VIAL, vial, sealed),) if sealed else ()
    return (*opening, CorePosting(vial, PlaceKind.VIAL, vial, PlaceKind.SYRINGE, syringe, ml))


def waste(
    ctx: Context,
    place: PlaceKind,
    holder: UUID,
    ml: Decimal,
    witness: Staff,
    reason: str,
    *,
    key: str | None = None,
) -> None:
    """Throw away what is left in a syringe or an opened vial, before a witness who did not give it.

    Raises:
        InputRefused: there is not so much, the witness acts or gave the drug, or the syringe's dose still goes on.
    """
    require_role(ctx, *KEEPERS)
    with transaction.atomic():
        book = open_book(ctx, key)
        if book is None:
            return
        rows = list(
            Balance.objects.filter(clinic=ctx.clinic, place=place, holder=holder, ml__gt=0).order_by("id")
        )
        postings = _wasted(rows, place, holder, ml)
        syringe = Syringe.objects.filter(id=holder).first()
        if syringe is not None:
            _check_rest(syringe, witness)
        book.post(
            StockMoved(
                ctx.new_id(),
                ActKind.WASTE,
                postings,
                witness=witness.id,
                patient=syringe.patient_id if syringe else None,
                session=syringe.session_id if syringe else None,
                reason=reason,
            )
        )


def _check_rest(syringe: Syringe, witness: Staff) -> None:
    state = state_if_readable(syringe.session_id)
    dose = (
        state.dose if state is not None else None
    )  # unread: what is wasted before two people is written all the same
    if dose is not None and dose.is_open:
        raise InputRefused(
            "The dose of this session still goes on.", "Finish or stop it first; then waste what is left."
        )
    events = Event.objects.filter(stream=syringe.session_id, type__in=GIVES, actor_id=witness.id)
    if events.exists():
        raise InputRefused(
            "The witness gave the drug of which this is the rest.", "Ask a third person.", "witness"
        )


def _wasted(rows: Sequence[Balance], place: PlaceKind, holder: UUID, ml: Decimal) -> tuple[CorePosting, ...]:
    there = sum((row.ml for row in rows), Decimal(0))
    if ml > there:
        raise InputRefused(
            f"By the books {there} mL are in it, not {ml} mL.",
            "Waste what the books say; if more is in it, count and explain the surplus.",
            "ml",
        )
    postings, left = [], ml
    for row in rows:
        part = min(row.ml, left)
        if part > 0:
            postings.append(CorePosting(row.vial_id, place, holder, PlaceKind.WASTE, row.vial_id, part))
            left -= part
    return tuple(postings)
