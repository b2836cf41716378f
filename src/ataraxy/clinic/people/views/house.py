"""The clinic itself: its telephone number and its rooms."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.actions.house import add_room, set_phone
from ataraxy.clinic.people.forms import ActForm
from ataraxy.clinic.people.models import Role, Room
from ataraxy.clinic.people.views.respond import ask


class HouseForm(ActForm):
    phone = forms.CharField(
        label="Telephone number for patients",
        max_length=40,
        help_text="Every page a patient sees, and the advice they take home, tells them to call it.",
    )
    room = forms.CharField(
        label="Another room",
        max_length=60,
        required=False,
        help_text="As people here call it. Sessions are booked into rooms; one monitor stands in each.",
    )


def house(request: HttpRequest) -> HttpResponse:
    """The director enters what a new clinic needs before the first booking."""
    ctx = staff_of(request, Role.DIRECTOR)
    form = HouseForm(request, initial={"phone": ctx.clinic.phone})

    def draw(status: int) -> HttpResponse:
        rooms = Room.objects.filter(clinic=ctx.clinic)
        context = {"form": form, "clinic": ctx.clinic, "rooms": rooms}
        return render(request, "people/house.html", context, status=status)

    def act() -> HttpResponse:
        told = form.cleaned_data
        if told["room"]:
            add_room(ctx, told["room"], key=f"{form.act_key}:room")
        if told["phone"] != ctx.clinic.phone:
            set_phone(ctx, told["phone"], key=f"{form.act_key}:phone")
        messages.success(request, "Saved.")
        return redirect("people:house")

    return ask(request, form, draw, act)
