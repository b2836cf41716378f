"""Review what a stop rule of the course found, and sign that the course goes on."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import own, staff_of, writes_chart
from ataraxy.clinic.people.chart import human_seq
from ataraxy.clinic.people.forms import SignedForm, WordsField
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.signing import signed_by
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.plan.actions.reviews import open_findings, review_course
from ataraxy.clinic.plan.models import Course
from ataraxy.clinic.treat.course import holds_of_course
from ataraxy.core.errors import InputRefused

MEANING = (
    "I have looked at everything listed here, and take responsibility for going on with the course. "
    "Whatever is found later asks for a new review."
)


class ReviewForm(SignedForm):
    findings = forms.CharField(widget=forms.HiddenInput, max_length=20_000)
    reason = WordsField(label="What you found, and why the course may go on")

    @property
    def shown(self) -> list[UUID]:
        try:
            return [UUID(one) for one in self.cleaned_data["findings"].split()]
        except ValueError:
            raise InputRefused("This form is damaged.", "Reload the page and fill it in again.") from None


def review(request: HttpRequest, course_id: UUID) -> HttpResponse:
    ctx = staff_of(request, Role.PRESCRIBER)
    course = own(ctx, Course.objects.select_related("protocol"), id=course_id)
    ctx, patient = writes_chart(request, course.patient_id, Role.PRESCRIBER)
    found = open_findings(course)
    shown = " ".join(str(one.event) for one in found)
    form = ReviewForm(request, seen=human_seq(patient.id), initial={"findings": shown})

    def draw(status: int) -> HttpResponse:
        _show_again(form, shown)
        holds = [hold for hold in holds_of_course(course) if hold.findings]
        more = {"form": form, "course": course, "holds": holds, "meaning": MEANING}
        return render(request, "plan/review.html", frame(ctx, patient, "plan") | more, status=status)

    def act() -> HttpResponse:
        signed_by(request, ctx, Role.PRESCRIBER)
        reason = form.cleaned_data["reason"]
        review_course(ctx, course, form.shown, reason, key=form.act_key, seen=form.act_seen)
        messages.success(request, "The review is signed. The course may go on.")
        return redirect("plan:plan", patient.id)

    return ask(request, form, draw, act)


def _show_again(form: ReviewForm, shown: str) -> None:
    """The page drawn anew carries what it shows now, never what an older page showed."""
    if form.is_bound and isinstance(form.data, QueryDict):
        data = form.data.copy()
        data["findings"] = shown
        form.data = data
