"""Try the rescue equipment, and sign for it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.day.equipment import ITEMS, SIGNERS, equipment_today, sign_equipment
from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.forms import SignedForm, WordsField
from ataraxy.clinic.people.signing import signed_by
from ataraxy.clinic.people.views.respond import ask

MEANING = "I tried each of these today. What is not ticked does not work, and no dose begins until it does."


class EquipmentForm(SignedForm):
    works = forms.MultipleChoiceField(
        choices=list(ITEMS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="What I tried, and what works",
        help_text="Leave unticked what does not work.",
    )
    note = WordsField(required=False, label="Note", help_text="Needed when something does not work.")


def equipment(request: HttpRequest) -> HttpResponse:
    """Nothing is ticked beforehand."""
    ctx = staff_of(request, *SIGNERS)
    form = EquipmentForm(request)

    def draw(status: int) -> HttpResponse:
        context = {"form": form, "meaning": MEANING, "last": equipment_today(ctx)}
        return render(request, "day/equipment.html", context, status=status)

    def act() -> HttpResponse:
        signed_by(request, ctx, *SIGNERS)
        sign_equipment(ctx, form.cleaned_data["works"], form.cleaned_data["note"], key=form.act_key)
        messages.success(request, "The check of the rescue equipment is signed.")
        return redirect("day:opening")

    return ask(request, form, draw, act)
