from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import ConfirmForm
from ataraxy.clinic.treat.views.reach import act_in, act_page, back


def finish(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The whole planned dose is in."""
    at = act_in(request, session_id, *BEDSIDE)
    form = ConfirmForm(request, at)

    def act() -> HttpResponse:
        actions.finish(at.ctx, session_id, key=form.act_key, seen=form.act_seen)
        return back(at)

    def draw(status: int) -> HttpResponse:
        planned = at.state.dose.planned.mg if at.state.dose else 0
        lead = f"Records that all {planned} mg are in. If the pump stopped before, stop the dose instead."
        return act_page(
            request, at, form, status, heading="The dose is in", button="Yes, all of it", lead=lead
        )

    return ask(request, form, draw, act)
