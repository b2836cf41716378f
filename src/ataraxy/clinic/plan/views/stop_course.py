"""Stop a course: no further session, the booked ones are cancelled."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import BEDSIDE, own, staff_of, writes_chart
from ataraxy.clinic.people.forms import ActForm, WordsField
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.plan.actions import courses
from ataraxy.clinic.plan.models import Course
from ataraxy.clinic.plan.queries import waiting_sessions


class StopForm(ActForm):
    reason = WordsField(label="Why", max_length=400)


def stop_course(request: HttpRequest, course_id: UUID) -> HttpResponse:
    course = own(staff_of(request, *BEDSIDE), Course.objects.select_related("protocol"), id=course_id)
    ctx, patient = writes_chart(request, course.patient_id, *BEDSIDE)
    form = StopForm(request)

    def draw(status: int) -> HttpResponse:
        shown = {"form": form, "course": course, "waiting": waiting_sessions(course)}
        return render(request, "plan/stop_course.html", frame(ctx, patient, "plan") | shown, status=status)

    def act() -> HttpResponse:
        courses.stop_course(ctx, course, form.cleaned_data["reason"], key=form.act_key)
        messages.success(request, "The course is stopped. Check-ins go on.")
        return redirect("plan:plan", patient.id)

    return ask(request, form, draw, act)
