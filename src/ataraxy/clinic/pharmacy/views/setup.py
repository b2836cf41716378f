from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from ataraxy.clinic.people.access import own, staff_of
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.pharmacy import actions
from ataraxy.clinic.pharmacy.forms import LocationForm, ProductForm, RegistrationForm
from ataraxy.clinic.pharmacy.models import Location
from ataraxy.clinic.pharmacy.views.page import act_page
from ataraxy.core.pharmacy.stock import Schedule


def location(request: HttpRequest) -> HttpResponse:
    """Enter an address at which controlled substances are kept."""
    ctx = staff_of(request, Role.DIRECTOR)
    form = LocationForm(request)

    def draw(status: int) -> HttpResponse:
        lead = "Controlled substances are kept and drawn only at a registered address."
        return act_page(
            request,
            form,
            status,
            heading="A location",
            button="Save",
            back=reverse("pharmacy:stock"),
            lead=lead,
        )

    def act() -> HttpResponse:
        given = form.cleaned_data
        row = actions.record_location(ctx, given["name"], given["address"], key=form.act_key)
        messages.success(request, f"{row.name} is on file. Enter its registration next.")
        return redirect("pharmacy:registration", location_id=row.id)

    return ask(request, form, draw, act)


def registration(request: HttpRequest, location_id: UUID) -> HttpResponse:
    """Enter a registration of a location; earlier ones stay on file."""
    ctx = staff_of(request, Role.DIRECTOR)
    place = own(ctx, Location.objects.prefetch_related("registrations"), id=location_id)
    form = RegistrationForm(request)

    def draw(status: int) -> HttpResponse:
        facts = [("Location", f"{place.name}, {place.address}")]
        facts += [
            ("On file", f"{r.number}, until {r.expires_on:%-d %b %Y}") for r in place.registrations.all()
        ]
        return act_page(
            request,
            form,
            status,
            heading="A registration",
            button="Save",
            back=reverse("pharmacy:stock"),
            lead="Without one in force nothing is drawn here.",
            facts=facts,
        )

    def act() -> HttpResponse:
        g = form.cleaned_data
        actions.record_registration(
            ctx, place, g["registrant"], g["number"], g["expires_on"], key=form.act_key
        )
        messages.success(request, f"Registration {g['number']} is on file.")
        return redirect("pharmacy:stock")

    return ask(request, form, draw, act)


def product(request: HttpRequest) -> HttpResponse:
    """Enter one product: substance, strength, vial size, and how long it may be used once opened."""
    ctx = staff_of(request, Role.DIRECTOR)
    form = ProductForm(request)

    def draw(status: int) -> HttpResponse:
        return act_page(
            request,
            form,
            status,
            heading="A product",
            button="Save",
            back=reverse("pharmacy:stock"),
            lead="Every strength and vial size is a product of its own.",
        )

    def act() -> HttpResponse:
        g = form.cleaned_data
        actions.list_product(
            ctx,
            g["substance"],
            g["form"],
            Schedule(g["schedule"]),
            g["mg_per_ml"],
            g["vial_ml"],
            g["opened_hours"],
            g["syringe_hours"],
            key=form.act_key,
        )
        messages.success(request, "The product is on file.")
        return redirect("pharmacy:stock")

    return ask(request, form, draw, act)
