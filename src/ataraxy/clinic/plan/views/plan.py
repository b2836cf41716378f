"""The plan of one patient: what is missing, the course, its sessions, the dose and what it would do."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.people.access import CLINICAL, DESK, patient_of
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.plan.candidates import about_of, candidate, glance
from ataraxy.clinic.plan.outlook import course_shown, dose_shown, ready_shown
from ataraxy.clinic.treat.course import holds_of_course


@require_safe
def plan(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Bookings are open to the desk; dose and prediction to clinical roles."""
    ctx, patient = patient_of(request, patient_id, *DESK)
    staff = ctx.signer()
    chart = chart_of(patient.id)
    running = course_shown(ctx, patient, chart)
    clinical = staff.has_role(*CLINICAL)
    dose = dose_shown(chart, running) if clinical and running else None
    context = frame(ctx, patient, "plan") | {
        "course": running,
        "ready": None if running else ready_shown(ctx, patient, chart),
        "earlier": [c for c in chart.courses if not running or c.record.payload.course != running.course.id],
        "clinical": clinical,
        "is_prescriber": staff.has_role(Role.PRESCRIBER),
        "may_stop": staff.has_role(Role.PRESCRIBER, Role.NURSE),
        "dose": dose,
        "holds": holds_of_course(running.course, chart) if running else (),
    }
    about = about_of(ctx, patient, chart)
    if running is not None and dose is not None and dose.plan is not None and about is not None:
        one = candidate(running.protocol, dose.plan.mg_per_kg, about.weight_kg, is_next=True)
        context |= {"pictures": glance(one, about)}
    return render(request, "plan/plan.html", context)
