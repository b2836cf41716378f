"""Vials come in, are transferred to another registrant, or are destroyed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Staff
from ataraxy.clinic.people.signing import require_role
from ataraxy.clinic.pharmacy.book import Book, open_book
from ataraxy.clinic.pharmacy.models import Balance, Location, Product, Vial
from ataraxy.clinic.pharmacy.rights import KEEPERS
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacy.events import Counterpart, StockMoved, VialsEntered, VialTold
from ataraxy.core.pharmacy.ledger import Posting
from ataraxy.core.pharmacy.places import ActKind, PlaceKind

MOST_VIALS = 200


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came: so many vials of one lot, from another registrant."""

    product: Product
    location: Location
    lot: str
    expires_on: date
    vials: int
    supplier: Counterpart


def receive(ctx: Context, delivery: Delivery, *, key: str | None = None) -> list[Vial]:
    """Take a delivery into the safe; each vial gets the clinic's next number.

    Raises:
        InputRefused: no vial, too many, or it is expired on arrival.
    """
    require_role(ctx, *KEEPERS)
    if not 1 <= delivery.vials <= MOST_VIALS:
        raise InputRefused(f"{delivery.vials} vials is not a delivery.", f"Enter 1 to {MOST_VIALS}.", "vials")
    if delivery.expires_on < ctx.today.date():
        raise InputRefused(
            "These vials have expired.", "Refuse the delivery, or check the date.", "expires_on"
        )
    with transaction.atomic():
        book = open_book(ctx, key, VialsEntered)
        if book is None:
            return []
        vials = _enter(book, delivery)
        book.post(
            StockMoved(
                ctx.new_id(),
                ActKind.RECEIVE,
                tuple(_whole(v.id, v.ml, PlaceKind.SUPPLIER, PlaceKind.SAFE) for v in vials),
                counterpart=delivery.supplier,
            )
        )
        return vials


def _enter(book: Book, delivery: Delivery) -> list[Vial]:
    ctx, product = book.ctx, delivery.product
    before = Vial.objects.filter(clinic=ctx.clinic).count()
    told = tuple(
        VialTold(ctx.new_id(), before + i, product.id, delivery.lot, delivery.expires_on, product.vial_ml)
        for i in range(1, delivery.vials + 1)
    )
    (entered,) = book.write(VialsEntered(delivery.location.id, told))
    return [
        Vial.objects.create(
            id=one.vial,
            clinic=ctx.clinic,
            number=one.number,
            product=product,
            location=delivery.location,
            lot=one.lot,
            expires_on=one.expires_on,
            ml=one.ml,
            event_id=entered.envelope.id,
        )
        for one in told
    ]


def destroy(
    ctx: Context,
    vial: Vial,
    witness: Staff,
    handed_to: Counterpart,
    reason: str,
    *,
    key: str | None = None,
) -> None:
    """Expired or unused stock leaves as destroyed; what is left of a dose is waste, not this.

    Raises:
        InputRefused: the vial is empty, or nobody else looked on.
    """
    _out(ctx, [vial], ActKind.DESTROY, PlaceKind.DESTROYED, witness, handed_to, reason, key)


def transfer(
    ctx: Context, vials: Sequence[Vial], witness: Staff, receiver: Counterpart, *, key: str | None = None
) -> None:
    """Sealed vials go to another registrant.

    Raises:
        InputRefused: a vial was opened, or the receiver has no registration number.
    """
    if not receiver.number.strip():
        raise InputRefused(
            "The receiver has no registration number.", "Transfer only to a registrant.", "other_number"
        )
    _out(ctx, vials, ActKind.TRANSFER, PlaceKind.RECEIVER, witness, receiver, "", key)


def _out(
    ctx: Context,
    vials: Sequence[Vial],
    kind: ActKind,
    target: PlaceKind,
    witness: Staff,
    other: Counterpart,
    reason: str,
    key: str | None,
) -> None:
    require_role(ctx, *KEEPERS)
    from_places = (PlaceKind.SAFE, PlaceKind.VIAL) if kind is ActKind.DESTROY else (PlaceKind.SAFE,)
    with transaction.atomic():
        book = open_book(ctx, key)
        if book is None:
            return
        rows = Balance.objects.filter(vial__in=vials, place__in=from_places, ml__gt=0).order_by("vial")
        postings = tuple(_whole(b.vial_id, b.ml, PlaceKind(b.place), target) for b in rows)
        if {p.vial for p in postings} != {v.id for v in vials}:
            raise InputRefused(
                "Nothing of this vial is in the safe.", "Look at the vial's page: it may be drawn or gone."
            )
        book.post(
            StockMoved(ctx.new_id(), kind, postings, witness=witness.id, counterpart=other, reason=reason)
        )


def _whole(vial: UUID, ml: Decimal, source: PlaceKind, target: PlaceKind) -> Posting:
    return Posting(vial, source, vial, target, vial, ml)
