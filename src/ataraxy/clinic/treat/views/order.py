from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.signing import signed_by
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.care_words import order_words
from ataraxy.clinic.treat.cover import may_cover
from ataraxy.clinic.treat.forms_care import OTHER, CountersignForm, OrderForm
from ataraxy.clinic.treat.queries.room import Seat
from ataraxy.clinic.treat.views.reach import act_in, act_page, back


def order(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A prescriber's order; from a nurse, a verbal one that was read back."""
    at = act_in(request, session_id, *BEDSIDE)
    prescribers = [(str(s.id), s.name) for s in may_cover(at.ctx)[0]]
    form = OrderForm(request, at, {"medicine": medicines(at, ketamine=True), "prescriber": prescribers})

    def act() -> HttpResponse:
        actions.order(at.ctx, session_id, form.given, key=form.act_key, seen=form.act_seen)
        return back(at)

    def draw(status: int) -> HttpResponse:
        lead = "Read a verbal order back, with its unit. The prescriber countersigns it afterwards."
        return act_page(request, at, form, status, heading="An order", button="Record the order", lead=lead)

    return ask(request, form, draw, act)


def countersign(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The prescriber signs the verbal orders that were written in their name."""
    at = act_in(request, session_id, Role.PRESCRIBER)
    mine = [o for o in at.state.care.to_countersign if o.order.prescriber == at.ctx.actor_id]
    text = request.POST.get("order") or request.GET.get("order", "")
    chosen = next((o for o in mine if str(o.event) == text), mine[0] if mine else None)
    form = CountersignForm(request, at, {"order": chosen.event if chosen else None})

    def act() -> HttpResponse:
        signed_by(request, at.ctx, Role.PRESCRIBER)
        actions.countersign(at.ctx, session_id, form.cleaned_data["order"], key=form.act_key)
        return back(at)

    def draw(status: int) -> HttpResponse:
        lead = order_words(chosen.order) if chosen else "No verbal order of yours waits for a signature."
        return act_page(request, at, form, status, heading="Countersign", button="Sign", lead=lead)

    return ask(request, form, draw, act)


def medicines(at: Seat, *, ketamine: bool = False) -> list[tuple[str, str]]:
    """What the protocol has at hand, and another."""
    named = [(one.medicine, one.medicine.capitalize()) for one in at.protocol.rescue]
    supplement = [(at.protocol.drug.name, f"{at.protocol.drug.name.capitalize()}, a supplement")]
    return [*(supplement if ketamine else ()), *named, (OTHER, "Another")]
