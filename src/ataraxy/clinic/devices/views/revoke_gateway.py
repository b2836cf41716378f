"""A gateway's token opens nothing any more."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.devices import actions
from ataraxy.clinic.devices.models import Gateway
from ataraxy.clinic.people.access import own, staff_of
from ataraxy.clinic.people.forms import ActForm
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.views.respond import ask


def revoke_gateway(request: HttpRequest, gateway_id: UUID) -> HttpResponse:
    """Ask once, then revoke."""
    ctx = staff_of(request, Role.DIRECTOR)
    gateway = own(ctx, Gateway.objects.all(), id=gateway_id)
    form = ActForm(request)

    def act() -> HttpResponse:
        actions.revoke_gateway(ctx, gateway.id)
        messages.success(request, f"Revoked: {gateway.label}. What it handed in stays in the record.")
        return redirect("devices:gateways")

    def draw(status: int) -> HttpResponse:
        return render(
            request, "devices/revoke_gateway.html", {"form": form, "gateway": gateway}, status=status
        )

    return ask(request, form, draw, act)
