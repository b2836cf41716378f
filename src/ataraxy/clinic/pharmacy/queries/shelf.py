"""What is on hand, where, and what expires."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.queries.today import SOON
from ataraxy.clinic.pharmacy.actions.draw import vial_of
from ataraxy.clinic.pharmacy.models import Balance, Discrepancy, Location, Product, Syringe, Vial
from ataraxy.core.pharmacy.places import PlaceKind


@dataclass(frozen=True, slots=True)
class Row:
    """One vial in the safe or opened. ``state`` is met, due or overdue."""

    vial: Vial
    place: PlaceKind
    ml: Decimal
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One syringe that still holds something."""

    syringe: Syringe
    what: str
    ml: Decimal
    mg: Decimal
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Sum:
    """All of one product at one location."""

    product: Product
    location: Location
    sealed: int
    ml: Decimal
    mg: Decimal


def on_hand(ctx: Context) -> list[Row]:
    """Every vial that holds something, what expires first first."""
    rows = Balance.objects.filter(clinic=ctx.clinic, place__in=(PlaceKind.SAFE, PlaceKind.VIAL), ml__gt=0)
    rows = rows.select_related("vial__product", "vial__location").order_by("vial__expires_on", "vial__number")
    return [_row(ctx, one) for one in rows]


def _row(ctx: Context, balance: Balance) -> Row:
    place, vial = PlaceKind(balance.place), balance.vial
    until = vial_of(vial).beyond_use_at if place is PlaceKind.VIAL else None
    return Row(vial, place, balance.ml, *_standing(ctx, vial.expires_on, until))


def _standing(ctx: Context, expires_on: date, until: datetime | None) -> tuple[str, str]:
    today = ctx.today.date()
    if expires_on < today:
        return "overdue", "expired"
    if until is not None:
        left = until - ctx.now
        return ("overdue", "past its time") if left <= timedelta(0) else ("due", f"{_left(left)} left")
    return ("due", "expires soon") if expires_on - today <= SOON else ("met", "in date")


def _left(span: timedelta) -> str:
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    return f"{hours} h {minutes:02} min" if hours < 72 else f"{hours // 24} days"


@dataclass(frozen=True, slots=True)
class Lot:
    """Sealed vials of one lot at one location, or one opened vial: one line of the page."""

    first: Row
    rows: tuple[Row, ...]
    ml: Decimal


def by_lot(rows: Iterable[Row]) -> list[Lot]:
    """Sealed vials that are alike together, opened ones each by itself; in the order given."""
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        v = row.vial
        alike = (v.product_id, v.location_id, v.lot, v.expires_on)
        key = (v.id,) if row.place is PlaceKind.VIAL else alike
        found.setdefault(key, []).append(row)
    return [Lot(g[0], tuple(g), sum((r.ml for r in g), Decimal(0))) for g in found.values()]


def syringes(ctx: Context, session: UUID | None = None) -> list[Drawn]:
    """Syringes that hold something, of one session or of all."""
    held: dict[UUID, list[Balance]] = {}
    rows = Balance.objects.filter(clinic=ctx.clinic, place=PlaceKind.SYRINGE, ml__gt=0)
    for one in rows.select_related("vial__product"):
        held.setdefault(one.holder, []).append(one)
    found = Syringe.objects.filter(id__in=held).select_related("patient", "session__room")
    if session is not None:
        found = found.filter(session=session)
    return [_drawn(ctx, one, held[one.id]) for one in found]


def _drawn(ctx: Context, syringe: Syringe, held: list[Balance]) -> Drawn:
    late = syringe.beyond_use_at <= ctx.now
    words = "past its time" if late else f"{_left(syringe.beyond_use_at - ctx.now)} left"
    ml = sum((b.ml for b in held), Decimal(0))
    mg = sum((b.ml * b.vial.product.mg_per_ml for b in held), Decimal(0))
    what = f"{held[0].vial.product.substance} of {', '.join(b.vial.label for b in held)}"
    return Drawn(syringe, what, ml, mg, "overdue" if late else "met", words)


def sums(rows: Iterable[Row]) -> list[Sum]:
    """What is on hand of each product at each location."""
    found: dict[tuple[UUID, UUID], list[Row]] = {}
    for row in rows:
        found.setdefault((row.vial.product_id, row.vial.location_id), []).append(row)
    return [
        Sum(
            group[0].vial.product,
            group[0].vial.location,
            sum(row.place is PlaceKind.SAFE for row in group),
            sum((row.ml for row in group), Decimal(0)),
            sum((row.ml * row.vial.product.mg_per_ml for row in group), Decimal(0)),
        )
        for group in found.values()
    ]


def locations(ctx: Context) -> list[Location]:
    return list(Location.objects.filter(clinic=ctx.clinic).prefetch_related("registrations"))


def open_discrepancies(ctx: Context) -> list[Discrepancy]:
    """What is not closed yet, the newest first."""
    rows = Discrepancy.objects.filter(clinic=ctx.clinic).exclude(steps__step="closed")
    return list(rows.select_related("vial", "administration__patient").prefetch_related("steps__by"))
