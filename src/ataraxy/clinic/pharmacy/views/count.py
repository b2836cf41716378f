from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.access import own, staff_of
from ataraxy.clinic.people.forms import NumberField, PillsField
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.pharmacy import actions
from ataraxy.clinic.pharmacy.actions.count import Where, to_count
from ataraxy.clinic.pharmacy.forms import CountForm
from ataraxy.clinic.pharmacy.models import Balance, Location, Syringe
from ataraxy.clinic.pharmacy.rights import KEEPERS
from ataraxy.clinic.pharmacy.views.page import act_page
from ataraxy.core.pharmacy.places import PlaceKind


def count(request: HttpRequest, location_id: UUID) -> HttpResponse:
    """Two people count everything on hand. What the books expect is not shown: a count that sees it confirms it."""
    ctx = staff_of(request, *KEEPERS)
    place = own(ctx, Location.objects.all(), id=location_id)
    rows = to_count(place)
    form = CountForm(request, initial={"why": request.GET.get("why", "")})
    whose = _whose(rows)
    for row in rows:
        form.fields[f"row-{row.id}"] = _field(row, whose.get(row.holder, ""))
    form.offer(ctx)

    def draw(status: int) -> HttpResponse:
        return act_page(
            request,
            form,
            status,
            heading=f"Count: {place.name}",
            button="Counted by both",
            back=reverse("pharmacy:stock"),
            lead="Take each in the hand. Sealed: is it here and whole? Opened or drawn: how many mL are in it?",
        )

    def act() -> HttpResponse:
        second = form.second(request, ctx)
        found = {_where(row): _found(row, form.cleaned_data[f"row-{row.id}"]) for row in rows}
        done = actions.count(ctx, place, form.cleaned_data["why"], found, second, key=form.act_key)
        _say(request, ctx, done)
        return redirect("pharmacy:stock" if done is None or _agrees(done) else "pharmacy:discrepancies")

    return ask(request, form, draw, act)


def _whose(rows: list[Balance]) -> dict[UUID, str]:
    """Whose each syringe is. Hazard: two drawn from one vial are counted one for the other."""
    held = [row.holder for row in rows if row.place == PlaceKind.SYRINGE]
    found = Syringe.objects.filter(id__in=held).select_related("patient", "session__room")
    return {one.id: f"{one.patient.record_number}, {one.session.room.name}" for one in found}


def _field(row: Balance, whose: str) -> NumberField | PillsField:
    name = f"{row.vial.label}, {row.vial.product}, lot {row.vial.lot}"
    if row.place == PlaceKind.SAFE:
        return PillsField([("here", "Here, sealed"), ("gone", "Not here")], label=name)
    where = "opened vial" if row.place == PlaceKind.VIAL else f"drawn up in the syringe of {whose}"
    return NumberField(label=f"{name}: {where} (mL)", decimal_places=2, min_value=Decimal(0))


def _where(row: Balance) -> Where:
    return row.vial_id, PlaceKind(row.place), row.holder


def _found(row: Balance, given: str | Decimal) -> Decimal:
    if isinstance(given, Decimal):
        return given
    return row.ml if given == "here" else Decimal(0)


def _agrees(done: object) -> bool:
    return not done.lines.filter(discrepancy__isnull=False).exists()  # type: ignore[attr-defined]


def _say(request: HttpRequest, ctx: Context, done: object) -> None:
    if done is None:
        return
    if _agrees(done):
        messages.success(request, "Counted: everything is as the books say.")
    else:
        messages.warning(request, "Counted: something differs. A discrepancy is open; count it again first.")
