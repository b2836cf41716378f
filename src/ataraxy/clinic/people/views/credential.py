"""Enter a licence or certificate of a member of staff."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import own, staff_of
from ataraxy.clinic.people.actions.staff import record_credential
from ataraxy.clinic.people.forms import ActForm, DayField, PillsField
from ataraxy.clinic.people.models import CredentialKind, Role, Staff
from ataraxy.clinic.people.views.respond import ask


class CredentialForm(ActForm):
    kind = PillsField(CredentialKind.choices, label="Kind")
    number = forms.CharField(label="Number", max_length=60)
    expires_on = DayField(label="Valid until")


def credential(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """The earlier ones stay on file."""
    ctx = staff_of(request, Role.DIRECTOR)
    colleague = own(ctx, Staff.objects.prefetch_related("credentials"), id=staff_id)
    form = CredentialForm(request)

    def draw(status: int) -> HttpResponse:
        context = {"form": form, "colleague": colleague}
        return render(request, "people/credential.html", context, status=status)

    def act() -> HttpResponse:
        given = form.cleaned_data
        kind = CredentialKind(given["kind"])
        record_credential(ctx, colleague, kind, given["number"], given["expires_on"], key=form.act_key)
        messages.success(request, f"{kind.label} recorded for {colleague.name}.")
        return redirect("people:staff")

    return ask(request, form, draw, act)
