"""Record the diagnosis."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import CLINICAL, writes_chart
from ataraxy.clinic.people.describe import DISORDERS
from ataraxy.clinic.people.forms import ActForm, PillsField
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.screen.actions.facts import record_diagnosis
from ataraxy.core.protocol.types import Disorder

ICD10 = r"^[A-Za-z][0-9][0-9A-Za-z](\.[0-9A-Za-z]{1,4})?$"


class DiagnosisForm(ActForm):
    disorder = PillsField(list(DISORDERS.items()), label="Disorder")
    icd10 = forms.RegexField(
        ICD10,
        label="ICD-10 code",
        max_length=9,
        help_text="For example F41.1, F40.10, F43.10.",
        error_messages={"invalid": "This is not an ICD-10 code. Write it like F41.1."},
    )
    basis = forms.CharField(
        label="How it was established", max_length=120, help_text="Clinical interview, referral letter."
    )


def diagnosis(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    ctx, patient = writes_chart(request, patient_id, *CLINICAL)
    form = DiagnosisForm(request)

    def draw(status: int) -> HttpResponse:
        return render(
            request, "screen/diagnosis.html", frame(ctx, patient, "screen") | {"form": form}, status=status
        )

    def act() -> HttpResponse:
        given = form.cleaned_data
        disorder = Disorder(given["disorder"])
        record_diagnosis(ctx, patient, disorder, given["icd10"].upper(), given["basis"], key=form.act_key)
        messages.success(request, "The diagnosis is recorded.")
        return redirect("screen:screening", patient.id)

    return ask(request, form, draw, act)
