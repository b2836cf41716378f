from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from ataraxy.clinic.context import Context, patient_context
from ataraxy.clinic.follow import actions
from ataraxy.clinic.follow.forms import AnswerForm
from ataraxy.clinic.follow.models import CheckIn
from ataraxy.clinic.people.access import record_read
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.people.links import read_link
from ataraxy.clinic.people.models import Clinic
from ataraxy.clinic.people.views.respond import METHODS, ask
from ataraxy.core.errors import InputRefused

EMERGENCY = {"US": "911"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that was opened: whose, and what still stands against answering."""

    ctx: Context
    row: CheckIn
    trouble: InputRefused | None


@login_not_required
@never_cache
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The patient's own page, opened by the link they were sent; no log-in, no name."""
    if request.method not in METHODS:
        return HttpResponseNotAllowed(METHODS)
    try:
        opened = _open(token)
    except InputRefused as refused:
        return _told(request, refused, None, 404)
    with timezone.override(opened.ctx.zone):
        record_read(opened.ctx, opened.row.patient, "follow:answer", "own")
        if opened.trouble is not None and request.method != "POST":
            status = 200 if opened.row.answered_at else 410
            return _told(request, opened.trouble, opened.row, status)
        return _asked(request, opened)


def _open(token: str) -> Opened:
    """The check-in of a link.

    Raises:
        InputRefused: the link is forged or damaged. One that is over is told by ``trouble``.
    """
    ids = read_link(actions.LINK, token, None)
    row = (
        CheckIn.objects.select_related("patient__clinic", "session__course__protocol").filter(id=ids).first()
    )
    if row is None:
        raise InputRefused(
            "This link is not one of ours.", "Open it again from the message we sent you, or call the clinic."
        )
    ctx = patient_context(row.patient)
    try:
        actions.refuse_over(row, ctx)
        actions.refuse_early(row, ctx)
    except InputRefused as over:
        return Opened(ctx, row, over)
    return Opened(ctx, row, None)


def _asked(request: HttpRequest, opened: Opened) -> HttpResponse:
    ctx, row = opened.ctx, opened.row
    form = AnswerForm(request, row.scales, actions.may_tell_story(chart_of(row.patient_id)))

    def draw(status: int) -> HttpResponse:
        context = _frame(row.patient.clinic) | {"form": form, "due_at": row.due_at}
        return render(request, "follow/answer.html", context, status=status)

    def act() -> HttpResponse:
        if opened.trouble is not None and row.answered_at is not None:
            return _thanks(request, ctx, row)
        actions.answer(ctx, row.id, form.answers, words=form.told_words, key=form.act_key)
        return _thanks(request, ctx, row)

    return ask(request, form, draw, act)


def _thanks(request: HttpRequest, ctx: Context, row: CheckIn) -> HttpResponse:
    """What happens now; where an answer worries, whom to call comes first."""
    chart = chart_of(row.patient_id)
    raised = {c.record.payload.about for c in chart.open_concerns}
    mine = (a.envelope.id for a in chart.answers if a.payload.dose_session == row.session_id)
    more = _next_open(ctx, row)
    context = _frame(row.patient.clinic) | {
        "worried": any(one in raised for one in mine),
        "next": reverse("follow:answer", args=[actions.link_of(more)]) if more else "",
    }
    return render(request, "follow/thanks.html", context)


def _next_open(ctx: Context, row: CheckIn) -> CheckIn | None:
    """Another set of questions that is due for this patient now."""
    rows = CheckIn.objects.filter(
        patient_id=row.patient_id, answered_at__isnull=True, superseded_by__isnull=True
    )
    return (
        rows.filter(due_at__lte=ctx.now, closes_at__gt=ctx.now).exclude(id=row.id).order_by("due_at").first()
    )


def _told(request: HttpRequest, refused: InputRefused, row: CheckIn | None, status: int) -> HttpResponse:
    """A link that cannot be used, told kindly."""
    frame = _frame(row.patient.clinic) if row else {}
    context = frame | {"cause": refused.cause, "cure": refused.cure, "is_done": status == 200}
    return render(request, "follow/closed.html", context, status=status)


def _frame(clinic: Clinic) -> dict[str, object]:
    return {
        "clinic_name": clinic.name,
        "clinic_phone": clinic.phone,
        "clinic_is_demo": clinic.is_demo,
        "emergency_number": EMERGENCY.get(clinic.jurisdiction, ""),
    }
