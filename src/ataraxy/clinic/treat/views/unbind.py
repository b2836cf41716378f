from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import ConfirmForm
from ataraxy.clinic.treat.views.reach import act_in, act_page, back


def unbind(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The monitor no longer speaks for this patient."""
    at = act_in(request, session_id, *BEDSIDE)
    form = ConfirmForm(request, at)

    def act() -> HttpResponse:
        actions.unbind(at.ctx, session_id, key=form.act_key, seen=form.act_seen)
        return back(at)

    def draw(status: int) -> HttpResponse:
        bound = at.state.monitor or "No monitor"
        lead = f"{bound} is bound now. What it sends afterwards is not charted here."
        return act_page(
            request, at, form, status, heading="Unbind the monitor", button="Unbind it", lead=lead
        )

    return ask(request, form, draw, act)
