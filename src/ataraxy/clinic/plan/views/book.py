"""Book the next session of a course into a room."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import DESK, own, staff_of, writes_chart
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.plan.actions.sessions import book_session
from ataraxy.clinic.plan.booking import SlotForm, usual_minutes
from ataraxy.clinic.plan.models import Course, Session
from ataraxy.clinic.plan.queries import course_rule, protocol_of


def book(request: HttpRequest, course_id: UUID) -> HttpResponse:
    course = own(staff_of(request, *DESK), Course.objects.select_related("protocol"), id=course_id)
    ctx, patient = writes_chart(request, course.patient_id, *DESK)
    form = SlotForm(request, ctx, {"minutes": usual_minutes(protocol_of(course.protocol))})

    def draw(status: int) -> HttpResponse:
        booked = Session.objects.filter(course=course).exclude(ended="cancelled").select_related("room")
        shown = {
            "form": form,
            "course": course,
            "rule": course_rule(course),
            "booked": booked.order_by("number"),
        }
        return render(request, "plan/book.html", frame(ctx, patient, "plan") | shown, status=status)

    def act() -> HttpResponse:
        session = book_session(ctx, course, form.slot(), key=form.act_key)
        messages.success(request, f"Session {session.number} is booked.")
        return redirect("plan:plan", patient.id)

    return ask(request, form, draw, act)
