from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from ataraxy.clinic.people.access import CLINICAL
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.care_words import EMERGENCIES
from ataraxy.clinic.treat.forms_care import EmergencyForm, ReviewForm
from ataraxy.clinic.treat.queries.emergency import card_of, summary
from ataraxy.clinic.treat.queries.room import session_names
from ataraxy.clinic.treat.views.reach import (
    act_in,
    act_page,
    back,
    taken_from_an_old_page,
    tap_key,
    tapped_ago,
    to_verb,
)
from ataraxy.core.protocol.types import EmergencyKind


@taken_from_an_old_page
@require_http_methods(["GET", "HEAD", "POST"])
def emergency(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """One tap, from any page, stale or not: no form is checked before the emergency is on record."""
    at = act_in(request, session_id, *CLINICAL)
    if request.method == "POST":
        known = EmergencyKind._value2member_map_
        text = request.POST.get("kind", "")
        kind = EmergencyKind(text) if text in known else EmergencyKind.AIRWAY
        actions.start_emergency(at.ctx, session_id, kind, ago=tapped_ago(request), key=tap_key(request))
        return to_verb(at, "emergency")
    names = session_names(at)
    running = at.state.care.emergency
    shown = running or (at.state.care.emergencies[-1] if at.state.care.emergencies else None)
    return act_page(
        request,
        at,
        EmergencyForm(request, at, {"emergency": shown.event if shown else None}),
        200,
        heading=EMERGENCIES[shown.kind] if shown else "Emergency",
        button="",
        template="treat/emergency.html",
        running=running,
        shown=shown,
        kinds=[(kind.value, words) for kind, words in EMERGENCIES.items()],
        card=card_of(at, shown, names) if shown else None,
        summary=summary(at, names),
        other_key=at.ctx.new_id(),
        may_review=at.ctx.signer().has_role(Role.PRESCRIBER, Role.DIRECTOR),
    )


def emergency_log(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A step of the card was done, a part was given out, something else happened, or it is over."""
    at = act_in(request, session_id, *CLINICAL)
    running = at.state.care.emergency
    form = EmergencyForm(request, at, {"emergency": running.event if running else None})

    def act() -> HttpResponse:
        told, end = form.cleaned_data, request.POST.get("end") == "yes"
        which, key = told["emergency"], form.act_key
        if end:
            actions.end_emergency(at.ctx, session_id, which, told["what"], key=key)
        elif told["role"]:
            actions.take_role(at.ctx, session_id, which, told["role"], told["what"], key=key)
        else:
            actions.log_emergency(at.ctx, session_id, which, told["what"], told["step"], key=key)
        return to_verb(at, "emergency")

    def draw(status: int) -> HttpResponse:
        return act_page(request, at, form, status, heading="Emergency: what was done", button="Write it down")

    return ask(request, form, draw, act)


def emergency_review(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Look back at an emergency that is over."""
    at = act_in(request, session_id, Role.PRESCRIBER, Role.DIRECTOR)
    past = [e for e in at.state.care.emergencies if not e.is_running]
    form = ReviewForm(request, at, {"emergency": past[-1].event if past else None})

    def act() -> HttpResponse:
        told = form.cleaned_data
        actions.review_emergency(at.ctx, session_id, told["emergency"], told["words"], key=form.act_key)
        return back(at)

    def draw(status: int) -> HttpResponse:
        lead = EMERGENCIES[past[-1].kind] if past else "No emergency is over yet."
        return act_page(request, at, form, status, heading="Look back", button="Record the review", lead=lead)

    return ask(request, form, draw, act)
