"""A dose reaches the ledger: charged to the syringes of its session, and what they do not cover is a discrepancy.

Called by the acts that record a dose, in their transaction, after everything else they lock. It never refuses: what
entered a patient is recorded, whatever the ledger says.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Staff
from ataraxy.clinic.pharmacy.book import Book, act_of, open_book
from ataraxy.clinic.pharmacy.differing import open_dose_discrepancy, open_unknown_discrepancy
from ataraxy.clinic.pharmacy.models import Act, Administration, Balance, Discrepancy, Product, Syringe
from ataraxy.clinic.plan.models import Session
from ataraxy.core.pharmacy.charge import Held, charge, uncovered_mg
from ataraxy.core.pharmacy.events import DoseAccounted, StockMoved
from ataraxy.core.pharmacy.ledger import Posting
from ataraxy.core.pharmacy.places import ActKind, Place, PlaceKind
from ataraxy.core.pharmacy.stock import KETAMINE

log = logging.getLogger("ataraxy.pharmacy")


@dataclass(frozen=True, slots=True)
class Charged:
    """What became of a dose in the ledger. ``discrepancy`` is None when vials cover all of it."""

    mg: Decimal
    uncovered_mg: Decimal
    discrepancy: UUID | None


def charge_administration(
    ctx: Context,
    session_id: UUID,
    dose: UUID,
    mg: Decimal,
    *,
    substance: str = KETAMINE,
    at: datetime | None = None,
    given_by: UUID | None = None,
) -> Charged | None:
    """Account for ``mg`` given in this session, in all, and return what vials cover.

    Call it in the transaction that records the dose, as its last step (it locks the ledger). ``dose`` is the id of the
    event that began the dose, ``given_by`` who began it (without it: who acts now). A second call with the same
    ``dose`` and the same mg does nothing; with other mg it corrects (an earlier charge is reversed, both stay). Never
    raises for what it finds: without a syringe the dose opens a discrepancy. None only if the ledger itself failed;
    that is logged, and the dose stays charted.
    """
    for without_vials in (False, True):
        try:
            with transaction.atomic():
                done = _charge(ctx, session_id, dose, mg, substance, at, given_by, without_vials)
                with connection.cursor() as cursor:  # the ledger's own checks speak here, not at the commit
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
                return done
        except Exception as trouble:  # whatever it is: a stop is never undone for the ledger's sake
            log.error("the ledger did not take a dose: %s", type(trouble).__name__)
    return None


def account_unknown(
    ctx: Context, session_id: UUID, dose: UUID, substance: str, ml: Decimal | None, given_by: UUID | None
) -> None:
    """A controlled medicine went in, and how many mg is not known: 0 mg are accounted, a discrepancy stays open.

    ``ml``: the volume, where one was charted. Never raises for what it finds.
    """
    try:
        with transaction.atomic():
            book = open_book(ctx)
            assert book is not None
            last = Administration.objects.filter(clinic=ctx.clinic, dose_id=dose).order_by("-number").first()
            if last is not None:
                _reverse_all(book, dose)
            given = _account(book, session_id, dose, Decimal(0), substance, None, given_by, last)
            open_unknown_discrepancy(book, given, ml)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except Exception as trouble:
        log.error("the ledger did not take a dose: %s", type(trouble).__name__)


def _charge(
    ctx: Context,
    session_id: UUID,
    dose: UUID,
    mg: Decimal,
    substance: str,
    at: datetime | None,
    given_by: UUID | None,
    bare: bool,
) -> Charged:
    book = open_book(ctx)
    assert book is not None  # without a key nothing was written before
    last = Administration.objects.filter(clinic=ctx.clinic, dose_id=dose).order_by("-number").first()
    renamed = last is not None and last.substance != substance
    if last is None or last.mg != mg or renamed:
        last = _account(book, session_id, dose, mg, substance, at, given_by, last)
        if charged_mg(dose) > mg or bare or renamed:
            _reverse_all(book, dose)
        if not bare:
            _give(book, last, mg - charged_mg(dose), at)
    covered = charged_mg(dose)
    left = uncovered_mg(mg, covered, strongest_of(dose) if covered else Decimal(0))
    open_ = open_dose_discrepancy(book, last, left) if left else None
    return Charged(mg, left, open_.id if isinstance(open_, Discrepancy) else None)


def _account(
    book: Book,
    session_id: UUID,
    dose: UUID,
    mg: Decimal,
    substance: str,
    at: datetime | None,
    given_by: UUID | None,
    last: Administration | None,
) -> Administration:
    ctx = book.ctx
    session = Session.objects.get(id=session_id, clinic=ctx.clinic)
    number = last.number + 1 if last else 1
    giver = _giver(ctx, given_by, last)
    (told,) = book.write(
        DoseAccounted(
            dose, number, session_id, session.patient_id, substance, mg, giver.id if giver else None
        ),
        at=at or (last.at if last else None),
    )
    return Administration.objects.create(
        id=ctx.new_id(),
        clinic=ctx.clinic,
        dose_id=dose,
        number=number,
        session=session,
        patient_id=session.patient_id,
        substance=substance,
        mg=mg,
        given_by=giver,
        at=told.envelope.at,
        event_id=told.envelope.id,
    )


def _giver(ctx: Context, given_by: UUID | None, last: Administration | None) -> Staff | None:
    """Who began the dose; when nobody says, who was on record for it, else who acts."""
    named = Staff.objects.filter(clinic=ctx.clinic, id=given_by).first() if given_by else None
    return named or (last.given_by if last else ctx.staff)


def _reverse_all(book: Book, dose: UUID) -> None:
    standing = Act.objects.filter(dose_id=dose, kind=ActKind.GIVE, reversed_by=None)
    for row in standing.prefetch_related("postings"):
        was = act_of(row)
        book.post(
            StockMoved(
                book.ctx.new_id(),
                ActKind.REVERSE,
                tuple(p.mirrored() for p in reversed(was.postings)),
                patient=row.patient_id,
                session=row.session_id,
                dose=dose,
                reverses=row.id,
                reason="The dose was corrected.",
            )
        )


def _give(book: Book, given: Administration, mg: Decimal, at: datetime | None) -> None:
    postings = charge(mg, in_syringes(given.session_id, given.substance))
    if postings:
        book.post(gift(book.ctx, given, postings), at=at)


def gift(ctx: Context, given: Administration, postings: Sequence[Posting], reason: str = "") -> StockMoved:
    """The act that charges ``postings`` to a dose."""
    return StockMoved(
        ctx.new_id(),
        ActKind.GIVE,
        tuple(postings),
        patient=given.patient_id,
        session=given.session_id,
        dose=given.dose_id,
        reason=reason,
    )


def accounted(session_id: UUID) -> dict[UUID, tuple[str, Decimal]]:
    """What the ledger has of a session: dose -> (substance, mg), as last corrected."""
    rows = Administration.objects.filter(session=session_id).order_by("number")
    return {row.dose_id: (row.substance, row.mg) for row in rows}


def controlled_substances(ctx: Context) -> frozenset[str]:
    """The names under which this clinic keeps controlled substances."""
    return frozenset(Product.objects.filter(clinic=ctx.clinic).values_list("substance", flat=True))


def single_strength(ctx: Context, substance: str) -> Decimal | None:
    """The mg/mL of a substance that this clinic keeps in one strength only."""
    rows = Product.objects.filter(clinic=ctx.clinic, substance=substance).order_by()
    found = set(rows.values_list("mg_per_ml", flat=True))
    return found.pop() if len(found) == 1 else None


def in_syringes(session_id: UUID, substance: str) -> list[Held]:
    """What the syringes of this session hold, the first drawn first."""
    order = list(
        Syringe.objects.filter(session=session_id)
        .order_by("filled_at", "event__seq")
        .values_list("id", flat=True)
    )
    rows = Balance.objects.filter(
        place=PlaceKind.SYRINGE, holder__in=order, ml__gt=0, vial__product__substance=substance
    ).select_related("vial__product")
    held = [Held(b.vial_id, Place(PlaceKind.SYRINGE, b.holder), b.ml, b.vial.product.mg_per_ml) for b in rows]
    return sorted(held, key=lambda one: (order.index(one.place.holder), str(one.vial)))


def charged_mg(dose: UUID) -> Decimal:
    """What vials cover of a dose, reversals taken off."""
    total = Decimal(0)
    for act in _acts(dose):
        for p in act.postings.all():
            sign = (p.target == PlaceKind.PATIENT) - (p.source == PlaceKind.PATIENT)
            total += sign * p.ml * p.vial.product.mg_per_ml
    return total


def strongest_of(dose: UUID) -> Decimal:
    return max(
        (
            p.vial.product.mg_per_ml
            for act in _acts(dose)
            for p in act.postings.all()
            if PlaceKind.PATIENT in (p.source, p.target)
        ),
        default=Decimal(0),
    )


def _acts(dose: UUID) -> Sequence[Act]:
    return list(Act.objects.filter(dose_id=dose).prefetch_related("postings__vial__product"))
