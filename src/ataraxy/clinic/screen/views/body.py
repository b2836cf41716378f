"""Record weight and height."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import CLINICAL, writes_chart
from ataraxy.clinic.people.forms import ActForm, MomentField, NumberField
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.screen.actions.facts import record_body


class BodyForm(ActForm):
    weight_kg = NumberField(label="Weight", decimal_places=1, help_text="Measured, in kilograms.")
    height_cm = NumberField(label="Height", decimal_places=1, required=False, help_text="In centimetres.")
    at = MomentField(label="Measured at", required=False, help_text="Leave empty for now.")


def body(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    ctx, patient = writes_chart(request, patient_id, *CLINICAL)
    form = BodyForm(request)

    def draw(status: int) -> HttpResponse:
        return render(
            request, "screen/body.html", frame(ctx, patient, "screen") | {"form": form}, status=status
        )

    def act() -> HttpResponse:
        given = form.cleaned_data
        record_body(ctx, patient, given["weight_kg"], given["height_cm"], at=given["at"], key=form.act_key)
        messages.success(request, "Recorded.")
        return redirect("screen:screening", patient.id)

    return ask(request, form, draw, act)
