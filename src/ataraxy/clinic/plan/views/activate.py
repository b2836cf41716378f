"""The director activates a protocol version, with a signature."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.forms import SignedForm
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.signing import signed_by
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.plan.actions.protocols import activate_protocol
from ataraxy.clinic.plan.pages import protocol_shown
from ataraxy.clinic.plan.shelf import shelved

MEANING = (
    "From now on this clinic may treat by this version of the protocol. An earlier version of it is retired: "
    "no new course starts on it, and consent is asked again. Running courses keep theirs."
)


def activate(request: HttpRequest, protocol_id: str, version: str) -> HttpResponse:
    ctx = staff_of(request, Role.DIRECTOR)
    chosen = shelved(protocol_id, version)
    if chosen is None:
        raise Http404
    form = SignedForm(request)

    def draw(status: int) -> HttpResponse:
        shown = protocol_shown(ctx, protocol_id, version)
        context = {"form": form, "shown": shown, "meaning": MEANING}
        return render(request, "plan/activate.html", context, status=status)

    def act() -> HttpResponse:
        signed_by(request, ctx, Role.DIRECTOR)
        activate_protocol(ctx, chosen, key=form.act_key)
        messages.success(request, "Activated. Its proposed and unverified lines wait for a signature.")
        return redirect("plan:protocol", protocol_id, version)

    return ask(request, form, draw, act)
