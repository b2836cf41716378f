"""Move a booked session to another time or room."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import DESK, own, staff_of, writes_chart
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.plan.actions.sessions import move_session
from ataraxy.clinic.plan.booking import MoveForm
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.plan.queries import course_rule


def move(request: HttpRequest, session_id: UUID) -> HttpResponse:
    rows = Session.objects.select_related("course__protocol", "room")
    session = own(staff_of(request, *DESK), rows, id=session_id)
    ctx, patient = writes_chart(request, session.patient_id, *DESK)
    minutes = round((session.during.upper - session.during.lower).total_seconds() / 60)
    start = {"starts_at": session.during.lower, "minutes": minutes, "room": str(session.room_id)}
    form = MoveForm(request, ctx, start)

    def draw(status: int) -> HttpResponse:
        shown = {"form": form, "session": session, "rule": course_rule(session.course)}
        return render(request, "plan/move.html", frame(ctx, patient, "plan") | shown, status=status)

    def act() -> HttpResponse:
        move_session(ctx, session, form.slot(), form.cleaned_data["reason"], key=form.act_key)
        messages.success(request, f"Session {session.number} is moved.")
        return redirect("plan:plan", patient.id)

    return ask(request, form, draw, act)
