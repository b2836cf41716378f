"""A study out of a file arrives at this clinic; it changes nothing until a person accepts it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.evidence.actions import BRINGS, bring_file
from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.forms import ActForm
from ataraxy.clinic.people.views.respond import ask
from ataraxy.core.errors import InputRefused

LARGEST = 5 * 2**20  # bytes


class BringForm(ActForm):
    file = forms.FileField(
        label="File",
        help_text="A ClinicalTrials.gov study (JSON, version 2), or a table in Metapsy's shape (CSV). At most 5 MB.",
    )


def bring(request: HttpRequest) -> HttpResponse:
    ctx = staff_of(request, *BRINGS)
    form = BringForm(request)
    form.files = request.FILES

    def draw(status: int) -> HttpResponse:
        return render(request, "evidence/bring.html", {"form": form}, status=status)

    def act() -> HttpResponse:
        file = form.cleaned_data["file"]
        if file.size > LARGEST:
            raise InputRefused(
                "The file is larger than 5 MB.", "Bring it by parts, or import it by command.", "file"
            )
        made = bring_file(ctx, file.name, file.read(), form.act_key)
        if len(made) == 1:
            return redirect("evidence:arrival", made[0])
        if made:  # none: this page was sent before, and they are there
            messages.success(request, f"{len(made)} studies arrived; each waits for a decision.")
        return redirect("evidence:arrivals")

    return ask(request, form, draw, act)
