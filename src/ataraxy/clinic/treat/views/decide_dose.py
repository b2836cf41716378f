from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.signing import signed_by
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.course import case_of
from ataraxy.clinic.treat.forms import DecideDoseForm
from ataraxy.clinic.treat.queries.room import Seat
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.clinic.treat.words import effect_label, number
from ataraxy.core.course.holds import last_dosed
from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.state import SessionState


def decide_dose(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A prescriber decides the dose of this session, with how the last one went beside it."""
    at = act_in(request, session_id, Role.PRESCRIBER)
    last = last_dosed(case_of(at.session.course, session_id, at.state, None))
    form = DecideDoseForm(request, at, _choices(at))

    def act() -> HttpResponse:
        signed_by(request, at.ctx, Role.PRESCRIBER)
        told = form.cleaned_data
        chosen = Decimal(told["mg_per_kg"])
        actions.decide_dose(at.ctx, session_id, chosen, told["reason"], key=form.act_key, seen=form.act_seen)
        return back(at)

    def draw(status: int) -> HttpResponse:
        return act_page(
            request,
            at,
            form,
            status,
            heading="Decide the dose",
            button="Sign",
            template="treat/decide_dose.html",
            went=_went(last) if last else [],
            last=last,
        )

    return ask(request, form, draw, act)


def _choices(at: Seat) -> list[Decimal]:
    """The doses of the course, up to what is planned for this session."""
    opened = at.state.opened
    indication = at.protocol.indication(opened.disorder) if opened else None
    doses = indication.course.doses_mg_per_kg if indication else ()
    return sorted({dose for dose in doses if opened and dose <= opened.planned_mg_per_kg})


def _went(last: SessionState) -> list[str]:
    """How the last dose went: its side effects with their grade, and the last dissociation."""
    told = [f"{effect_label(one.effect)}, {one.grade.value}" for one in last.side_effects]
    felt = last.latest(Measure.DISSOCIATION)
    told.append(f"Dissociation {number(felt.value)} at the end" if felt else "Dissociation was not measured")
    return told
