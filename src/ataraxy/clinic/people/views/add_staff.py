"""Add a member of staff."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.actions import staff as acts
from ataraxy.clinic.people.forms import ActForm
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.views.respond import ask


class StaffForm(ActForm):
    name = forms.CharField(label="Name", max_length=120)
    email = forms.EmailField(label="E-mail, for logging in")
    roles = forms.MultipleChoiceField(
        label="Roles", choices=Role.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    password = forms.CharField(
        label="First password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. Hand it over in person; they change it after logging in.",
    )


def add_staff(request: HttpRequest) -> HttpResponse:
    ctx = staff_of(request, Role.DIRECTOR)
    form = StaffForm(request)

    def draw(status: int) -> HttpResponse:
        return render(request, "people/add_staff.html", {"form": form}, status=status)

    def act() -> HttpResponse:
        given = form.cleaned_data
        acts.add_staff(
            ctx, given["name"], given["email"], given["roles"], given["password"], key=form.act_key
        )
        messages.success(request, "Added. Enter their credentials next.")
        return redirect("people:staff")

    return ask(request, form, draw, act)
