"""The page of one act: facts on top, its form below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.access import own, staff_of
from ataraxy.clinic.people.forms import ActForm
from ataraxy.clinic.pharmacy.models import Vial
from ataraxy.clinic.pharmacy.rights import KEEPERS

Facts = Sequence[tuple[str, object]]


def act_page(
    request: HttpRequest,
    form: ActForm,
    status: int,
    *,
    heading: str,
    button: str,
    back: str,
    lead: str = "",
    facts: Facts = (),
    template: str = "pharmacy/act.html",
    **more: Any,
) -> HttpResponse:
    context = {
        "form": form,
        "heading": heading,
        "button": button,
        "back": back,
        "lead": lead,
        "facts": facts,
    }
    return render(request, template, context | more, status=status)


def vial_here(request: HttpRequest, vial_id: UUID) -> tuple[Context, Vial]:
    """A vial of the acting keeper's clinic."""
    ctx = staff_of(request, *KEEPERS)
    return ctx, own(ctx, Vial.objects.select_related("product", "location"), id=vial_id)


def vial_facts(vial: Vial, held: dict[str, Any]) -> Facts:
    """What every act on a vial shows first."""
    there = [f"{ml} mL {'sealed' if place == 'safe' else 'opened'}" for place, ml in held.items() if ml]
    return (
        ("Vial", vial.label),
        ("Product", vial.product),
        ("Lot", f"{vial.lot}, expires {vial.expires_on:%-d %b %Y}"),
        ("Holds", ", ".join(there) or "nothing"),
    )
