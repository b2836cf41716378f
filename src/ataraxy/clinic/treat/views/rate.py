from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.care_words import order_words
from ataraxy.clinic.treat.forms_care import RateForm
from ataraxy.clinic.treat.queries.room import Seat
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.clinic.treat.words import mg_words
from ataraxy.core.errors import InputRefused
from ataraxy.core.session.care import OrderKind, RateChanged
from ataraxy.core.session.dose import DoseGiven
from ataraxy.core.session.permit import permit_under
from ataraxy.core.session.permit_care import expected_ml

ML_PER_H_STEP = Decimal("0.1")


def rate(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Another rate: slower is written at once; faster is shown once more, in both units, before it is."""
    at = act_in(request, session_id, *BEDSIDE)
    form = RateForm(request, at, {"order": _orders(at)})
    dose = at.state.dose

    def draw(status: int) -> HttpResponse:
        second = request.method == "POST" and status == 200 and form.is_valid()
        new = form.mg_per_min if second else None
        expected = expected_ml(at.state, at.ctx.now)
        return act_page(
            request,
            at,
            form,
            status,
            heading="Set faster now?" if second else "Change the rate",
            button="Go on",
            template="treat/rate.html",
            step=2 if second else 1,
            dose=dose,
            given=mg_words(at.state, dose.mg_at(at.ctx.now)) if dose else None,
            expected=f"{expected:.1f}" if expected is not None else "",
            new=new,
            new_ml_per_h=ml_per_h(new, dose) if new and dose else None,
            now_ml_per_h=ml_per_h(dose.rate_mg_per_min, dose) if dose else None,
        )

    def act() -> HttpResponse:
        new = form.mg_per_min
        faster = dose is not None and new > dose.rate_mg_per_min
        told = form.cleaned_data["reason"]
        if faster and form.cleaned_data["confirmed"] != "yes":
            change = RateChanged(new, told.strip(), form.order_id)
            refusal = permit_under(at.protocol, at.state, change, at.ctx.now, actor=at.ctx.actor_id)
            if refusal is not None:  # said before anybody turns the pump up
                raise InputRefused(refusal.cause, refusal.cure)
            return draw(200)
        actions.change_rate(
            at.ctx, session_id, new, told, order=form.order_id, key=form.act_key, seen=form.act_seen
        )
        return back(at)

    return ask(request, form, draw, act)


def ml_per_h(rate_mg_per_min: Decimal, dose: DoseGiven) -> Decimal | None:
    """What the pump shows at this rate; None where nothing was diluted for a pump."""
    strength = dose.planned.concentration_mg_per_ml
    return (rate_mg_per_min * 60 / strength).quantize(ML_PER_H_STEP) if strength else None


def _orders(at: Seat) -> list[tuple[str, str]]:
    mine = [
        o for o in at.state.care.orders if o.order.kind is OrderKind.KETAMINE and o.order.unit == "mg/min"
    ]
    return [(str(o.event), order_words(o.order)) for o in mine]
