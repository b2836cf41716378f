"""Where a patient's consent stands, for each protocol that counts for them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.consent.standing import standings
from ataraxy.clinic.people.access import CLINICAL, DESK, patient_of
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.people.page import frame


@require_safe
def consent(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    ctx, patient = patient_of(request, patient_id, *DESK)
    chart = chart_of(patient.id)
    context = frame(ctx, patient, "consent") | {
        "standings": standings(ctx, patient, chart),
        "withdrawals": chart.withdrawals,
        "clinical": ctx.signer().has_role(*CLINICAL),
        "anything_in_force": any(c.in_force for c in chart.consents),
    }
    return render(request, "consent/consent.html", context)
