from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from ataraxy.clinic.people.access import own, record_read, staff_of
from ataraxy.clinic.people.page import who
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.pharmacy import actions
from ataraxy.clinic.pharmacy.forms import DrawForm, WasteForm
from ataraxy.clinic.pharmacy.models import Syringe
from ataraxy.clinic.pharmacy.queries import shelf
from ataraxy.clinic.pharmacy.queries.life import held
from ataraxy.clinic.pharmacy.rights import BEDSIDE, KEEPERS
from ataraxy.clinic.pharmacy.views.page import act_page, vial_facts, vial_here
from ataraxy.clinic.treat.dosing import dose_of_today
from ataraxy.clinic.treat.queries.room import Seat
from ataraxy.clinic.treat.views.reach import act_in
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacy.places import PlaceKind
from ataraxy.core.protocol.dosing import DosePlan


def draw(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Draw drug up for one patient, checked by a second person."""
    at = act_in(request, session_id, *BEDSIDE)
    plan = _plan(at)
    rows = {str(row.vial.id): row for row in _usable(at)}
    places = {str(one.id): one for one in shelf.locations(at.ctx)}
    form = DrawForm(request, initial=_start(plan, rows, places))
    form.offer(at.ctx)
    form.fields["vial"].offer([(key, _words(row)) for key, row in rows.items()])  # type: ignore[attr-defined]
    form.fields["location"].choices = [(k, p.name) for k, p in places.items()]  # type: ignore[attr-defined]

    def page(status: int) -> HttpResponse:
        return act_page(
            request,
            form,
            status,
            heading="Draw up",
            button="Drawn and checked",
            back=reverse("treat:session", args=[session_id]),
            lead="Draw, then let a second person read vial, strength, expiry and volume aloud.",
            facts=_facts(at, plan),
            who=who(at.session.patient),
            nothing=not rows,
        )

    def act() -> HttpResponse:
        g = form.cleaned_data
        filling = actions.Filling(
            rows[g["vial"]].vial, g["ml"], places[g["location"]], g["diluent"], g["final_ml"]
        )
        made = actions.draw(at.ctx, at.session, filling, form.second(request, at.ctx), key=form.act_key)
        if made is not None:
            until = made.beyond_use_at.astimezone(at.ctx.zone)
            messages.success(request, f"Drawn up. Label the syringe: use before {until:%H:%M on %-d %b}.")
        return redirect("treat:session", session_id=session_id)

    return ask(request, form, page, act)


def _plan(at: Seat) -> DosePlan | None:
    try:
        return dose_of_today(at.protocol, at.state)
    except InputRefused:
        return None


def _usable(at: Seat) -> list[shelf.Row]:
    """Vials of the protocol's drug that hold something and are in date: opened ones first."""
    rows = [r for r in shelf.on_hand(at.ctx) if r.vial.product.substance == "ketamine"]
    usable = [r for r in rows if r.state != "overdue"]
    return sorted(usable, key=lambda r: (r.place is not PlaceKind.VIAL, r.vial.expires_on, r.vial.number))


def _start(
    plan: DosePlan | None, rows: dict[str, shelf.Row], places: Mapping[str, object]
) -> dict[str, object]:
    """The volume of the plan stands there only if its strength is that of every vial offered."""
    strengths = {row.vial.product.mg_per_ml for row in rows.values()}
    fits = plan is not None and strengths == {_stock(plan)}
    return {
        "ml": plan.stock_ml if plan is not None and fits else None,
        "final_ml": plan.infusion_ml if plan is not None and fits else None,
        "location": next(iter(places)) if len(places) == 1 else None,
    }


def _stock(plan: DosePlan) -> Decimal:
    return plan.held_mg / plan.stock_ml


def _words(row: shelf.Row) -> str:
    opened = f"opened, {row.ml} mL left" if row.place is PlaceKind.VIAL else "sealed"
    strength = row.vial.product.mg_per_ml.normalize()
    return f"{row.vial.label}: {strength:f} mg/mL, {opened}, lot {row.vial.lot}, expires {row.vial.expires_on:%-d %b %Y}"


def _facts(at: Seat, plan: DosePlan | None) -> list[tuple[str, object]]:
    if plan is None:
        return [("Dose of today", "not known yet: weigh the patient first")]
    stock = _stock(plan).normalize()
    facts: list[tuple[str, object]] = [
        ("Dose of today", f"{plan.mg} mg"),
        ("Stock", f"{plan.stock_ml} mL of {stock:f} mg/mL"),
    ]
    if plan.infusion_ml is not None:
        facts.append(("Diluted to", f"{plan.infusion_ml} mL"))
    return facts


def waste_syringe(request: HttpRequest, syringe_id: UUID) -> HttpResponse:
    """What is left in a syringe is wasted before a witness who did not give it."""
    ctx = staff_of(request, *KEEPERS)
    syringe = own(ctx, Syringe.objects.select_related("patient", "session"), id=syringe_id)
    record_read(ctx, syringe.patient, "pharmacy:waste-syringe", "role")
    left = next((d for d in shelf.syringes(ctx, syringe.session_id) if d.syringe.id == syringe.id), None)
    form = WasteForm(request, initial={"ml": left.ml if left else None})
    form.offer(ctx)

    def page(status: int) -> HttpResponse:
        facts = [
            ("Syringe", left.what if left else "empty"),
            ("Holds", f"{left.ml if left else 0} mL by the books"),
        ]
        return act_page(
            request,
            form,
            status,
            heading="Waste the rest",
            button="Wasted",
            back=reverse("pharmacy:stock"),
            lead="The witness sees it go, and is not the person who gave the drug.",
            facts=facts,
            who=who(syringe.patient),
        )

    def act() -> HttpResponse:
        g = form.cleaned_data
        second = form.second(request, ctx)
        actions.waste(ctx, PlaceKind.SYRINGE, syringe.id, g["ml"], second, g["reason"], key=form.act_key)
        messages.success(request, f"{g['ml']} mL wasted.")
        return redirect("pharmacy:stock")

    return ask(request, form, page, act)


def waste_vial(request: HttpRequest, vial_id: UUID) -> HttpResponse:
    """The rest of an opened vial is wasted before a witness."""
    ctx, vial = vial_here(request, vial_id)
    there = held(vial)
    form = WasteForm(request, initial={"ml": there.get(PlaceKind.VIAL)})
    form.offer(ctx)

    def page(status: int) -> HttpResponse:
        return act_page(
            request,
            form,
            status,
            heading=f"Waste the rest of {vial.label}",
            button="Wasted",
            back=reverse("pharmacy:vial", args=[vial.id]),
            lead="Only an opened vial is wasted. Sealed stock is destroyed.",
            facts=vial_facts(vial, there),
        )

    def act() -> HttpResponse:
        g = form.cleaned_data
        second = form.second(request, ctx)
        actions.waste(ctx, PlaceKind.VIAL, vial.id, g["ml"], second, g["reason"], key=form.act_key)
        messages.success(request, f"{g['ml']} mL wasted.")
        return redirect("pharmacy:vial", vial_id=vial.id)

    return ask(request, form, page, act)
