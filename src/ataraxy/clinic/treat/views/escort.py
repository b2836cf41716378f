from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import EscortForm
from ataraxy.clinic.treat.queries.room import Seat
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.core.protocol.types import Phase


def escort(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Name the adult who takes the patient home, and say whether they are here."""
    at = act_in(request, session_id, *BEDSIDE)
    form = EscortForm(request, at, _known(at))

    def act() -> HttpResponse:
        told = form.cleaned_data
        here = told["present"] == "here"
        actions.escort(at.ctx, session_id, told["name"], told["phone"], here, key=form.act_key)
        return back(at)

    def draw(status: int) -> HttpResponse:
        lead = "An adult the patient knows. The dose does not start before they are named."
        nobody = reverse("treat:call-off", args=[session_id]) if at.state.phase is Phase.ARRIVAL else ""
        return act_page(
            request, at, form, status, heading="Escort", button="Record the escort", lead=lead, nobody=nobody,
            template="treat/escort.html",
        )  # fmt: skip

    return ask(request, form, draw, act)


def _known(at: Seat) -> dict[str, str]:
    """Who was named in this session, else in the chart."""
    if at.state.escort is not None:
        return {"name": at.state.escort.name, "phone": at.state.escort.phone}
    charted = chart_of(at.session.patient_id).escort
    return {"name": charted.payload.name, "phone": charted.payload.phone} if charted else {}
