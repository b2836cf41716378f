from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.models import Staff
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.care_words import things_words
from ataraxy.clinic.treat.forms_care import AcceptForm, HandoverForm
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.core.session.care import Thing


def hand_over(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Offer the patient, the pump and the syringe to somebody else. Nothing changes before they accept."""
    at = act_in(request, session_id, *BEDSIDE)
    others = Staff.objects.filter(clinic=at.ctx.clinic, active=True).exclude(id=at.ctx.signer().id)
    choices = [(str(s.id), f"{s.name}, {s.role_label}") for s in others if s.has_role(*BEDSIDE)]
    form = HandoverForm(request, at, {"to": choices}, {"things": [thing.value for thing in Thing]})

    def act() -> HttpResponse:
        told = form.cleaned_data
        actions.offer(
            at.ctx,
            session_id,
            UUID(told["to"]),
            form.chosen,
            told["note"],
            key=form.act_key,
            seen=form.act_seen,
        )
        return back(at)

    def draw(status: int) -> HttpResponse:
        lead = "They accept under their own name, at the bedside, and read the pump. Until then you answer for it."
        return act_page(request, at, form, status, heading="Hand over", button="Offer it", lead=lead)

    return ask(request, form, draw, act)


def accept(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Take over what was offered to you."""
    at = act_in(request, session_id, *BEDSIDE)
    offer = at.state.care.offer
    mine = offer if offer is not None and offer.to == at.ctx.actor_id else None
    form = AcceptForm(request, at, {"offer": mine.event if mine else None})

    def act() -> HttpResponse:
        told = form.cleaned_data
        actions.accept(at.ctx, session_id, told["offer"], told["infused_ml"], key=form.act_key)
        return back(at)

    def draw(status: int) -> HttpResponse:
        lead = "Nothing is offered to you."
        if mine is not None:
            note = f" {mine.note}" if mine.note else ""
            lead = f"You take over: {things_words(mine.things)}. Look at the patient, the pump and its label first.{note}"
        return act_page(request, at, form, status, heading="Take over", button="I take over", lead=lead)

    return ask(request, form, draw, act)
