"""The list of patients."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.people.access import DESK, staff_of
from ataraxy.clinic.people.models import Stage
from ataraxy.clinic.people.queries.patients import patients as found


@require_safe
def patients(request: HttpRequest) -> HttpResponse:
    """Search by name or number, filter by stage."""
    ctx = staff_of(request, *DESK)
    words = request.GET.get("q", "").replace("\0", "").strip()[:80]
    stage = request.GET.get("stage", "")
    context = {"patients": found(ctx, words, stage), "words": words, "stage": stage, "stages": Stage.choices}
    return render(request, "people/patients.html", context)
