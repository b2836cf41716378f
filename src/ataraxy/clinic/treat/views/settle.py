from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import own, staff_of
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import SettleForm
from ataraxy.clinic.treat.models import Quarantined
from ataraxy.clinic.treat.queries.quarantine import content, sessions_to_assign
from ataraxy.core.errors import InputRefused


def settle(request: HttpRequest, message_id: int) -> HttpResponse:
    """Look at one message; discard it, or assign its values to a session."""
    ctx = staff_of(request, Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR)
    row = own(ctx, Quarantined.objects.select_related("settled_by"), id=message_id)
    form = SettleForm(request, row.id, sessions_to_assign(ctx))

    def act() -> HttpResponse:
        told = form.cleaned_data
        if told["what"] == "discard":
            actions.discard(ctx, row.id, told["reason"])
            messages.success(request, "Discarded. The message is kept, with your reason.")
        else:
            if not told["session"]:
                raise InputRefused("No session is chosen.", "Choose whose values these are.", "session")
            session = own(ctx, Session.objects.all(), id=UUID(told["session"]))
            actions.assign(ctx, row.id, session.id, told["reason"])
            messages.success(request, "Assigned. Its values are in the session, as the monitor's.")
        return redirect("treat:quarantine")

    def draw(status: int) -> HttpResponse:
        context = {
            "row": row,
            "form": form,
            "content": content(ctx, row),
        }
        return render(request, "treat/settle.html", context, status=status)

    return ask(request, form, draw, act)
