"""Two people count what is on hand; every difference opens a discrepancy in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Staff
from ataraxy.clinic.people.signing import require_role
from ataraxy.clinic.pharmacy.book import Book, open_book
from ataraxy.clinic.pharmacy.differing import open_count_discrepancy
from ataraxy.clinic.pharmacy.models import Balance, Count, CountLine, Location
from ataraxy.clinic.pharmacy.rights import KEEPERS
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacy.discrepancy import difference
from ataraxy.core.pharmacy.events import Counted, StockCounted
from ataraxy.core.pharmacy.places import ON_HAND, PlaceKind

Where = tuple[UUID, PlaceKind, UUID]  # vial, kind of place, holder


def to_count(location: Location) -> list[Balance]:
    """What is on hand at a location by the books."""
    rows = Balance.objects.filter(vial__location=location, place__in=ON_HAND, ml__gt=0)
    return list(rows.select_related("vial__product").order_by("vial__number", "place", "id"))


def count(
    ctx: Context,
    location: Location,
    why: str,
    found: Mapping[Where, Decimal],
    checked_by: Staff,
    *,
    key: str | None = None,
) -> Count | None:
    """Write a count of everything on hand at ``location``. None when the same act was written before.

    Raises:
        InputRefused: something on hand was not counted, or both people are one.
    """
    require_role(ctx, *KEEPERS)
    if checked_by.id == ctx.signer().id:
        raise InputRefused("Both counters are you.", "A second person counts with you.", "witness")
    with transaction.atomic():
        book = open_book(ctx, key, StockCounted)
        if book is None:
            return None
        lines = tuple(_line(row, found) for row in to_count(location))
        row = _write(book, location, why, checked_by, lines)
        for line, told in zip(_lines(row, lines), lines, strict=True):
            differs = difference(told.expected_ml, told.found_ml)
            if differs is not None:
                open_count_discrepancy(book, line, *differs)
        return row


def _line(row: Balance, found: Mapping[Where, Decimal]) -> Counted:
    where = (row.vial_id, PlaceKind(row.place), row.holder)
    if where not in found:
        raise InputRefused(
            f"{row.vial} was not counted.", "Count everything on the list, also what is not there."
        )
    return Counted(*where, row.ml, found[where].quantize(Decimal("0.01")))


def _write(book: Book, location: Location, why: str, checked_by: Staff, lines: tuple[Counted, ...]) -> Count:
    ctx, new = book.ctx, book.ctx.new_id()
    (told,) = book.write(StockCounted(new, location.id, why, checked_by.id, lines))
    return Count.objects.create(
        id=new,
        clinic=ctx.clinic,
        location=location,
        why=why,
        at=told.envelope.at,
        counted_by=ctx.signer(),
        checked_by=checked_by,
        event_id=told.envelope.id,
    )


def _lines(row: Count, lines: tuple[Counted, ...]) -> list[CountLine]:
    return [
        CountLine.objects.create(
            clinic_id=row.clinic_id,
            count=row,
            vial_id=one.vial,
            place=one.place,
            holder=one.holder,
            expected_ml=one.expected_ml,
            found_ml=one.found_ml,
        )
        for one in lines
    ]
