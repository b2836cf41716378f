"""The demo clinic's controlled stock: a safe, a registration, one delivery, and a vial drawn for each session."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.pharmacy import actions
from ataraxy.clinic.pharmacy.models import Balance, Location, Vial
from ataraxy.clinic.pharmacy.queries.shelf import syringes
from ataraxy.clinic.plan.models import Session
from ataraxy.core.pharmacy.events import Counterpart
from ataraxy.core.pharmacy.places import PlaceKind
from ataraxy.core.pharmacy.stock import Schedule
from ataraxy.demo.play import Play

SAFE, ADDRESS = "Main safe", "12 Quay Street, Portland, Maine"
SUPPLIER = Counterpart("Harbor Medical Supply (invented)", "RH0000000", "9 Dock Road, Portland", "INV-2231")
VIALS, OPENED_HOURS, SYRINGE_HOURS = 60, 24, 12  # invented, for the demo


def stock_up(play: Play, opened: datetime) -> None:
    """The director sets the pharmacy up; the nurse receives the vials."""
    director = play.as_(Role.DIRECTOR, opened)
    place = actions.record_location(director, SAFE, ADDRESS)
    expires = (opened + timedelta(days=900)).date()
    actions.record_registration(director, place, "Stillwater Clinic LLC (invented)", "FS0000000", expires)
    product = actions.list_product(
        director, "ketamine", "injection", Schedule.III, Decimal(50), Decimal(10), OPENED_HOURS, SYRINGE_HOURS
    )
    assert product is not None
    nurse = play.as_(Role.NURSE, opened + timedelta(hours=2))
    for lot, days in (("K7A-2201", 160), ("K8C-0417", 700)):
        until = (opened + timedelta(days=days)).date()
        actions.receive(nurse, actions.Delivery(product, place, lot, until, VIALS // 2, SUPPLIER))
    count_all(play, opened + timedelta(hours=3), "initial")


def draw_up(play: Play, now: datetime, session: Session, ml: Decimal) -> None:
    """The nurse draws from a vial, the prescriber checks."""
    nurse, place = play.as_(Role.NURSE, now), Location.objects.get(clinic=play.clinic)
    vial = _vial(nurse, ml)
    actions.draw(nurse, session, actions.Filling(vial, ml, place), play.staff[Role.PRESCRIBER])


def _vial(ctx: Context, ml: Decimal) -> Vial:
    """A sealed one in date: the demo opens a vial for each patient."""
    rows = Balance.objects.filter(
        clinic=ctx.clinic, place=PlaceKind.SAFE, ml__gte=ml, vial__expires_on__gte=ctx.today.date()
    )
    first = rows.select_related("vial__product").order_by("vial__expires_on", "vial__number").first()
    assert first is not None
    return first.vial


def waste_rest(play: Play, now: datetime, session: Session) -> None:
    """Nothing stays in a syringe or in the vial that was opened for it: wasted, the director looking on."""
    nurse, witness = play.as_(Role.NURSE, now), play.staff[Role.DIRECTOR]
    for one in syringes(nurse, session.id):
        actions.waste(nurse, PlaceKind.SYRINGE, one.syringe.id, one.ml, witness, "Left after the dose.")
    for vial, ml in _opened(nurse):
        actions.waste(
            nurse, PlaceKind.VIAL, vial, ml, witness, "Opened for one patient; the rest is not kept."
        )


def _opened(ctx: Context) -> list[tuple[UUID, Decimal]]:
    rows = Balance.objects.filter(clinic=ctx.clinic, place=PlaceKind.VIAL, ml__gt=0)
    return list(rows.values_list("vial_id", "ml"))


def count_all(play: Play, now: datetime, why: str) -> None:
    """Counted by two: the books and the safe agree."""
    place = Location.objects.get(clinic=play.clinic)
    rows = Balance.objects.filter(clinic=play.clinic, place__in=("safe", "vial", "syringe"), ml__gt=0)
    found = {(row.vial_id, PlaceKind(row.place), row.holder): row.ml for row in rows}
    actions.count(play.as_(Role.NURSE, now), place, why, found, play.staff[Role.PRESCRIBER])
