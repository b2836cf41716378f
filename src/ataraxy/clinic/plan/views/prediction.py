"""What published models expect of each dose that could be given to a patient."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.people.access import CLINICAL, patient_of
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.plan.candidates import chosen, compared, expected, outlook


@require_safe
def prediction(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    ctx, patient = patient_of(request, patient_id, *CLINICAL)
    found = outlook(ctx, patient, chart_of(patient.id))
    context = frame(ctx, patient, "plan") | {"outlook": found, "expected": None, "compared": []}
    if found.about is not None and found.candidates:
        one = chosen(found.candidates, request.GET.get("dose", ""))
        context |= {
            "expected": expected(one, found.about),
            "compared": compared(found.candidates, found.about),
        }
    return render(request, "plan/prediction.html", context)
