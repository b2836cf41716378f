"""Make the link by which a patient reads and signs."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from ataraxy.clinic.consent.actions import invite_to_consent, link_of
from ataraxy.clinic.consent.queries import open_invitation
from ataraxy.clinic.people.access import DESK, own, writes_chart
from ataraxy.clinic.people.forms import ActForm
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.plan.models import ActivatedProtocol
from ataraxy.core.protocol.types import Disorder


def invite(request: HttpRequest, patient_id: UUID, protocol: int, disorder: str) -> HttpResponse:
    """GET shows the open link, or offers to make one."""
    ctx, patient = writes_chart(request, patient_id, *DESK)
    row = own(ctx, ActivatedProtocol.objects.all(), id=protocol)
    if disorder not in {one.value for one in Disorder}:
        raise Http404
    form = ActForm(request)

    def draw(status: int) -> HttpResponse:
        known = open_invitation(ctx, patient, row)
        shown: dict[str, object] = {"form": form, "row": row, "invitation": known}
        if known:
            path = reverse("consent:read", args=[link_of(known)])
            until = known.closes_at.astimezone(ctx.zone)
            help_words = (
                f"It opens without a log-in until {until.day} {until:%b %Y, %H:%M}. Anyone who holds it can read and "
                "sign: send it to this patient only."
            )
            shown |= {"link": request.build_absolute_uri(path), "path": path, "help": help_words}
        return render(request, "consent/invite.html", frame(ctx, patient, "consent") | shown, status=status)

    def act() -> HttpResponse:
        invite_to_consent(ctx, patient, row, Disorder(disorder))
        return redirect("consent:invite", patient.id, row.id, disorder)

    return ask(request, form, draw, act)
