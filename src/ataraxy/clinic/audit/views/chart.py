"""Who read this patient's chart, when, and by which right."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.audit.queries import recent_reads
from ataraxy.clinic.people.access import CLINICAL, patient_of
from ataraxy.clinic.people.page import frame


@require_safe
def chart(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    ctx, patient = patient_of(request, patient_id, *CLINICAL)
    return render(request, "audit/chart.html", frame(ctx, patient) | {"reads": recent_reads(ctx, patient)})
