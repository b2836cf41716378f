from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.actions.arrival import answered_lines
from ataraxy.clinic.treat.forms import CheckForm
from ataraxy.clinic.treat.queries.room import identifies
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.clinic.treat.words import line_text


def check(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Answer one arrival check or confirm one discharge criterion; without a line, choose one."""
    at = act_in(request, session_id, *BEDSIDE)
    line = request.POST.get("line") or request.GET.get("line", "")
    known = answered_lines(at.protocol)
    form = CheckForm(request, at, {"line": line})
    names = identifies(at.protocol, line)
    if not names:
        del form.fields["identifiers"]

    def act() -> HttpResponse:
        told = form.cleaned_data
        actions.check(
            at.ctx,
            session_id,
            told["line"],
            told["ok"] == "yes",
            note=told["note"],
            identifiers=told.get("identifiers", ()),
            key=form.act_key,
        )
        return back(at)

    def draw(status: int) -> HttpResponse:
        text = line_text(at.protocol, line) if line in known else "Which check?"
        choices = [
            (one.id, one.text) for one in (*at.protocol.arrival, *at.protocol.discharge) if one.id in known
        ]
        return act_page(
            request,
            at,
            form,
            status,
            heading=text,
            button="Record the answer",
            template="treat/check.html",
            choices=() if line in known else choices,
            identifies=names,
        )

    return ask(request, form, draw, act)
