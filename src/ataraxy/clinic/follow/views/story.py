from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.follow import actions
from ataraxy.clinic.follow.forms import StoryForm
from ataraxy.clinic.people.access import CLINICAL, patient_of
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.views.respond import ask


def story(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Write down the patient's own words."""
    ctx, patient = patient_of(request, patient_id, *CLINICAL)
    form = StoryForm(request)

    def draw(status: int) -> HttpResponse:
        may_tell = actions.may_tell_story(chart_of(patient.id))
        context = frame(ctx, patient, "follow") | {"form": form, "may_tell": may_tell}
        return render(request, "follow/story.html", context, status=status)

    def act() -> HttpResponse:
        actions.story(ctx, patient, form.cleaned_data["words"], key=form.act_key)
        return redirect("follow:patient", patient_id=patient.id)

    return ask(request, form, draw, act)
