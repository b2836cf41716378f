"""Record one earlier treatment; what nobody remembers stays not known."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.catalog.load import treatments
from ataraxy.clinic.people.access import CLINICAL, writes_chart
from ataraxy.clinic.people.forms import ActForm, CountField, NumberField, PillsField, ThreeWayField
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.screen.actions.facts import OTHER, record_treatment
from ataraxy.core.chart.events import Answer, Outcome, TreatmentKind, TreatmentRecorded
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.adequacy import NONE_TRIED

OUTCOMES = [
    (Outcome.NON_RESPONSE.value, "Did not help"),
    (Outcome.PARTIAL.value, "Helped in part"),
    (Outcome.RESPONSE.value, "Helped"),
    (Outcome.INTOLERANCE.value, "Not tolerated"),
    (Outcome.UNKNOWN.value, "Not known"),
]
DRUG, TALK = TreatmentKind.DRUG.value, TreatmentKind.PSYCHOTHERAPY.value
EMPTY = "Leave empty when it is not known."


def _choices() -> list[tuple[str, Any]]:
    drugs = {f"{DRUG}:{row.id}": row.name for table in treatments().values() for row in table.drugs}
    talks = {f"{TALK}:{row.id}": row.name for table in treatments().values() for row in table.psychotherapies}
    asked = [
        (f"{DRUG}:{NONE_TRIED}", "No medicine tried"),
        (f"{TALK}:{NONE_TRIED}", "No psychotherapy tried"),
    ]
    others = [(f"{DRUG}:{OTHER}", "Another medicine"), (f"{TALK}:{OTHER}", "Another psychotherapy")]
    return [
        ("", "Choose"),
        ("Medicines", sorted(drugs.items(), key=lambda pair: pair[1])),
        ("Psychotherapies", sorted(talks.items(), key=lambda pair: pair[1])),
        ("Other", others),
        ("Asked, and none", asked),
    ]


class TreatmentForm(ActForm):
    treatment = forms.ChoiceField(label="Treatment", choices=_choices)
    other = forms.CharField(
        label="Which, if another", max_length=80, required=False, help_text="It is kept, and is not weighed."
    )
    dose_mg_per_day = NumberField(
        label="Highest dose held, mg a day",
        required=False,
        max_value=10_000,
        decimal_places=2,
        help_text=EMPTY,
    )
    weeks = CountField(label="Weeks at that dose", required=False, max_value=1500, help_text=EMPTY)
    sessions = CountField(
        label="Sessions, for a psychotherapy", required=False, max_value=1500, help_text=EMPTY
    )
    adherent = ThreeWayField(label="Taken or attended as agreed", required=False)
    outcome = PillsField(OUTCOMES, label="What it did", required=False)

    def recorded(self) -> TreatmentRecorded:
        given = self.cleaned_data
        kind, _, name = given["treatment"].partition(":")
        none = name == NONE_TRIED
        if not none and not (given["adherent"] and given["outcome"]):
            field = "outcome" if given["adherent"] else "adherent"
            raise InputRefused("This is not answered.", "'Not known' is an answer.", field)
        return TreatmentRecorded(
            kind=TreatmentKind(kind),
            treatment=self._name(name),
            dose_mg_per_day=given["dose_mg_per_day"] if kind == DRUG else None,
            weeks=given["weeks"] if kind == DRUG else None,
            sessions=given["sessions"] if kind == TALK else None,
            outcome=Outcome(given["outcome"] or Outcome.UNKNOWN),
            adherent=given["adherent"] or Answer.UNKNOWN,
        )

    def _name(self, name: str) -> str:
        other = self.cleaned_data["other"].strip()
        if name == OTHER and not other:
            raise InputRefused("Its name is missing.", "Write which treatment it was.", "other")
        return f"{OTHER}: {other}" if name == OTHER else name


def treatment(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    ctx, patient = writes_chart(request, patient_id, *CLINICAL)
    form = TreatmentForm(request)

    def draw(status: int) -> HttpResponse:
        return render(
            request, "screen/treatment.html", frame(ctx, patient, "screen") | {"form": form}, status=status
        )

    def act() -> HttpResponse:
        record_treatment(ctx, patient, form.recorded(), key=form.act_key)
        messages.success(request, "The earlier treatment is recorded.")
        return redirect("screen:screening", patient.id)

    return ask(request, form, draw, act)
