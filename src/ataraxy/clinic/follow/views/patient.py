from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.follow.actions import CONCERNS_ANSWERED_BY, may_tell_story
from ataraxy.clinic.follow.queries.curve import curves
from ataraxy.clinic.follow.queries.patient import check_ins, concerns, missed, stories
from ataraxy.clinic.people.access import CLINICAL, patient_of
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.people.page import frame


@require_safe
def patient(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The patient's own curve beside the doses, their story beside it, and what waits for an answer."""
    ctx, person = patient_of(request, patient_id, *CLINICAL)
    chart, rows = chart_of(person.id), check_ins(ctx, person)
    context = frame(ctx, person, "follow") | {
        "curves": curves(chart, missed(ctx, rows), ctx.zone),
        "check_ins": rows,
        "concerns": concerns(chart),
        "stories": stories(chart),
        "may_answer": ctx.signer().has_role(*CONCERNS_ANSWERED_BY),
        "may_tell": may_tell_story(chart),
        "now": ctx.now,
    }
    return render(request, "follow/patient.html", context)
