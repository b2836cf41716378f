"""Every broken glass, those to review first."""

from __future__ import annotations

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.models import BreakGlass, Role


@require_safe
def broken_glass(request: HttpRequest) -> HttpResponse:
    ctx = staff_of(request, Role.DIRECTOR)
    rows = BreakGlass.objects.filter(clinic=ctx.clinic).select_related("staff", "patient", "reviewed_by")
    rows = rows.order_by(F("reviewed_at").desc(nulls_first=True), "-at")
    return render(request, "people/broken_glass.html", {"glasses": rows[:200], "me": ctx.signer().id})
