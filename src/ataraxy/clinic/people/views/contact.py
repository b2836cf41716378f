"""How a patient is reached, put right."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import DESK, patient_of
from ataraxy.clinic.people.actions.patients import CONTACT, change_contact
from ataraxy.clinic.people.forms import ActForm, DayField
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.views.respond import ask


class ContactForm(ActForm):
    given_name = forms.CharField(label="First name", max_length=80)
    family_name = forms.CharField(label="Last name", max_length=80)
    birth_date = DayField(label="Date of birth")
    phone = forms.CharField(label="Telephone", max_length=40, required=False)
    email = forms.EmailField(label="E-mail", required=False)
    address = forms.CharField(label="Address", max_length=240, required=False)

    def prepare(self) -> None:
        for name in CONTACT:
            self.fields[
                name
            ].show_hidden_initial = True  # changed against what this person saw, not what is there now


def contact(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Only what was changed is written, so that two people at two screens undo nothing of each other's."""
    ctx, patient = patient_of(request, patient_id, *DESK)
    form = ContactForm(request, initial={name: getattr(patient, name) for name in CONTACT})

    def draw(status: int) -> HttpResponse:
        return render(request, "people/contact.html", frame(ctx, patient) | {"form": form}, status=status)

    def act() -> HttpResponse:
        changed = {name: form.cleaned_data[name] for name in CONTACT if name in form.changed_data}
        change_contact(ctx, patient, changed, key=form.act_key)
        messages.success(request, "Saved. Links that were sent stay as they are.")
        return redirect("people:patient", patient.id)

    return ask(request, form, draw, act)
