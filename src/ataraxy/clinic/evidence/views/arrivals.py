from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.evidence.actions import BRINGS
from ataraxy.clinic.evidence.arrival_page import lines_of
from ataraxy.clinic.evidence.local import base_of
from ataraxy.clinic.people.access import EVERYONE, staff_of


@require_safe
def arrivals(request: HttpRequest) -> HttpResponse:
    """What arrived at this clinic beside the shipped base, and what was decided of each."""
    ctx = staff_of(request, *EVERYONE)
    context = {
        "lines": lines_of(ctx),
        "unread": base_of(ctx).unread,
        "may_bring": ctx.signer().has_role(*BRINGS),
    }
    return render(request, "evidence/arrivals.html", context)
