from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.treat.queries.quarantine import settled, unplaced, waiting


@require_safe
def quarantine(request: HttpRequest) -> HttpResponse:
    """What monitors sent and nobody could chart: kept until a person has looked at it."""
    ctx = staff_of(request, Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR)
    runs_the_house = ctx.signer().has_role(Role.DIRECTOR)
    context = {
        "waiting": waiting(ctx),
        "settled": settled(ctx),
        "unplaced": sum(line.count for line in unplaced()) if runs_the_house else 0,
    }
    return render(request, "treat/quarantine.html", context)
