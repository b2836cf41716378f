from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.follow.queries import due as queries
from ataraxy.clinic.people.access import CLINICAL, DESK, staff_of


@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """Who is to be asked, who was asked, who is silent, and where a concern waits. No answer is shown here."""
    ctx = staff_of(request, *DESK)
    context = {
        "to_send": queries.to_send(ctx),
        "waiting": queries.waiting(ctx),
        "silent": queries.silent(ctx),
        "concerns": queries.with_concerns(ctx),
        "is_clinical": ctx.signer().has_role(*CLINICAL),
        "now": ctx.now,
    }
    return render(request, "follow/due.html", context)
