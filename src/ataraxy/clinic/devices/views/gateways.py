"""Which programs may hand in readings, and their tokens."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ataraxy.clinic.devices import actions
from ataraxy.clinic.devices.queries import gateways as known_gateways
from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.forms import ActForm
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.views.respond import ask


class GatewayForm(ActForm):
    label = forms.CharField(label="What it is, and where it runs", max_length=60)


def gateways(request: HttpRequest) -> HttpResponse:
    """The clinic's gateways; make one, whose token is shown this once."""
    ctx = staff_of(request, Role.DIRECTOR)
    form = GatewayForm(request)

    def show(status: int, **more: object) -> HttpResponse:
        context = {"form": form, "gateways": known_gateways(ctx), **more}
        response = render(request, "devices/gateways.html", context, status=status)
        response["Cache-Control"] = "no-store"
        return response

    def act() -> HttpResponse:
        nonlocal form
        made, token = actions.add_gateway(ctx, form.cleaned_data["label"], form.cleaned_data["key"])
        request.method = "GET"  # the page below the token begins with an empty form
        form = GatewayForm(request)
        return show(200, made=made, token=token)

    return ask(request, form, show, act)
