"""The protocols this clinic treats by, and those it could."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.people.access import CLINICAL, staff_of
from ataraxy.clinic.plan.pages import protocols_shown


@require_safe
def protocols(request: HttpRequest) -> HttpResponse:
    ctx = staff_of(request, *CLINICAL)
    return render(request, "plan/protocols.html", {"protocols": protocols_shown(ctx)})
