"""A person lets what arrived stand in this clinic's base, or keeps it out, with a signature and a reason."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.evidence.actions import DECIDES, arrival_of
from ataraxy.clinic.evidence.actions import decide as decide_arrival
from ataraxy.clinic.evidence.arrival_page import arrival_shown
from ataraxy.clinic.evidence.local import base_of
from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.forms import PillsField, SignedForm, WordsField
from ataraxy.clinic.people.signing import signed_by
from ataraxy.clinic.people.views.respond import ask

MEANING = (
    "I have read it against its source. If accepted, it stands in this clinic's pools, pages and printed rationales, marked "
    "with my name; if kept out, it changes nothing. A later decision may stand over this one."
)


class DecideForm(SignedForm):
    accepted = PillsField(label="Decision", choices=[("yes", "Accept"), ("no", "Keep out")])
    reason = WordsField(label="Why", help_text="What it was read against, and what speaks for or against it.")


def decide(request: HttpRequest, arrival_id: UUID) -> HttpResponse:
    ctx = staff_of(request, *DECIDES)
    found = arrival_of(ctx, arrival_id)
    if found is None:
        raise Http404
    shown = arrival_shown(ctx, found, base_of(ctx))
    form = DecideForm(request, seen=shown.seen)

    def draw(status: int) -> HttpResponse:
        context = {"form": form, "shown": shown, "meaning": MEANING}
        return render(request, "evidence/decide.html", context, status=status)

    def act() -> HttpResponse:
        signed_by(request, ctx, *DECIDES)
        given = form.cleaned_data
        decide_arrival(
            ctx, arrival_id, given["accepted"] == "yes", given["reason"], form.act_seen, form.act_key
        )
        messages.success(request, "Decided. The pages answer by it from now on.")
        return redirect("evidence:arrival", arrival_id)

    return ask(request, form, draw, act)
