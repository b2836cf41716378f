from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import ArriveForm
from ataraxy.clinic.treat.views.reach import act_in, act_page, back


def arrive(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The patient is here."""
    at = act_in(request, session_id, *BEDSIDE)
    form = ArriveForm(request, at)

    def act() -> HttpResponse:
        actions.arrive(at.ctx, session_id, at=form.moment, key=form.act_key)
        return back(at)

    def draw(status: int) -> HttpResponse:
        return act_page(request, at, form, status, heading="The patient is here", button="Record the arrival")

    return ask(request, form, draw, act)
