from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.cited import cited
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.dosing import dose_of_today, is_other_mg, shown, unplanned
from ataraxy.clinic.treat.forms_dose import StartForm
from ataraxy.clinic.treat.queries.room import Seat, arrival_steps, held_first, session_names
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.clinic.treat.words import ROUTES
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.dosing import DosePlan
from ataraxy.core.protocol.types import Measure


def start(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Step 1 shows every number and every reason against; step 2 confirms the same numbers and starts."""
    at = act_in(request, session_id, *BEDSIDE)
    plan, trouble = _plan(at)
    numbers = shown(plan) if plan else None
    initial = {} if numbers is None else {f: getattr(numbers, f) for f in numbers.__slots__}
    form = StartForm(request, at, initial)
    if plan is not None:
        form.fields["told_mg"].initial = plan.held_mg
    against = held_first(s for s in arrival_steps(at, session_names(at)) if not s.holds)

    def draw(status: int) -> HttpResponse:
        fresh = form if status == 200 and request.method == "POST" else _again(form, initial)
        already = status == 200 and form.is_bound and form.is_valid() and form.cleaned_data["already_in"]
        ended, speaks = at.state.ending is not None, () if at.state.ending else against
        may = (plan is not None or already) and (already or not (speaks or ended)) and at.state.dose is None
        tellable = at.protocol.dose.duration_min is None and at.state.dose is None
        second = status == 200 and request.method == "POST" and may
        return act_page(
            request,
            at,
            fresh,
            status,
            heading=("It went in?" if already else "Start now?") if second else "Start the dose",
            button="",
            template="treat/start.html",
            plan=plan,
            trouble=trouble,
            against=speaks,
            ended=ended,
            may_start=may,
            already=already,
            may_tell=tellable,
            told_mg=_told_mg(at, form, plan) if already else None,
            weighed=at.state.latest(Measure.WEIGHT) is not None,
            step=2 if second else 1,
            drug=at.protocol.drug,
            protocol_dose=at.protocol.dose,
            way=ROUTES[at.protocol.dose.route],
            cited=cited(at.protocol.dose.source, at.protocol.dose.status),
            acts=True,
        )

    def act() -> HttpResponse:
        if form.cleaned_data["already_in"]:
            if plan is None:
                unplanned(
                    at.protocol, at.state, form.cleaned_data["told_mg"]
                )  # says what is still to be told
            if form.cleaned_data["confirmed"] != "yes":
                return draw(200)
            told = form.cleaned_data["told_mg"]
            actions.start_already_in(at.ctx, session_id, mg=told, at=form.moment, key=form.act_key)
            return back(at)
        if form.cleaned_data["confirmed"] != "yes":
            if numbers is None or form.shown != numbers:
                raise InputRefused("The numbers are not the ones that were shown.", "Look at the new ones.")
            return draw(200 if not against else 422)
        actions.start(at.ctx, session_id, form.shown, key=form.act_key, seen=form.act_seen)
        return back(at)

    return ask(request, form, draw, act)


def _told_mg(at: Seat, form: StartForm, plan: DosePlan | None) -> Decimal | None:
    """What is said to be in where it is not what was planned, or no dose could be worked out: of sprays one."""
    spray: Decimal | None = at.protocol.dose.spray_mg
    told: Decimal | None = form.cleaned_data["told_mg"]
    if plan is None:
        return told if spray is None else spray
    is_other = spray is None and told is not None and is_other_mg(told, plan.held_mg)
    return told if is_other else None


def _plan(at: Seat) -> tuple[DosePlan | None, str]:
    try:
        return dose_of_today(at.protocol, at.state), ""
    except InputRefused as refused:
        return None, f"{refused.cause} {refused.cure}"


def _again(form: StartForm, initial: dict[str, str]) -> StartForm:
    """Step 1 anew always carries the numbers it shows, never those of an older page."""
    if not isinstance(form.data, QueryDict) or not form.is_bound:
        return form
    data = form.data.copy()
    data.update({**dict.fromkeys(("mg", "mg_per_kg", "weight_kg", "rate"), ""), **initial, "confirmed": ""})
    data["seen"] = str(form.now_seen)
    form.data = data
    return form
