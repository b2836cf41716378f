"""Everything known about one patient before treatment, and the verdict under a protocol."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.people.access import CLINICAL, patient_of
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.people.describe import ANSWERS, disorder_name
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.queries.signatures import signature_of
from ataraxy.clinic.screen import queries
from ataraxy.clinic.screen.gate import judged
from ataraxy.clinic.screen.steps import next_step
from ataraxy.core.protocol.eligibility import counts


@require_safe
def screening(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """``?protocol=`` and ``?disorder=`` choose what is judged; else what was decided, or the diagnosis."""
    ctx, patient = patient_of(request, patient_id, *CLINICAL)
    chart = chart_of(patient.id)
    offered = queries.choices(ctx, chart, request.GET.get("protocol", ""), request.GET.get("disorder", ""))
    chosen = next((one for one in offered if one.chosen), None)
    now = judged(ctx, patient, chart, chosen.row, chosen.disorder) if chosen else None
    conditions, medicines = queries.conditions_said(chart), queries.medicines_said(chart)
    counted = {finding.value: many for finding, many in counts(now.verdicts).items()} if now else {}
    is_prescriber = ctx.signer().has_role(Role.PRESCRIBER)
    context = frame(ctx, patient, "screen") | {
        "next": next_step(patient.id, chart, now, is_prescriber) if now else None,
        "chart": chart,
        "disorder": disorder_name(chart.diagnosis.payload.disorder.value) if chart.diagnosis else "",
        "pregnant": ANSWERS[chart.pregnancy.payload.answer] if chart.pregnancy else "",
        "body": chart.bodies[-1] if chart.bodies else None,
        "scales": queries.scale_rows(chart),
        "conditions": conditions,
        "conditions_never": [one for one in conditions if one.at is None],
        "medicines": medicines,
        "medicines_never": [one for one in medicines if one.at is None],
        "trials": queries.trial_rows(chart, now),
        "offered": offered,
        "chosen": chosen,
        "now": now,
        "met": counted.get("met", 0),
        "not_met": counted.get("not-met", 0),
        "unknown": counted.get("unknown", 0),
        "verdicts": queries.verdict_rows(patient.id, chart, now) if now else [],
        "decision": signature_of(ctx, chart.decisions[-1]) if chart.decisions else None,
        "is_prescriber": is_prescriber,
    }
    return render(request, "screen/screening.html", context)
