"""Plan a course on the version that was decided on and agreed to."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import own, staff_of, writes_chart
from ataraxy.clinic.people.chart import chart_of, human_seq
from ataraxy.clinic.people.describe import disorder_name
from ataraxy.clinic.people.forms import SignedForm, WordsField
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.signing import signed_by
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.plan.actions import courses
from ataraxy.clinic.plan.models import ActivatedProtocol
from ataraxy.clinic.plan.queries import protocol_of
from ataraxy.clinic.plan.ready import missing_for_course
from ataraxy.core.protocol.types import Disorder


class CourseForm(SignedForm):
    goals = WordsField(
        label="Goals of the treatment",
        help_text="In the patient's words: what should be possible again. And what else is done meanwhile.",
    )


def start_course(request: HttpRequest, patient_id: UUID, protocol: int, disorder: str) -> HttpResponse:
    staff_of(request, Role.PRESCRIBER)
    ctx, patient = writes_chart(request, patient_id, Role.PRESCRIBER)
    row = own(ctx, ActivatedProtocol.objects.all(), id=protocol)
    if disorder not in {one.value for one in Disorder}:
        raise Http404
    kind = Disorder(disorder)
    indication = protocol_of(row).indication(kind)
    if indication is None:
        raise Http404
    form = CourseForm(request, seen=human_seq(patient.id))
    meaning = f"I order this course: {indication.text}"

    def draw(status: int) -> HttpResponse:
        missing = missing_for_course(ctx, patient, chart_of(patient.id), row, kind)
        shown = {"form": form, "row": row, "indication": indication, "missing": missing}
        shown |= {"disorder": disorder_name(disorder), "meaning": meaning}
        return render(request, "plan/start_course.html", frame(ctx, patient, "plan") | shown, status=status)

    def act() -> HttpResponse:
        signed_by(request, ctx, Role.PRESCRIBER)
        goals = form.cleaned_data["goals"]
        courses.start_course(ctx, patient, row, kind, goals, key=form.act_key, seen=form.act_seen)
        messages.success(request, "The course is planned. Book its sessions next.")
        return redirect("plan:plan", patient.id)

    return ask(request, form, draw, act)
