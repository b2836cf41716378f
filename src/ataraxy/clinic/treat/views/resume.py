from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import ConfirmForm
from ataraxy.clinic.treat.views.rate import ml_per_h
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.clinic.treat.words import mg_words
from ataraxy.core.session.events import DoseResumed
from ataraxy.core.session.permit import permit_under
from ataraxy.core.session.verdict import Hold, Pause, Stop


def resume(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Step 1 shows what was given and what speaks against going on; step 2 lets the pump run again."""
    at = act_in(request, session_id, *BEDSIDE)
    form = ConfirmForm(request, at)

    def draw(status: int) -> HttpResponse:
        stance, dose = at.decision.stance, at.state.dose
        given = dose.mg_at(at.ctx.now) if dose else None
        return act_page(
            request,
            at,
            form,
            status,
            heading="Resume the dose",
            button="",
            template="treat/resume.html",
            dose=dose,
            given=mg_words(at.state, given) if given is not None else None,
            left=mg_words(at.state, dose.planned.mg - given) if dose and given is not None else None,
            ml_per_h=ml_per_h(dose.rate_mg_per_min, dose) if dose else None,
            refusal=permit_under(at.protocol, at.state, DoseResumed(), at.ctx.now),
            against=stance.reasons if isinstance(stance, Hold | Pause | Stop) else (),
            paused=dose is not None and dose.status.value == "paused",
            step=2 if request.method == "POST" and status == 200 else 1,
        )

    def act() -> HttpResponse:
        if form.cleaned_data["confirmed"] != "yes":
            return draw(200)
        actions.resume(at.ctx, session_id, key=form.act_key, seen=form.act_seen)
        return back(at)

    return ask(request, form, draw, act)
