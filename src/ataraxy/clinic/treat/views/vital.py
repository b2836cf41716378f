from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import VitalForm
from ataraxy.clinic.treat.views.reach import act_in, act_page, back


def vital(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Values typed by hand, with the time they were true."""
    at = act_in(request, session_id, *BEDSIDE)
    form = VitalForm(request, at)

    def act() -> HttpResponse:
        actions.vital(at.ctx, session_id, form.values, at=form.moment, key=form.act_key)
        return back(at)

    def draw(status: int) -> HttpResponse:
        lead = "Type what was measured; leave the rest empty."
        return act_page(
            request,
            at,
            form,
            status,
            heading="Measured values",
            button="Record the values",
            lead=lead,
            template="treat/vital.html",
        )

    return ask(request, form, draw, act)
