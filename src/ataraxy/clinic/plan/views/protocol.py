"""One protocol version, readable by a clinician."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.people.access import CLINICAL, staff_of
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.plan.pages import protocol_shown


@require_safe
def protocol(request: HttpRequest, protocol_id: str, version: str) -> HttpResponse:
    ctx = staff_of(request, *CLINICAL)
    context = {
        "shown": protocol_shown(ctx, protocol_id, version),
        "is_director": ctx.signer().has_role(Role.DIRECTOR),
    }
    return render(request, "plan/protocol.html", context)
