from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.follow import actions
from ataraxy.clinic.follow.forms import ConcernForm
from ataraxy.clinic.follow.queries.patient import concerns
from ataraxy.clinic.people.access import CLINICAL, patient_of
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.views.respond import ask


def concern(request: HttpRequest, patient_id: UUID, concern_id: UUID) -> HttpResponse:
    """A named person says what was done about a concern."""
    ctx, patient = patient_of(request, patient_id, *CLINICAL)
    row = next((c for c in concerns(chart_of(patient.id)) if c.id == concern_id), None)
    if row is None:
        raise Http404
    form = ConcernForm(request)

    def draw(status: int) -> HttpResponse:
        can = ctx.signer().has_role(*actions.CONCERNS_ANSWERED_BY)
        context = frame(ctx, patient, "follow") | {"row": row, "form": form, "may_answer": can}
        return render(request, "follow/concern.html", context, status=status)

    def act() -> HttpResponse:
        actions.concern(ctx, patient, concern_id, form.cleaned_data["action"], key=form.act_key)
        messages.success(request, "Answered, with your name.")
        return redirect("follow:patient", patient_id=patient.id)

    return ask(request, form, draw, act)
