"""Refer a patient."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import DESK, staff_of
from ataraxy.clinic.people.actions import patients as acts
from ataraxy.clinic.people.forms import ActForm, DayField, PillsField, WordsField
from ataraxy.clinic.people.views.respond import ask

SEXES = [("female", "Female"), ("male", "Male"), ("other", "Other")]


class ReferralForm(ActForm):
    given_name = forms.CharField(label="First name", max_length=80)
    family_name = forms.CharField(label="Last name", max_length=80)
    birth_date = DayField(label="Date of birth")
    sex = PillsField(SEXES, label="Sex")
    phone = forms.CharField(label="Telephone", max_length=40, required=False)
    email = forms.EmailField(label="E-mail", required=False)
    address = forms.CharField(label="Address", max_length=240, required=False)
    referred_by = forms.CharField(label="Referred by", max_length=120, help_text="A name, or “self”.")
    reason = WordsField(label="Why")
    record_number = forms.CharField(
        label="Record number",
        max_length=24,
        required=False,
        help_text="Leave empty: the clinic's next number is taken.",
    )
    another_person = forms.BooleanField(label="This is another person", required=False)


def add_patient(request: HttpRequest) -> HttpResponse:
    """The referral opens a chart."""
    ctx = staff_of(request, *DESK)
    form = ReferralForm(request)

    def draw(status: int) -> HttpResponse:
        given = form.cleaned_data if form.is_bound else {}
        born = given.get("birth_date")
        known = (
            acts.may_be(ctx, given.get("given_name", ""), given.get("family_name", ""), born) if born else []
        )
        return render(request, "people/add_patient.html", {"form": form, "known": known}, status=status)

    def act() -> HttpResponse:
        given = {name: value for name, value in form.cleaned_data.items() if name not in ("key", "seen")}
        patient = acts.add_patient(ctx, acts.Referral(**given), key=form.act_key)
        messages.success(request, "The chart is open.")
        return redirect("people:patient", patient.id)

    return ask(request, form, draw, act)
