from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import ResolveForm
from ataraxy.clinic.treat.queries.room import open_effects, session_names
from ataraxy.clinic.treat.views.reach import act_in, act_page, back


def resolve(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A side effect is over; without one chosen, the open ones are listed."""
    at = act_in(request, session_id, *BEDSIDE)
    report = request.POST.get("report") or request.GET.get("report", "")
    form = ResolveForm(request, at, {"report": report})

    def act() -> HttpResponse:
        told = form.cleaned_data
        actions.resolve(
            at.ctx,
            session_id,
            told["report"],
            outcome=told["outcome"],
            at=form.moment,
            key=form.act_key,
        )
        return back(at)

    def draw(status: int) -> HttpResponse:
        effects = open_effects(at, session_names(at))
        chosen = next((e for e in effects if str(e.id) == report), None)
        return act_page(
            request,
            at,
            form,
            status,
            heading=f"Over: {chosen.words}" if chosen else "Side effects that are open",
            button="It is over",
            template="treat/resolve.html",
            effects=effects,
            chosen=chosen,
        )

    return ask(request, form, draw, act)
