"""Open a chart in an emergency, with a reason."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import DESK, own, staff_of
from ataraxy.clinic.people.actions import glass
from ataraxy.clinic.people.forms import ActForm, WordsField
from ataraxy.clinic.people.models import Patient
from ataraxy.clinic.people.page import who
from ataraxy.clinic.people.views.respond import ask


class BreakGlassForm(ActForm):
    reason = WordsField(label="What happened, and what do you need?", max_length=400)


def break_glass(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """One hour, on record, reviewed by the director."""
    ctx = staff_of(request, *DESK)
    patient = own(ctx, Patient.objects.all(), id=patient_id)
    form = BreakGlassForm(request)

    def draw(status: int) -> HttpResponse:
        context = {"form": form, "patient": patient, "who": who(patient)}
        return render(request, "people/break_glass.html", context, status=status)

    def act() -> HttpResponse:
        glass.break_glass(ctx, patient, form.cleaned_data["reason"], key=form.act_key)
        messages.warning(request, "The chart is open to you for one hour. The director will review it.")
        return redirect("people:patient", patient.id)

    return ask(request, form, draw, act)
