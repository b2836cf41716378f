"""Record pregnancy, and how it is known."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import CLINICAL, writes_chart
from ataraxy.clinic.people.forms import ActForm, MomentField, ThreeWayField
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.screen.actions.facts import record_pregnancy


class PregnancyForm(ActForm):
    answer = ThreeWayField(label="Pregnant")
    basis = forms.CharField(
        label="How it is known",
        max_length=120,
        required=False,
        help_text="The test and its day; or why none is needed, for example male, or post-menopausal.",
    )
    at = MomentField(label="Tested or asked at", required=False, help_text="Leave empty for now.")


def pregnancy(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    ctx, patient = writes_chart(request, patient_id, *CLINICAL)
    form = PregnancyForm(request)

    def draw(status: int) -> HttpResponse:
        return render(
            request, "screen/pregnancy.html", frame(ctx, patient, "screen") | {"form": form}, status=status
        )

    def act() -> HttpResponse:
        given = form.cleaned_data
        record_pregnancy(ctx, patient, given["answer"], given["basis"], at=given["at"], key=form.act_key)
        messages.success(request, "Recorded.")
        return redirect("screen:screening", patient.id)

    return ask(request, form, draw, act)
