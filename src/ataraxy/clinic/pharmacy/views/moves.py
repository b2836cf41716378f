from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from ataraxy.clinic.people.access import own, staff_of
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.pharmacy import actions
from ataraxy.clinic.pharmacy.forms import DestroyForm, ReasonForm, ReceiveForm, TransferForm, counterpart
from ataraxy.clinic.pharmacy.models import Act, Location, Product
from ataraxy.clinic.pharmacy.queries.life import ACTS, held
from ataraxy.clinic.pharmacy.rights import CLOSERS, KEEPERS
from ataraxy.clinic.pharmacy.views.page import act_page, vial_facts, vial_here
from ataraxy.core.pharmacy.events import Counterpart
from ataraxy.core.pharmacy.places import ActKind


def receive(request: HttpRequest) -> HttpResponse:
    """Take a delivery into the safe, vial by vial."""
    ctx = staff_of(request, *KEEPERS)
    products = {str(p.id): p for p in Product.objects.filter(clinic=ctx.clinic)}
    places = {str(p.id): p for p in Location.objects.filter(clinic=ctx.clinic)}
    only = next(iter(places)) if len(places) == 1 else None
    form = ReceiveForm(request, initial={"location": only})
    form.fields["product"].choices = [(k, str(p)) for k, p in products.items()]  # type: ignore[attr-defined]
    form.fields["location"].choices = [(k, p.name) for k, p in places.items()]  # type: ignore[attr-defined]

    def draw(status: int) -> HttpResponse:
        lead = "Count the vials against the invoice before you enter them. Each gets its own number."
        return act_page(
            request,
            form,
            status,
            heading="Receive a delivery",
            button="Into the safe",
            back=reverse("pharmacy:stock"),
            lead=lead,
        )

    def act() -> HttpResponse:
        g = form.cleaned_data
        delivery = actions.Delivery(
            products[g["product"]],
            places[g["location"]],
            g["lot"],
            g["expires_on"],
            g["vials"],
            counterpart(form),
        )
        vials = actions.receive(ctx, delivery, key=form.act_key)
        if vials:
            last = f" to {vials[-1].label}" if len(vials) > 1 else ""
            messages.success(request, f"Received: {vials[0].label}{last}. Write the numbers on the vials.")
        return redirect("pharmacy:stock")

    return ask(request, form, draw, act)


def destroy(request: HttpRequest, vial_id: UUID) -> HttpResponse:
    """Expired or unused stock is destroyed, or handed to a reverse distributor, before a second person."""
    ctx, vial = vial_here(request, vial_id)
    form = DestroyForm(request)
    form.offer(ctx)

    def draw(status: int) -> HttpResponse:
        return act_page(
            request,
            form,
            status,
            heading=f"Destroy {vial.label}",
            button="Record the destruction",
            back=reverse("pharmacy:vial", args=[vial.id]),
            lead="Stock that was not drawn. What is left of a dose is waste, and recorded as such.",
            facts=vial_facts(vial, held(vial)),
        )

    def act() -> HttpResponse:
        g = form.cleaned_data
        to = Counterpart(g["other_name"], g["other_number"], "", g["document"])
        actions.destroy(ctx, vial, form.second(request, ctx), to, g["reason"], key=form.act_key)
        messages.success(request, f"{vial.label} is destroyed.")
        return redirect("pharmacy:vial", vial_id=vial.id)

    return ask(request, form, draw, act)


def transfer(request: HttpRequest, vial_id: UUID) -> HttpResponse:
    """A sealed vial goes to another registrant."""
    ctx, vial = vial_here(request, vial_id)
    form = TransferForm(request)
    form.offer(ctx)

    def draw(status: int) -> HttpResponse:
        return act_page(
            request,
            form,
            status,
            heading=f"Transfer {vial.label}",
            button="Record the transfer",
            back=reverse("pharmacy:vial", args=[vial.id]),
            lead="Only sealed, and only to a registrant.",
            facts=vial_facts(vial, held(vial)),
        )

    def act() -> HttpResponse:
        actions.transfer(ctx, [vial], form.second(request, ctx), counterpart(form), key=form.act_key)
        messages.success(request, f"{vial.label} is transferred.")
        return redirect("pharmacy:vial", vial_id=vial.id)

    return ask(request, form, draw, act)


def reverse_act(request: HttpRequest, act_id: UUID) -> HttpResponse:
    """Undo an act that was entered in error; both stay."""
    ctx = staff_of(request, *CLOSERS)
    row = own(ctx, Act.objects.select_related("by").prefetch_related("postings__vial"), id=act_id)
    form = ReasonForm(request)
    vials = sorted({p.vial for p in row.postings.all()}, key=lambda v: v.number)

    def draw(status: int) -> HttpResponse:
        facts = [
            ("Act", ACTS[ActKind(row.kind)]),
            ("Done", f"{row.at.astimezone(ctx.zone):%-d %b %Y, %H:%M} by {row.by.name}"),
            ("Vials", ", ".join(v.label for v in vials)),
        ]
        return act_page(
            request,
            form,
            status,
            heading="Reverse an act",
            button="Reverse it",
            back=reverse("pharmacy:vial", args=[vials[0].id]),
            lead="The act stays in the ledger with its reversal behind it. Enter what is true as a new act.",
            facts=facts,
        )

    def act() -> HttpResponse:
        actions.reverse(ctx, row, form.cleaned_data["reason"], key=form.act_key)
        messages.success(request, "Reversed. Both acts stay in the ledger.")
        return redirect("pharmacy:vial", vial_id=vials[0].id)

    return ask(request, form, draw, act)
