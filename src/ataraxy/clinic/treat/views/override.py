from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.signing import signed_by
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import OverrideForm
from ataraxy.clinic.treat.queries.room import arrival_steps, discharge_steps, session_names
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.core.protocol.types import Phase


def override(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A prescriber signs past one line that may be signed past; without one chosen, those are listed."""
    at = act_in(request, session_id, Role.PRESCRIBER)
    line = request.POST.get("line") or request.GET.get("line", "")
    form = OverrideForm(request, at, {"line": line})
    lines = arrival_steps if at.state.phase is Phase.ARRIVAL else discharge_steps
    steps = [s for s in lines(at, session_names(at)) if s.may_override]
    chosen = next((s for s in steps if s.line == line), None)

    def act() -> HttpResponse:
        signed_by(request, at.ctx, Role.PRESCRIBER)
        told = form.cleaned_data
        actions.override(
            at.ctx, session_id, told["line"], told["reason"], key=form.act_key, seen=form.act_seen
        )
        return back(at)

    def draw(status: int) -> HttpResponse:
        return act_page(
            request,
            at,
            form,
            status,
            heading="Sign past a line",
            button="Sign",
            template="treat/override.html",
            steps=steps,
            chosen=chosen,
        )

    return ask(request, form, draw, act)
