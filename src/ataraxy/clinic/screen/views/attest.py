"""The prescriber attests that an earlier treatment was adequate although facts about it are missing."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import staff_of, writes_chart
from ataraxy.clinic.people.chart import chart_events, human_seq
from ataraxy.clinic.people.forms import SignedForm, WordsField
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.signing import signed_by
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.screen.actions.decisions import attest_treatment
from ataraxy.clinic.screen.queries import entry_or_404

MEANING = (
    "I attest that, as far as can be established, this earlier treatment was an adequate trial. "
    "The facts that are missing stay marked as missing, and this trial is counted apart."
)


class AttestForm(SignedForm):
    explanation = WordsField(label="What makes you sure", help_text="A letter, a relative, the pharmacy.")


def attest(request: HttpRequest, patient_id: UUID, entry: UUID) -> HttpResponse:
    staff_of(request, Role.PRESCRIBER)
    ctx, patient = writes_chart(request, patient_id, Role.PRESCRIBER)
    form = AttestForm(request, seen=human_seq(patient.id))
    _, headline, detail = entry_or_404(ctx, chart_events(patient.id), entry)

    def draw(status: int) -> HttpResponse:
        shown = {"form": form, "headline": headline, "detail": detail, "meaning": MEANING}
        return render(request, "screen/attest.html", frame(ctx, patient, "screen") | shown, status=status)

    def act() -> HttpResponse:
        signed_by(request, ctx, Role.PRESCRIBER)
        words = form.cleaned_data["explanation"]
        attest_treatment(ctx, patient, entry, words, key=form.act_key, seen=form.act_seen)
        messages.success(request, "The attestation is signed.")
        return redirect("screen:screening", patient.id)

    return ask(request, form, draw, act)
