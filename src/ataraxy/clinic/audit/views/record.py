"""The record as the director sees it: who did what, who read which chart, and whether the chain holds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.audit.queries import check_stream, last_anchor, recent_acts, recent_reads
from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.queries.today import glass_to_review


@require_safe
def record(request: HttpRequest) -> HttpResponse:
    """``?check=`` walks one stream now."""
    ctx = staff_of(request, Role.DIRECTOR)
    stream = request.GET.get("check", "")
    context = {
        "acts": recent_acts(ctx),
        "reads": recent_reads(ctx)[:40],
        "anchor": last_anchor(ctx),
        "glasses": glass_to_review(ctx),
        "stream": stream,
        "checked": check_stream(ctx, stream) if stream else None,
        "clinic_stream": ctx.clinic.id,
    }
    return render(request, "audit/record.html", context)
