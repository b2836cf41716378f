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
    consents, due = list(today.at_stage(ctx, Stage.CONSENT)), today.check_ins_due(ctx)
    said_no = today.took_consent_back(consents)
    context = {
        "day": ctx.today,
        "next": today.next_thing(ctx),
        "sessions": [(one, today.late_min(ctx, one)) for one in today.sessions_today(ctx)],
        "may_open_sessions": clinical,
        "check_ins": due.filter(invited_at__isnull=True)[:12],
        "awaited": due.filter(invited_at__isnull=False).count(),
        "concerns": today.with_concerns(ctx) if clinical else [],
        "screening": today.at_stage(ctx, Stage.SCREEN) if clinical else [],
        "consents": [one for one in consents if one.id not in said_no],
        "said_no": [one for one in consents if one.id in said_no],
        "plans": today.at_stage(ctx, Stage.PLAN),
        "glasses": today.glass_to_review(ctx) if director else [],
        "credentials": today.credentials_ending(ctx) if director else [],
        "today": ctx.today.date(),
    }
    return render(request, "people/home.html", context)
