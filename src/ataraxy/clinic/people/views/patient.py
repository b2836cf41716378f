"""One patient: who, where on the pathway, and everything that was written."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.follow.models import CheckIn
from ataraxy.clinic.people.access import CLINICAL, DESK, GlassClosed, chart_right, patient_of, record_read
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.queries.ahead import check_ins_near, next_for
from ataraxy.clinic.people.queries.overview import facts
from ataraxy.clinic.people.queries.timeline import timeline
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.screen.actions.facts import RETRACTABLE

NEWEST = 20  # lines of the timeline that stand open


@require_safe
def patient(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The desk sees who, bookings and check-in dates; the chart itself opens to clinical roles."""
    ctx, person = patient_of(request, patient_id, *DESK)
    sessions = Session.objects.filter(clinic=ctx.clinic, patient=person).select_related("room")
    check_ins = CheckIn.objects.filter(clinic=ctx.clinic, patient=person, superseded_by__isnull=True)
    clinical = ctx.signer().has_role(*CLINICAL)
    near, others = check_ins_near(list(check_ins.select_related("session").order_by("due_at")), ctx.now)
    context = frame(ctx, person) | {
        "next": next_for(ctx, person),
        "sessions": sessions.exclude(ended="cancelled").order_by("during"),
        "check_ins": near,
        "other_check_ins": others,
        "now": ctx.now,
        "opens_chart": True,
        "may_open_sessions": clinical,
    }
    try:
        right = chart_right(ctx, person, *CLINICAL)
    except GlassClosed:
        return render(request, "people/patient.html", context | {"opens_chart": False})
    if right == "break-glass":
        record_read(ctx, person, "people:patient", right)
    chart = chart_of(person.id)
    lines = timeline(ctx, person, RETRACTABLE if clinical else ())
    context |= {
        "facts": facts(ctx, person, chart),
        "concerns": chart.open_concerns,
        "lines": lines[:NEWEST],
        "older_lines": lines[NEWEST:],
        "escort": chart.escort.payload if chart.escort else None,
    }
    return render(request, "people/patient.html", context)
