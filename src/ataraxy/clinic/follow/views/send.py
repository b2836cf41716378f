from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from ataraxy.clinic.follow.actions import line_words, link_of
from ataraxy.clinic.follow.actions import send as send_link
from ataraxy.clinic.follow.models import CheckIn
from ataraxy.clinic.people.access import DESK, own, staff_of
from ataraxy.clinic.people.forms import ActForm
from ataraxy.clinic.people.page import who
from ataraxy.clinic.people.views.respond import ask

ROWS = CheckIn.objects.select_related("patient", "session__course__protocol")


def send(request: HttpRequest, check_in_id: UUID) -> HttpResponse:
    """Make the patient's link and show it to copy; the invitation is on record."""
    ctx = staff_of(request, *DESK)
    row = own(ctx, ROWS.all(), id=check_in_id)
    form = ActForm(request)

    def draw(status: int) -> HttpResponse:
        row.refresh_from_db(fields=["invited_at", "answered_at"])
        is_open = row.answered_at is None and row.superseded_by_id is None and row.closes_at > ctx.now
        url = reverse("follow:answer", args=[link_of(row)])
        context = {
            "row": row,
            "who": who(row.patient),
            "asks": line_words(row),
            "form": form,
            "is_open": is_open,
            "path": url,
            "help": "It needs no log-in and works until it closes. Whoever has it can answer: send it to nobody else.",
            "link": request.build_absolute_uri(url) if is_open and row.invited_at else "",
        }
        return render(request, "follow/send.html", context, status=status)

    def act() -> HttpResponse:
        send_link(ctx, row.id)
        return draw(200)

    return ask(request, form, draw, act)
