"""The director looks at one broken glass and says what was found."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.audit.models import ChartRead
from ataraxy.clinic.people.access import own, staff_of
from ataraxy.clinic.people.actions import glass as acts
from ataraxy.clinic.people.forms import ActForm, WordsField
from ataraxy.clinic.people.models import BreakGlass, Role
from ataraxy.clinic.people.views.respond import ask


class ReviewForm(ActForm):
    review = WordsField(label="What was found", max_length=400)


def review_glass(request: HttpRequest, glass_id: UUID) -> HttpResponse:
    """Shows which pages were read through it."""
    ctx = staff_of(request, Role.DIRECTOR)
    glass = own(ctx, BreakGlass.objects.select_related("staff", "patient"), id=glass_id)
    form = ReviewForm(request)

    def draw(status: int) -> HttpResponse:
        reads = ChartRead.objects.filter(
            clinic=ctx.clinic, patient_id=glass.patient_id, staff_id=glass.staff_id
        )
        reads = reads.filter(at__gte=glass.at, at__lte=glass.until, right="break-glass").order_by("at")
        context = {"form": form, "glass": glass, "reads": reads}
        return render(request, "people/review_glass.html", context, status=status)

    def act() -> HttpResponse:
        acts.review_glass(ctx, glass, form.cleaned_data["review"], key=form.act_key)
        messages.success(request, "The review is on record.")
        return redirect("people:broken-glass")

    return ask(request, form, draw, act)
