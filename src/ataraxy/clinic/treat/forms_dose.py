"""What is typed about the dose itself: the numbers it starts with, each spray, and what went in already."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from ataraxy.clinic.people.forms import NumberField
from ataraxy.clinic.treat.dosing import Shown
from ataraxy.clinic.treat.forms import WhenForm

LONGEST_TOLD = timedelta(hours=12)  # proposed: told later than this, a dose belongs to no session of today


class ToldForm(WhenForm):
    """What may be in already: then it is asked when it went in."""

    already_in = forms.BooleanField(required=False, label="It went in already")

    def prepare(self) -> None:
        super().prepare()
        when = self.fields["when"]
        when.label, when.help_text = (
            "When it went in, if not just now",
            "Left empty: now. An earlier time is marked.",
        )

        if self.seat.state.ending is not None:
            when.label, when.help_text = "When it went in", "The session has ended: its time is needed."

    def clean(self) -> dict[str, Any] | None:
        told = super().clean()
        if self.cleaned_data.get("when") is not None and not self.cleaned_data.get("already_in"):
            self.add_error("when", "Only what went in already has an earlier time. Say that it did.")
        ended = self.seat.state.ending is not None and "when" not in self.errors
        if ended and self.cleaned_data.get("already_in") and self.cleaned_data.get("when") is None:
            # Hazard: dated now, it lies after the end, and the next dose is counted from the wrong hour.
            self.add_error("when", "The session has ended. Say when it went in.")
        return told

    def clean_when(self) -> datetime | None:
        """Hazard: a slip of the day dates a dose where nobody was being treated."""
        at, since = super().clean_when(), self.earliest
        if at is not None and at < since.replace(second=0, microsecond=0):
            local = timezone.localtime(since)
            raise forms.ValidationError(f"That is before {local:%-d %b, %H:%M}, {self.since_words}.")
        return at

    @property
    def moment(self) -> datetime | None:
        """A time is typed to the minute: one in the minute of the bound itself is not before it."""
        at = super().moment
        return None if at is None else max(at, self.earliest)

    @property
    def earliest(self) -> datetime:
        """Not before the patient came; of a further spray, not before the dose began."""
        state = self.seat.state
        if state.dose is not None:
            return state.dose.started_at
        until = state.ending.at if state.ending else self.seat.ctx.now
        return state.arrived_at or until - LONGEST_TOLD

    @property
    def since_words(self) -> str:
        state = self.seat.state
        if state.dose is not None:
            return "when the dose began"
        return "when the patient came" if state.arrived_at else "longer ago than a session lasts"


class StartForm(ToldForm):
    """The numbers of step 1, sent back; or what went in already, told where no dose could be worked out."""

    told_mg = NumberField(
        required=False, min_value=Decimal("0.1"), max_value=500, decimal_places=2, label="How much went in"
    )
    mg = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)
    mg_per_kg = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)
    weight_kg = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)
    rate = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)
    confirmed = forms.CharField(widget=forms.HiddenInput, max_length=3, required=False)

    @property
    def shown(self) -> Shown:
        told = self.cleaned_data
        return Shown(told["mg"], told["mg_per_kg"], told["weight_kg"], told["rate"])


class SprayForm(ToldForm):
    """Which spray; said twice, and whether it is in already, and since when."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=2)
    confirmed = forms.CharField(widget=forms.HiddenInput, max_length=3, required=False)
