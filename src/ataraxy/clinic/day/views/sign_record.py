"""A prescriber reads a session's record and signs it as it stands."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.day import actions
from ataraxy.clinic.day.queries.closing import signatures_of
from ataraxy.clinic.people.forms import SignedForm
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.page import who
from ataraxy.clinic.people.signing import signed_by
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat.queries.log import log, names_of
from ataraxy.clinic.treat.views.reach import act_in

MEANING = (
    "I have read this record of the session and sign it as it stands. What is written later is not covered."
)


def sign_record(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The signature covers every entry that stands on this page, by its place in the chain."""
    at = act_in(request, session_id, Role.PRESCRIBER)
    form = SignedForm(request, seen=at.state.last_seq)

    def draw(status: int) -> HttpResponse:
        names = names_of(at.state)
        context = {
            "form": form,
            "session": at.session,
            "who": who(at.session.patient),
            "log": list(reversed(log(at.state, at.protocol, names))),
            "signatures": signatures_of(at.ctx, at.session),
            "meaning": MEANING,
            "ended": at.state.ending,
        }
        return render(request, "day/sign_record.html", context, status=status)

    def act() -> HttpResponse:
        signed_by(request, at.ctx, Role.PRESCRIBER)
        actions.sign_record(at.ctx, at.session, form.act_seen, key=form.act_key)
        messages.success(request, "The record is signed.")
        return redirect("treat:session", session_id=session_id)

    return ask(request, form, draw, act)
