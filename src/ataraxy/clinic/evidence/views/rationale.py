from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ataraxy.clinic.papers.rationale import Treatment
from ataraxy.clinic.papers.rationale import rationale as paper_of
from ataraxy.clinic.people.access import CLINICAL, patient_of
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.plan.outlook import course_shown, ready_shown
from ataraxy.clinic.plan.queries import protocol_of
from ataraxy.clinic.treat.views.papers import as_pdf
from ataraxy.core.protocol.types import Disorder


@require_safe
def rationale(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The evidence that fits one patient's plan, on paper; the read of the chart is on record."""
    ctx, patient = patient_of(request, patient_id, *CLINICAL)
    chart = chart_of(patient.id)
    running = course_shown(ctx, patient, chart)
    if running is not None:
        treatment = Treatment(running.protocol, Disorder(running.course.disorder))
    else:
        ready = ready_shown(ctx, patient, chart)
        if ready is None:
            raise Http404("Nothing is decided for this patient yet: decide on a protocol first.")
        treatment = Treatment(protocol_of(ready.row), ready.disorder)
    return as_pdf(paper_of(ctx, patient, treatment), "rationale")
