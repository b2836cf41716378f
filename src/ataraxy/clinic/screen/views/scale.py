"""Answer a scale item by item, or enter the total of one whose items may not be shown."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.catalog.load import instruments
from ataraxy.clinic.people.access import CLINICAL, writes_chart
from ataraxy.clinic.people.forms import ActForm, CountField
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.screen.actions.scales import answer_scale, enter_total
from ataraxy.clinic.screen.queries import SCALES
from ataraxy.core.errors import InputRefused
from ataraxy.core.scales.score import Score
from ataraxy.core.scales.types import Instrument


class TotalForm(ActForm):
    """For an instrument that is answered on paper."""

    instrument: Instrument

    def prepare(self) -> None:
        total = self.instrument.total
        words = f"{total.lowest} to {total.highest}. Answered on paper: its questions may not be shown here."
        self.fields["total"] = CountField(label="Total", help_text=words, max_value=total.highest)


class ItemsForm(ActForm):
    """One row of answers an item; an item left out is said to be so."""

    instrument: Instrument

    def prepare(self) -> None:
        for number, item in enumerate(self.instrument.items, 1):
            self.fields[f"item-{number}"] = forms.TypedChoiceField(
                label=item.text,
                choices=_answers(self.instrument),
                widget=forms.RadioSelect,
                coerce=int,
                empty_value=None,
                required=False,
            )
        self.fields["left_out"] = forms.BooleanField(
            label="What is empty was left out by the patient", required=False
        )

    def questions(self) -> list[forms.BoundField]:
        return [self[f"item-{number}"] for number in range(1, self.instrument.item_count + 1)]

    def answers(self) -> list[int | None]:
        """In the order of the items.

        Raises:
            InputRefused: items are empty and nobody said that they were left out.
        """
        count = self.instrument.item_count
        given: list[int | None] = [self.cleaned_data[f"item-{number}"] for number in range(1, count + 1)]
        empty = [str(number) for number, answer in enumerate(given, 1) if answer is None]
        if empty and not self.cleaned_data["left_out"]:
            raise InputRefused(
                f"Not answered: item {', '.join(empty)}.",
                "Answer, or tick that it was left out: then there is no total, and nothing counts as 0.",
                "left_out",
            )
        return given


def _answers(instrument: Instrument) -> list[tuple[int, str]]:
    if instrument.options:
        return [(option.value, option.label) for option in instrument.options]
    return [(value, "") for value in range(instrument.answers.lowest, instrument.answers.highest + 1)]


def scale(request: HttpRequest, patient_id: UUID, scale_id: str) -> HttpResponse:
    ctx, patient = writes_chart(request, patient_id, *CLINICAL)
    instrument = instruments().get(scale_id)
    if instrument is None or scale_id not in SCALES:
        raise Http404
    kind = TotalForm if instrument.score_only else ItemsForm
    form = type(kind.__name__, (kind,), {"instrument": instrument})(request)

    def draw(status: int) -> HttpResponse:
        context = frame(ctx, patient, "screen") | {"form": form, "instrument": instrument}
        return render(request, "screen/scale.html", context, status=status)

    def act() -> HttpResponse:
        if isinstance(form, ItemsForm):
            scored = answer_scale(ctx, patient, scale_id, form.answers(), key=form.act_key)
        else:
            scored = enter_total(
                ctx, patient, scale_id, Decimal(form.cleaned_data["total"]), key=form.act_key
            )
        _tell(request, instrument, scored)
        return redirect("screen:screening", patient.id)

    return ask(request, form, draw, act)


def _tell(request: HttpRequest, instrument: Instrument, scored: Score) -> None:
    if scored.total is None:
        items = ", ".join(str(number) for number in scored.missing)
        messages.warning(request, f"{instrument.name}: no total, because item {items} was left out.")
    else:
        band = f", {scored.band.label}" if scored.band else ""
        words = f"{instrument.name}: {scored.total} of {instrument.total.highest}{band}."
        messages.success(request, words)
    for concern in scored.concerns:
        messages.warning(request, concern)
