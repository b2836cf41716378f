from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import CLINICAL
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms_care import PumpForm
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.core.session.permit_care import expected_ml


def pump(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Stop the pump, then confirm; and what it has infused, beside the estimate."""
    at = act_in(request, session_id, *CLINICAL)
    form = PumpForm(request, at)

    def act() -> HttpResponse:
        told = form.cleaned_data
        actions.read_pump(
            at.ctx, session_id, told["infused_ml"], told["stopped"], told["explanation"], key=form.act_key
        )
        return back(at)

    def draw(status: int) -> HttpResponse:
        expected = expected_ml(at.state, at.ctx.now)
        estimate = (
            f" By rate and time it is about {expected:.1f} mL (estimate)." if expected is not None else ""
        )
        lead = f"This page records; it does not reach the pump. Stop it there, then confirm here.{estimate}"
        return act_page(request, at, form, status, heading="The pump", button="Record it", lead=lead)

    return ask(request, form, draw, act)
