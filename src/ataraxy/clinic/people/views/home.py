"""The first page after log-in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from ataraxy.clinic.people.access import CLINICAL, DESK, EVERYONE, staff_of
from ataraxy.clinic.people.models import Role, Stage
from ataraxy.clinic.people.queries import today


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Today, for this person's role; a researcher works with outcomes only."""
    ctx = staff_of(request, *EVERYONE)
    staff = ctx.signer()
    if not staff.has_role(*DESK):
        return redirect("learn:outcomes")
    clinical, director = staff.has_role(*CLINICAL), staff.has_role(Role.DIRECTOR)
    context = {
        "day": ctx.today,
        "next": today.next_thing(ctx),
        "sessions": today.sessions_today(ctx),
        "may_open_sessions": clinical,
        "check_ins": today.check_ins_due(ctx)[:12],
        "concerns": today.with_concerns(ctx) if clinical else [],
        "screening": today.at_stage(ctx, Stage.SCREEN) if clinical else [],
        "consents": today.at_stage(ctx, Stage.CONSENT),
        "plans": today.at_stage(ctx, Stage.PLAN),
        "glasses": today.glass_to_review(ctx) if director else [],
        "credentials": today.credentials_ending(ctx) if director else [],
        "today": ctx.today.date(),
    }
    return render(request, "people/home.html", context)
