from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.cover import may_cover
from ataraxy.clinic.treat.forms_care import PeopleForm
from ataraxy.clinic.treat.views.reach import act_in, act_page, back


def people(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Name the prescriber on site and the rescuer who is free for this room."""
    at = act_in(request, session_id, *BEDSIDE)
    prescribers, rescuers = may_cover(at.ctx)
    choices = {
        "prescriber": [(str(s.id), s.name) for s in prescribers],
        "rescuer": [(str(s.id), s.name) for s in rescuers],
    }
    form = PeopleForm(request, at, choices)

    def act() -> HttpResponse:
        told = form.cleaned_data
        named = UUID(told["prescriber"]), UUID(told["rescuer"])
        actions.name_cover(at.ctx, session_id, *named, key=form.act_key, seen=form.act_seen)
        return back(at)

    def draw(status: int) -> HttpResponse:
        lead = "Only people with a licence or certificate in date are listed. A rescuer stands by one room at a time."
        return act_page(request, at, form, status, heading="Who is there", button="Record it", lead=lead)

    return ask(request, form, draw, act)
