"""The adult who may take the patient home."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import DESK, patient_of
from ataraxy.clinic.people.actions.patients import record_escort
from ataraxy.clinic.people.forms import ActForm
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.views.respond import ask


class EscortForm(ActForm):
    name = forms.CharField(label="Name", max_length=120)
    phone = forms.CharField(label="Telephone", max_length=40)
    relation = forms.CharField(label="Relation to the patient", max_length=80)


def escort(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    ctx, patient = patient_of(request, patient_id, *DESK)
    form = EscortForm(request)

    def draw(status: int) -> HttpResponse:
        return render(request, "people/escort.html", frame(ctx, patient) | {"form": form}, status=status)

    def act() -> HttpResponse:
        given = form.cleaned_data
        record_escort(ctx, patient, given["name"], given["phone"], given["relation"], key=form.act_key)
        messages.success(request, "The escort is recorded.")
        return redirect("people:patient", patient.id)

    return ask(request, form, draw, act)
