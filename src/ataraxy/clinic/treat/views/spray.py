from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms_dose import SprayForm
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.clinic.treat.words import mg_words
from ataraxy.core.errors import InputRefused
from ataraxy.core.session.events import SprayGiven
from ataraxy.core.session.permit import permit_under
from ataraxy.core.session.permit_more import rested_at
from ataraxy.core.session.verdict import Hold, Pause, Stop


def spray(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Step 1 shows what is in and everything that speaks against the next spray; step 2 is tapped, then it is given."""
    at = act_in(request, session_id, *BEDSIDE)
    dose, stance = at.state.dose, at.decision.stance
    number = dose.next_spray if dose else None
    form = SprayForm(request, at, {"number": number})
    ready_at = rested_at(at.protocol, at.state)
    following = SprayGiven(number) if number else None
    refusal = permit_under(at.protocol, at.state, following, at.ctx.now) if following else None

    def draw(status: int) -> HttpResponse:
        return act_page(
            request,
            at,
            form,
            status,
            heading="The next spray",
            button="",
            template="treat/spray.html",
            dose=dose,
            number=number,
            given=mg_words(at.state, dose.mg_at(at.ctx.now)) if dose else None,
            ready_at=ready_at if ready_at and ready_at > at.ctx.now else None,
            against=stance.reasons if isinstance(stance, Hold | Pause | Stop) else (),
            refusal=refusal,
            may_tell=refusal is not None or status != 200,
            already=form.is_bound and form.is_valid() and form.cleaned_data["already_in"],
            step=2 if request.method == "POST" and status == 200 else 1,
        )

    def act() -> HttpResponse:
        told = form.cleaned_data
        if told["confirmed"] != "yes":
            if refusal is not None and not told["already_in"]:
                raise InputRefused(refusal.cause, refusal.cure)
            return draw(200)
        actions.spray(
            at.ctx,
            session_id,
            told["number"],
            already_in=told["already_in"],
            at=form.moment,
            key=form.act_key,
            seen=form.act_seen,
        )
        return back(at)

    return ask(request, form, draw, act)
