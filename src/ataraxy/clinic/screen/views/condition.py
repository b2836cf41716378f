"""Ask about conditions that speak against ketamine, or ask for care."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.catalog.load import cautions
from ataraxy.clinic.people.access import CLINICAL, writes_chart
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.screen.actions.facts import record_conditions
from ataraxy.clinic.screen.asked import AskedForm


def condition(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    ctx, patient = writes_chart(request, patient_id, *CLINICAL)
    form = AskedForm(request, cautions().conditions, chart_of(patient.id).conditions, "Note")

    def draw(status: int) -> HttpResponse:
        return render(
            request, "screen/condition.html", frame(ctx, patient, "screen") | {"form": form}, status=status
        )

    def act() -> HttpResponse:
        record_conditions(ctx, patient, form.answered(), key=form.act_key)
        messages.success(request, "The answers are recorded.")
        return redirect("screen:screening", patient.id)

    return ask(request, form, draw, act)
