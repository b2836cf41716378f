"""Who works here, in which roles, and until when their credentials hold."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.queries.staff import colleagues


@require_safe
def staff(request: HttpRequest) -> HttpResponse:
    ctx = staff_of(request, Role.DIRECTOR)
    return render(request, "people/staff.html", {"colleagues": colleagues(ctx)})
