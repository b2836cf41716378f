"""Controlled medicines of the day: the two counts, syringes that still hold something, differences not yet closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.urls import reverse

from ataraxy.clinic.context import Context
from ataraxy.clinic.day.acts import day_begins
from ataraxy.clinic.pharmacy.models import Balance, Count, Discrepancy, Location, Syringe
from ataraxy.core.pharmacy.places import PlaceKind
from ataraxy.core.protocol.types import Phase

OPENING, CLOSING = "opening", "closing"
INVENTORIES = ("biennial", "initial", "on demand")  # every line counted, printed as an inventory
ASKED_BEFORE = timedelta(days=30)  # proposed


@dataclass(frozen=True, slots=True)
class Counted:
    """Whether one location was counted by two people for this shift; ``at`` is None when it was not."""

    location: str
    at: datetime | None
    by: tuple[str, str]
    url: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A syringe that is not empty."""

    syringe: UUID
    patient: str  # the name, for the page
    number: str  # the record number, for the record
    room: str
    url: str
    session: UUID
    dose_runs: bool


def counts(ctx: Context, why: str) -> list[Counted]:
    """Each location with its last count of this kind today."""
    return [_counted(ctx, one, why) for one in Location.objects.filter(clinic=ctx.clinic)]


def _counted(ctx: Context, location: Location, why: str) -> Counted:
    rows = Count.objects.filter(location=location, why=why, at__gte=day_begins(ctx))
    last = rows.select_related("counted_by", "checked_by").order_by("-at").first()
    url = f"{reverse('pharmacy:count', args=[location.id])}?why={why}"
    if last is None:
        return Counted(location.name, None, ("", ""), url)
    return Counted(location.name, last.at, (last.counted_by.name, last.checked_by.name), url)


def filled_syringes(ctx: Context) -> list[Filled]:
    """Every syringe that still holds something, of whatever day."""
    held = Balance.objects.filter(clinic=ctx.clinic, place=PlaceKind.SYRINGE, ml__gt=0).values("holder")
    rows = Syringe.objects.filter(id__in=held).select_related("patient", "session__room")
    return [
        Filled(
            one.id,
            one.patient.full_name,
            one.patient.record_number,
            one.session.room.name,
            reverse("pharmacy:waste-syringe", args=[one.id]),
            one.session_id,
            one.session.phase == Phase.DOSING.value,
        )
        for one in rows
    ]


def open_differences(ctx: Context) -> int:
    """How many differences between the books and what is there nobody has closed."""
    return Discrepancy.objects.filter(clinic=ctx.clinic).exclude(steps__step="closed").count()


@dataclass(frozen=True, slots=True)
class InventoryDue:
    """A location whose two-yearly inventory is due; ``at``: its last inventory, None: it never had one."""

    location: str
    at: datetime | None
    due_on: date | None
    words: str
    url: str


def inventories_due(ctx: Context) -> list[InventoryDue]:
    """21 CFR 1304.11: an inventory at first, then one every two years; asked for a month before it is late."""
    found = (_inventory(ctx, one) for one in Location.objects.filter(clinic=ctx.clinic))
    return [one for one in found if one is not None]


def _inventory(ctx: Context, location: Location) -> InventoryDue | None:
    taken = Count.objects.filter(location=location, why__in=INVENTORIES).order_by("-at").first()
    url = reverse("pharmacy:count", args=[location.id])
    if taken is None:
        if not Balance.objects.filter(clinic=ctx.clinic, vial__location=location).exists():
            return None  # nothing was ever here
        return InventoryDue(location.name, None, None, f"{location.name}: no inventory is on record", url)
    due_on = two_years_after(taken.at.astimezone(ctx.zone).date())
    if ctx.today.date() < due_on - ASKED_BEFORE:
        return None
    late = "was due" if ctx.today.date() > due_on else "is due"
    words = f"{location.name}: the two-yearly inventory {late} on {due_on.day} {due_on:%b %Y}"
    return InventoryDue(location.name, taken.at, due_on, words, url)


def two_years_after(day: date) -> date:
    """The same day two years on; of a 29 February, the 28th."""
    return day.replace(year=day.year + 2, day=28 if (day.month, day.day) == (2, 29) else day.day)


def not_counted(ctx: Context, why: str) -> Iterator[Counted]:
    return (one for one in counts(ctx, why) if one.at is None)
