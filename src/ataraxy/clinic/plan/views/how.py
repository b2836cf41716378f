"""How ketamine works: for staff, about nobody in particular."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.people.access import CLINICAL, staff_of
from ataraxy.clinic.plan.how import how_it_works


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    staff_of(request, *CLINICAL)
    return render(request, "plan/how.html", {"how": how_it_works()})
