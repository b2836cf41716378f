from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE, CLINICAL
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.care_words import number, syringe_words
from ataraxy.clinic.treat.dosing import dose_of_today
from ataraxy.clinic.treat.forms_care import CheckSyringeForm, SyringeForm
from ataraxy.clinic.treat.queries.room import Seat
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.core.errors import InputRefused
from ataraxy.core.session.permit_care import may_draw


def syringe(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """What was drawn up: stock, diluent, final volume and concentration apart; then a second person checks it."""
    at = act_in(request, session_id, *BEDSIDE)
    form = SyringeForm(request, at, _planned(at))

    def act() -> HttpResponse:
        actions.prepare_syringe(at.ctx, session_id, form.made, key=form.act_key, seen=form.act_seen)
        return back(at)

    def draw(status: int) -> HttpResponse:
        waiting = at.state.care.syringe
        open_one = waiting if waiting is not None and not waiting.is_checked else None
        return act_page(
            request,
            at,
            form,
            status,
            heading="What was drawn up",
            button="Record it",
            lead="The fields hold what is planned. Read the strength off the vial; put right what differs.",
            template="treat/syringe.html",
            refusal=may_draw(at.state),
            waiting=open_one,
            words=syringe_words(open_one.prepared) if open_one else "",
            is_own=open_one is not None and open_one.by == at.ctx.actor_id,
        )

    return ask(request, form, draw, act)


def check_syringe(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A second person reads the label."""
    at = act_in(request, session_id, *CLINICAL)
    made = at.state.care.syringe
    form = CheckSyringeForm(request, at, {"syringe": made.event if made else None})

    def act() -> HttpResponse:
        chosen = form.cleaned_data["syringe"]
        actions.check_syringe(at.ctx, session_id, chosen, key=form.act_key, seen=form.act_seen)
        return back(at)

    def draw(status: int) -> HttpResponse:
        lead = syringe_words(made.prepared) if made else "Nothing was drawn up yet."
        return act_page(
            request,
            at,
            form,
            status,
            heading="Check what was drawn up",
            button="I read it: it is right",
            lead=lead,
        )

    return ask(request, form, draw, act)


def _planned(at: Seat) -> dict[str, str]:
    try:
        made = actions.as_planned(at.protocol, dose_of_today(at.protocol, at.state))
    except InputRefused:
        return {}
    # Hazard: a strength that stands there already is not read off the vial.
    numbers = ("mg", "stock_ml", "diluent_ml", "final_ml", "concentration_mg_per_ml")
    return {"diluent": made.diluent} | {name: number(getattr(made, name)) for name in numbers}
