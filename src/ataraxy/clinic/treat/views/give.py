from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.care_words import number, order_words
from ataraxy.clinic.treat.forms_care import BolusForm, MedicineForm
from ataraxy.clinic.treat.queries.room import Seat
from ataraxy.clinic.treat.views.order import medicines
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.clinic.treat.words import mg_words
from ataraxy.core.errors import InputRefused
from ataraxy.core.session.care import OrderKind
from ataraxy.core.session.permit import permit_under
from ataraxy.core.session.permit_more import left_of, rested_at


def give(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A rescue medicine or oxygen, as it went in."""
    at = act_in(request, session_id, *BEDSIDE)
    orders = [
        (str(o.event), order_words(o.order))
        for o in at.state.care.orders
        if o.order.kind is not OrderKind.KETAMINE
    ]
    form = MedicineForm(request, at, {"medicine": medicines(at), "order": orders})

    def act() -> HttpResponse:
        actions.give_medicine(at.ctx, session_id, form.given, at=form.moment, key=form.act_key)
        return back(at)

    def draw(status: int) -> HttpResponse:
        lead = "What went in is charted, ordered or not."
        return act_page(request, at, form, status, heading="Given", button="Record what was given", lead=lead)

    return ask(request, form, draw, act)


def bolus(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Supplemental ketamine on an order: its numbers are shown once more before they are written."""
    at = act_in(request, session_id, *BEDSIDE)
    form = BolusForm(request, at, {"order": _orders(at)})

    def draw(status: int) -> HttpResponse:
        second = request.method == "POST" and status == 200 and form.is_valid()
        return act_page(
            request,
            at,
            form,
            status,
            heading=_question(form) if second else "Supplemental ketamine",
            button="Go on",
            template="treat/bolus.html",
            step=2 if second else 1,
            planned=form.given if second else None,
            given=mg_words(at.state, at.decision.mg_given),
            is_estimate=at.state.is_estimate,
            rested=rested_at(at.protocol, at.state),
            any_order=bool(_orders(at)),
            first=at.state.dose is None and at.protocol.dose.duration_min is None,
        )

    def act() -> HttpResponse:
        if form.cleaned_data["confirmed"] != "yes":
            refusal = permit_under(at.protocol, at.state, form.given, at.ctx.now, actor=at.ctx.actor_id)
            if refusal is not None:  # said before anybody is asked to give it
                raise InputRefused(refusal.cause, refusal.cure)
            return draw(200)
        actions.give_bolus(
            at.ctx, session_id, form.given, at=form.moment, key=form.act_key, seen=form.act_seen
        )
        return back(at)

    return ask(request, form, draw, act)


def _question(form: BolusForm) -> str:
    return "It went in?" if form.given.already_in else "Give it now?"


def _orders(at: Seat) -> list[tuple[str, str]]:
    """Every order in mg: one that is used up may still be the one that was followed once too often."""
    mine = [o for o in at.state.care.orders if o.order.kind is OrderKind.KETAMINE and o.order.unit == "mg"]
    left = [(o, left_of(at.state, o)) for o in mine]
    return [(str(o.event), f"{order_words(o.order)}, {number(mg)} mg left") for o, mg in left]
