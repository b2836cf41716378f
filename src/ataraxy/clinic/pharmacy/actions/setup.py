"""The director sets the pharmacy up: where controlled substances are kept, under which registration, and which."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.signing import require_role
from ataraxy.clinic.pharmacy.book import open_book
from ataraxy.clinic.pharmacy.models import Location, Product, Registration
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacy.events import LocationRegistered, ProductListed, RegistrationRecorded
from ataraxy.core.pharmacy.stock import Schedule, strength_is_known


def record_location(ctx: Context, name: str, address: str, *, key: str | None = None) -> Location:
    """Enter an address at which controlled substances are kept."""
    require_role(ctx, Role.DIRECTOR)
    with transaction.atomic():
        book = open_book(ctx, key, LocationRegistered)
        known = Location.objects.filter(clinic=ctx.clinic, name=name).first()
        if book is None and known:
            return known
        if book is None or known:
            raise InputRefused("A location of this name is on file.", "Give it another name.", "name")
        new = ctx.new_id()
        (told,) = book.write(LocationRegistered(new, name, address))
        return Location.objects.create(
            id=new, clinic=ctx.clinic, name=name, address=address, event_id=told.envelope.id
        )


def record_registration(
    ctx: Context,
    location: Location,
    registrant: str,
    number: str,
    expires_on: date,
    *,
    key: str | None = None,
) -> None:
    """Enter a registration for a location; the earlier ones stay on file."""
    require_role(ctx, Role.DIRECTOR)
    with transaction.atomic():
        book = open_book(ctx, key, RegistrationRecorded)
        if book is None:
            return
        new = ctx.new_id()
        (told,) = book.write(RegistrationRecorded(new, location.id, registrant, number, expires_on))
        Registration.objects.create(
            id=new,
            clinic=ctx.clinic,
            location=location,
            registrant=registrant,
            number=number,
            expires_on=expires_on,
            event_id=told.envelope.id,
        )


def list_product(
    ctx: Context,
    substance: str,
    form: str,
    schedule: Schedule,
    mg_per_ml: Decimal,
    vial_ml: Decimal,
    opened_hours: int,
    syringe_hours: int,
    *,
    key: str | None = None,
) -> Product | None:
    """Enter one product the clinic keeps, with its own rule for how long it may be used once opened.

    Raises:
        InputRefused: ketamine has no such strength.
    """
    require_role(ctx, Role.DIRECTOR)
    substance = substance.strip().lower()
    if not strength_is_known(substance, mg_per_ml):
        raise InputRefused(
            f"There is no {substance} of {mg_per_ml} mg/mL.", "Look at the label: 10, 50 or 100.", "mg_per_ml"
        )
    with transaction.atomic():
        book = open_book(ctx, key, ProductListed)
        if book is None:
            return None
        new = ctx.new_id()
        (told,) = book.write(
            ProductListed(new, substance, form, schedule, mg_per_ml, vial_ml, opened_hours, syringe_hours)
        )
        return Product.objects.create(
            id=new,
            clinic=ctx.clinic,
            substance=substance,
            form=form,
            schedule=schedule,
            mg_per_ml=mg_per_ml,
            vial_ml=vial_ml,
            opened_hours=opened_hours,
            syringe_hours=syringe_hours,
            event_id=told.envelope.id,
        )
