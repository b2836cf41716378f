from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import EndForm
from ataraxy.clinic.treat.queries.room import discharge_steps, session_names
from ataraxy.clinic.treat.views.reach import act_in, act_page, back


def end(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Send home when every criterion holds; or say how else the session ended."""
    at = act_in(request, session_id, *BEDSIDE)
    form = EndForm(request, at)

    def act() -> HttpResponse:
        note = form.cleaned_data["note"]
        actions.end(at.ctx, session_id, form.ending, note=note, key=form.act_key, seen=form.act_seen)
        return back(at)

    def draw(status: int) -> HttpResponse:
        steps = discharge_steps(at, session_names(at)) if at.state.dose else []
        return act_page(
            request,
            at,
            form,
            status,
            heading="End the session",
            button="End the session",
            template="treat/end.html",
            steps=steps,
            missing=[s for s in steps if not s.holds],
            escort=at.state.escort,
            acts=True,
        )

    return ask(request, form, draw, act)
