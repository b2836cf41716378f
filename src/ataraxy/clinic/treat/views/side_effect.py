from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import EffectForm
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.core.session.events import Grade


def side_effect(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A side effect with its grade."""
    at = act_in(request, session_id, *BEDSIDE)
    form = EffectForm(request, at)

    def act() -> HttpResponse:
        told = form.cleaned_data
        actions.side_effect(
            at.ctx,
            session_id,
            told["effect"],
            Grade(told["grade"]),
            note=told["note"],
            action=told["done"],
            serious=told["serious"],
            at=form.moment,
            key=form.act_key,
        )
        return back(at)

    def draw(status: int) -> HttpResponse:
        return act_page(request, at, form, status, heading="Side effect", button="Record the side effect")

    return ask(request, form, draw, act)
