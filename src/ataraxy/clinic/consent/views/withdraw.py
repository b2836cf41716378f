"""Write down that a patient took agreement back."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.consent.actions import withdraw_consent
from ataraxy.clinic.people.access import DESK, writes_chart
from ataraxy.clinic.people.forms import ActForm, WordsField
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.views.respond import ask
from ataraxy.core.chart.events import GrantKind

CHOICES = [
    (GrantKind.TREATMENT.value, "Treatment: no further dose is given"),
    (GrantKind.RESEARCH.value, "Research: results are no longer counted"),
    (GrantKind.STORY.value, "Own story: it is no longer shown to others"),
]


class WithdrawForm(ActForm):
    grants = forms.MultipleChoiceField(
        label="What is withdrawn", choices=CHOICES, widget=forms.CheckboxSelectMultiple, required=False
    )
    words = WordsField(label="In the patient's own words", required=False)


def withdraw(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    ctx, patient = writes_chart(request, patient_id, *DESK)
    form = WithdrawForm(request)

    def draw(status: int) -> HttpResponse:
        return render(
            request, "consent/withdraw.html", frame(ctx, patient, "consent") | {"form": form}, status=status
        )

    def act() -> HttpResponse:
        given = form.cleaned_data
        grants = [GrantKind(name) for name in given["grants"]]
        withdraw_consent(ctx, patient, grants, given["words"], key=form.act_key)
        messages.success(request, "The withdrawal is recorded. It holds from now.")
        return redirect("consent:consent", patient.id)

    return ask(request, form, draw, act)
