"""Somebody says that a study of the base was taken back; it stands until a person accepts that."""

from __future__ import annotations

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.evidence.actions import BRINGS, report_retraction
from ataraxy.clinic.evidence.local import base_of
from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.forms import ActForm, DayField, WordsField
from ataraxy.clinic.people.views.respond import ask
from ataraxy.core.evidence.choose import label_of


class RetractionForm(ActForm):
    retracted_on = DayField(label="Taken back on")
    words = WordsField(label="By whom, and why", max_length=600)
    where = forms.CharField(label="Where that can be read", max_length=200, required=False)


def retraction(request: HttpRequest, study_id: str) -> HttpResponse:
    ctx = staff_of(request, *BRINGS)
    study = base_of(ctx).studies.get(study_id)
    if study is None:
        raise Http404
    form = RetractionForm(request)

    def draw(status: int) -> HttpResponse:
        context = {"form": form, "study": study, "label": label_of(study)}
        return render(request, "evidence/retraction.html", context, status=status)

    def act() -> HttpResponse:
        given = form.cleaned_data
        made = report_retraction(
            ctx, study_id, given["retracted_on"], given["words"], given["where"], form.act_key
        )
        return redirect("evidence:arrival", made) if made else redirect("evidence:arrivals")

    return ask(request, form, draw, act)
