"""A discrepancy is explained by one person and closed by another; a dose is charged to the vial it came from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Staff
from ataraxy.clinic.people.signing import require_role
from ataraxy.clinic.pharmacy.book import Book, open_book
from ataraxy.clinic.pharmacy.charging import charged_mg, gift
from ataraxy.clinic.pharmacy.models import Act, Administration, Balance, Discrepancy, DiscrepancyStep, Vial
from ataraxy.clinic.pharmacy.rights import CLOSERS, KEEPERS
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacy.charge import Held, uncovered_mg
from ataraxy.core.pharmacy.charge import charge as charge_mg
from ataraxy.core.pharmacy.discrepancy import ALLOWED, Resolution, Step, Taken, What, next_step
from ataraxy.core.pharmacy.events import DiscrepancyClosed, DiscrepancyExplained, StockMoved
from ataraxy.core.pharmacy.ledger import Posting
from ataraxy.core.pharmacy.places import ActKind, Place, PlaceKind


def explain(ctx: Context, row: Discrepancy, words: str, *, key: str | None = None) -> None:
    """Say how the difference came about."""
    require_role(ctx, *KEEPERS)
    with transaction.atomic():
        book = open_book(ctx, key, DiscrepancyExplained)
        if book is not None:
            next_step(_taken(row), Step.EXPLAINED, ctx.signer().id)
            (told,) = book.write(DiscrepancyExplained(row.id, words))
            _step(book, row, Step.EXPLAINED, told, words)


def close(
    ctx: Context,
    row: Discrepancy,
    resolution: Resolution,
    words: str,
    witness: Staff | None = None,
    *,
    key: str | None = None,
) -> None:
    """Close it: the books are put right by a posting where they were wrong.

    Raises:
        InputRefused: it is not explained, the same person explained it, this ending does not fit, or the dose is
            still not covered by vials.
    """
    require_role(ctx, *CLOSERS)
    with transaction.atomic():
        book = open_book(ctx, key, DiscrepancyClosed)
        if book is None:
            return
        next_step(_taken(row), Step.CLOSED, ctx.signer().id)
        _check_ending(row, resolution)
        (told,) = book.write(DiscrepancyClosed(row.id, resolution, words))
        act = _put_right(book, row, resolution, words, witness)
        _step(book, row, Step.CLOSED, told, words, resolution, act)


def charge(ctx: Context, row: Discrepancy, vial: Vial, reason: str, *, key: str | None = None) -> None:
    """This dose came out of this vial: charge what is not covered yet, as far as the vial reaches.

    Raises:
        InputRefused: it is not about a dose, the vial is of another substance, or it is empty.
    """
    require_role(ctx, *KEEPERS)
    if row.administration is None or vial.product.substance != row.substance:
        raise InputRefused("This vial cannot account for it.", "Choose a vial of the same substance.", "vial")
    with transaction.atomic():
        book = open_book(ctx, key)
        if book is None:
            return
        given = _true(row.administration)
        postings = _from_vial(vial, given.mg - charged_mg(given.dose_id))
        book.post(gift(ctx, given, postings, reason))


def _true(given: Administration) -> Administration:
    last = Administration.objects.filter(dose_id=given.dose_id).order_by("-number").first()
    return last or given


def _from_vial(vial: Vial, mg: Decimal) -> tuple[Posting, ...]:
    held = {b.place: b.ml for b in Balance.objects.filter(vial=vial, place__in=("safe", "vial"), ml__gt=0)}
    sealed = held.get(PlaceKind.SAFE, Decimal(0))
    there = sealed + held.get(PlaceKind.VIAL, Decimal(0))
    here = Place(PlaceKind.VIAL, vial.id)
    given = charge_mg(mg, [Held(vial.id, here, there, vial.product.mg_per_ml)])
    if not given:
        raise InputRefused(
            "Nothing of this dose can be charged to this vial.", "Look whether it is empty.", "vial"
        )
    opening = (Posting(vial.id, PlaceKind.SAFE, vial.id, PlaceKind.VIAL, vial.id, sealed),) if sealed else ()
    return (*opening, *given)


def _check_ending(row: Discrepancy, resolution: Resolution) -> None:
    if resolution not in ALLOWED[What(row.what)]:
        raise InputRefused("This ending does not fit.", "Choose one of those offered.", "resolution")
    if resolution in (Resolution.CHARGED, Resolution.CHART_WRONG):
        assert row.administration is not None
        given = _true(row.administration)
        if resolution is Resolution.CHARGED and row.mg is None and not charged_mg(given.dose_id):
            raise InputRefused(
                "How many mg went in is not known.", "Correct the entry in the session to mg.", "resolution"
            )
        strongest = _strength(given)
        left = uncovered_mg(given.mg, charged_mg(given.dose_id), strongest)
        if left:
            raise InputRefused(
                f"{left.normalize():f} mg are still not covered by a vial.",
                "Charge them to the vial they came from, or correct the dose in the session.",
                "resolution",
            )


def _strength(given: Administration) -> Decimal:
    rows = Act.objects.filter(dose_id=given.dose_id, kind=ActKind.GIVE)
    found = rows.order_by("-postings__vial__product__mg_per_ml").values_list(
        "postings__vial__product__mg_per_ml", flat=True
    )
    return found.first() or Decimal(0)


def _put_right(
    book: Book, row: Discrepancy, resolution: Resolution, words: str, witness: Staff | None
) -> Act | None:
    line = row.line
    if resolution not in (Resolution.LOSS, Resolution.OVERFILL) or line is None or row.ml is None:
        return None
    here, away = PlaceKind(line.place), PlaceKind.LOST
    posting = Posting(line.vial_id, here, line.holder, away, line.vial_id, row.ml)
    kind = ActKind.LOSE
    if resolution is Resolution.OVERFILL:
        kind = ActKind.FIND
        posting = Posting(line.vial_id, PlaceKind.OVERFILL, line.vial_id, here, line.holder, row.ml)
    moved = StockMoved(
        book.ctx.new_id(), kind, (posting,), witness=witness.id if witness else None, reason=words
    )
    return book.post(moved)


def _taken(row: Discrepancy) -> tuple[Taken, ...]:
    return tuple(Taken(Step(s.step), s.by_id, s.words) for s in row.steps.order_by("number"))


def _step(
    book: Book,
    row: Discrepancy,
    step: Step,
    told: Any,
    words: str,
    resolution: Resolution | None = None,
    act: Act | None = None,
) -> None:
    DiscrepancyStep.objects.create(
        clinic=book.ctx.clinic,
        discrepancy=row,
        number=row.steps.count() + 1,
        step=step,
        by=book.ctx.signer(),
        at=told.envelope.at,
        words=words,
        resolution=resolution or "",
        act=act,
        event_id=told.envelope.id,
    )
