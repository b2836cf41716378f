"""The prescriber signs a reason for treating although one criterion is not met."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import staff_of, writes_chart
from ataraxy.clinic.people.chart import chart_of, human_seq
from ataraxy.clinic.people.forms import SignedForm, WordsField
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.signing import signed_by
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.screen.actions.decisions import override_criterion
from ataraxy.clinic.screen.queries import judged_or_404

MEANING = (
    "I know that this criterion is not met, and take responsibility for treating nevertheless. "
    "My reason holds for what is known now; a new fact asks for a new signature."
)


class OverrideForm(SignedForm):
    reason = WordsField(label="Your reason")


def override(
    request: HttpRequest, patient_id: UUID, protocol: int, disorder: str, criterion: str
) -> HttpResponse:
    staff_of(request, Role.PRESCRIBER)
    ctx, patient = writes_chart(request, patient_id, Role.PRESCRIBER)
    form = OverrideForm(request, seen=human_seq(patient.id))
    now = judged_or_404(ctx, patient, chart_of(patient.id), protocol, disorder)
    verdict = now.verdict(criterion)
    if verdict is None:
        raise Http404

    def draw(status: int) -> HttpResponse:
        shown = {"form": form, "verdict": verdict, "now": now, "meaning": MEANING}
        return render(request, "screen/override.html", frame(ctx, patient, "screen") | shown, status=status)

    def act() -> HttpResponse:
        signed_by(request, ctx, Role.PRESCRIBER)
        words = form.cleaned_data["reason"]
        override_criterion(
            ctx, patient, now.row, now.disorder, criterion, words, key=form.act_key, seen=form.act_seen
        )
        messages.success(request, "The reason is signed.")
        return redirect("screen:screening", patient.id)

    return ask(request, form, draw, act)
