"""What is typed in a session. Limits here catch a slip of the finger; clinical limits are lines of the protocol."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest

from ataraxy.catalog.library import side_effects
from ataraxy.clinic.people.forms import ActForm, MomentField, NumberField, PillsField, SignedForm, WordsField
from ataraxy.clinic.treat.actions.arrival import IDENTIFIERS
from ataraxy.clinic.treat.actions.observe import OTHER
from ataraxy.clinic.treat.queries.room import Seat
from ataraxy.clinic.treat.words import ENDINGS, MEASURES
from ataraxy.core.protocol.dosing import HEAVIEST_KG, LIGHTEST_KG
from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.events import EndReason, Grade

# What can be read off a cuff, a probe or scales at all. Proposed by this project: typing errors, not clinical limits.
TYPED: dict[Measure, tuple[Decimal, Decimal]] = {
    Measure.SYSTOLIC: (Decimal(30), Decimal(300)),
    Measure.DIASTOLIC: (Decimal(10), Decimal(250)),
    Measure.PULSE_CUFF: (Decimal(10), Decimal(300)),
    Measure.SPO2: (Decimal(20), Decimal(100)),
    Measure.PULSE_OXIMETER: (Decimal(10), Decimal(300)),
    Measure.RESPIRATORY_RATE: (Decimal(1), Decimal(80)),
    Measure.SEDATION: (Decimal(0), Decimal(5)),
    Measure.DISSOCIATION: (Decimal(0), Decimal(92)),
    Measure.ANXIETY_NOW: (Decimal(0), Decimal(10)),
    Measure.WEIGHT: (LIGHTEST_KG, HEAVIEST_KG),
    Measure.TEMPERATURE: (Decimal(25), Decimal(45)),
    Measure.NAUSEA: (Decimal(0), Decimal(10)),
    Measure.ORIENTATION: (Decimal(0), Decimal(3)),
}
WHOLE = (
    Measure.SEDATION,
    Measure.DISSOCIATION,
    Measure.ANXIETY_NOW,
    Measure.NAUSEA,
    Measure.ORIENTATION,
)
NOT_ASKED = "not-asked"
UNITS = {
    Measure.TEMPERATURE: "°C",
    Measure.SEDATION: "of 5",
    Measure.DISSOCIATION: "of 92",
    Measure.ANXIETY_NOW: "of 10",
    Measure.NAUSEA: "of 10",
    Measure.ORIENTATION: "of 3",
}


class SeatForm(ActForm):
    """A form of one session."""

    def __init__(self, request: HttpRequest, seat: Seat, initial: dict[str, Any] | None = None) -> None:
        self.seat = seat
        super().__init__(request, seen=seat.seen, initial=initial)


class WhenForm(SeatForm):
    """A form with the time it was true; empty means now."""

    when = MomentField(
        required=False,
        label="Time, if it was earlier",
        help_text="Left empty: now. An earlier time is marked.",
    )

    def prepare(self) -> None:
        """What happened is asked before when it happened."""
        self.order_fields([name for name in self.fields if name != "when"])

    @property
    def moment(self) -> datetime | None:
        at: datetime | None = self.cleaned_data.get("when")
        return at

    def clean_when(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["when"]
        if at is not None and at > self.seat.ctx.now:
            raise forms.ValidationError("This is still to come. Enter when it really was, or leave it empty.")
        return at


class ArriveForm(WhenForm):
    """The patient came in."""


class CheckForm(SeatForm):
    """One line answered with yes or no."""

    line = forms.CharField(widget=forms.HiddenInput, max_length=80)
    ok = PillsField(
        [("yes", "Yes"), ("no", "No")], label="Is it so?", error_messages={"required": "Choose yes or no."}
    )
    identifiers = forms.MultipleChoiceField(
        choices=list(IDENTIFIERS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="Identifiers the patient told and that match",
        help_text="Two at least. Ask openly: “What is your name?”, never “Are you ...?”",
    )
    note = WordsField(required=False, label="Note", help_text="Needed for a no.")


class ScreenForm(SeatForm):
    """A scale asked item by item, yes or no. The words of its items are not kept here: the clinic has the form."""

    line = forms.CharField(widget=forms.HiddenInput, max_length=80)
    note = WordsField(
        required=False, label="Note", help_text="Needed when it is high: what was said, whom you called."
    )

    def __init__(
        self, request: HttpRequest, seat: Seat, line: str, labels: list[str], skipped: tuple[int, ...] = ()
    ) -> None:
        self.labels, self.skipped = labels, skipped
        super().__init__(request, seat, {"line": line})

    def prepare(self) -> None:
        for number, label in enumerate(self.labels, 1):
            choices = [("0", "No"), ("1", "Yes")]
            if number in self.skipped:
                choices.append((NOT_ASKED, "Not asked"))
            self.fields[f"item_{number}"] = PillsField(
                choices, label=label, error_messages={"required": "Choose yes or no."}
            )
        self.order_fields([name for name in self.fields if name != "note"])

    @property
    def answers(self) -> tuple[int | None, ...]:
        told = (self.cleaned_data[f"item_{n}"] for n in range(1, len(self.labels) + 1))
        return tuple(None if one == NOT_ASKED else int(one) for one in told)


class EscortForm(SeatForm):
    name = forms.CharField(max_length=120, label="Name")
    phone = forms.CharField(max_length=40, label="Telephone number")
    present = PillsField(
        [("coming", "Confirmed, will come"), ("here", "Is here now")],
        label="Where are they?",
        error_messages={"required": "Choose one."},
    )


def number_of(measure: Measure) -> NumberField:
    """The field of one measure."""
    lowest, highest = TYPED[measure]
    places = 0 if measure in WHOLE else 1
    return NumberField(
        required=False, min_value=lowest, max_value=highest, decimal_places=places, label=MEASURES[measure]
    )


class VitalForm(WhenForm):
    """Values of one moment. What is left empty was not measured; it is never zero."""

    def prepare(self) -> None:
        for measure in TYPED:
            self.fields[name_of(measure)] = number_of(measure)

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        if not self.errors and not self.values:
            raise forms.ValidationError("There is no value. Type at least one.")
        return given

    @property
    def values(self) -> dict[Measure, Decimal]:
        typed = ((m, self.cleaned_data.get(name_of(m))) for m in TYPED)
        return {m: value for m, value in typed if value is not None}

    @property
    def rows(self) -> list[tuple[forms.BoundField, str]]:
        """Each field with its unit, as the page lays them out."""
        return [(self[name_of(m)], unit_of(m)) for m in TYPED]


def name_of(measure: Measure) -> str:
    return measure.value.replace("-", "_")


def unit_of(measure: Measure) -> str:
    return UNITS.get(measure, measure.unit)


class BindForm(SeatForm):
    device = PillsField(
        label="Which monitor?", error_messages={"required": "Choose the monitor in this room."}
    )

    def __init__(self, request: HttpRequest, seat: Seat, monitors: list[tuple[str, str]]) -> None:
        self.monitors = monitors
        super().__init__(request, seat)

    def prepare(self) -> None:
        field = self.fields["device"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = self.monitors


class ConfirmForm(SeatForm):
    """An act without anything to type, asked twice when it lets the drug go on."""

    confirmed = forms.CharField(widget=forms.HiddenInput, max_length=3, required=False)


class EffectForm(WhenForm):
    """``when`` is its onset."""

    effect = PillsField(label="What is it?", error_messages={"required": "Choose one."})
    grade = PillsField(
        [(g.value, g.value.capitalize()) for g in Grade],
        label="How bad?",
        error_messages={"required": "Choose a grade."},
    )
    done = WordsField(required=False, label="What was done about it")
    serious = forms.BooleanField(
        required=False,
        label="Serious: it threatened life, kept the patient in hospital, did lasting harm, or had to be kept from that",
    )
    note = WordsField(required=False, label="Note")

    def prepare(self) -> None:
        asked = sorted(side_effects().values(), key=lambda s: not s.asked)
        field = self.fields["effect"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(s.key, s.label) for s in asked if s.key != OTHER] + [(OTHER, "Other")]
        super().prepare()


class ResolveForm(WhenForm):
    report = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.CharField(required=False, max_length=200, label="How it ended")


class NoteForm(WhenForm):
    text = WordsField(label="Note", max_length=4000)


class OverrideForm(SeatForm, SignedForm):
    line = forms.CharField(widget=forms.HiddenInput, max_length=80)
    reason = WordsField(
        label="Why it is right to go on", help_text="In your own words; it stays in the record."
    )


class DecideDoseForm(SeatForm, SignedForm):
    """One of the doses of the course."""

    mg_per_kg = PillsField(label="Dose of this session, mg/kg", error_messages={"required": "Choose one."})
    reason = WordsField(
        label="Why this dose", help_text="How the last one was tolerated; it stays in the record."
    )

    def __init__(self, request: HttpRequest, seat: Seat, doses: list[Decimal]) -> None:
        self.doses = doses
        super().__init__(request, seat)

    def prepare(self) -> None:
        chosen = self.fields["mg_per_kg"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = [(str(dose), f"{dose}") for dose in self.doses]


class CorrectForm(WhenForm):
    """A new time, and for a measurement new values, or the entry taken back."""

    event = forms.UUIDField(widget=forms.HiddenInput)
    what = PillsField(
        [("correct", "Put right"), ("retract", "Take back: it never happened")],
        label="What shall happen?",
        error_messages={"required": "Choose one."},
    )
    reason = WordsField(label="What was wrong")

    def __init__(
        self, request: HttpRequest, seat: Seat, measures: tuple[Measure, ...], initial: dict[str, Any]
    ) -> None:
        self.measures = tuple(m for m in measures if m in TYPED)
        super().__init__(request, seat, initial)

    def prepare(self) -> None:
        self.fields["when"].label = "When it was true"
        self.fields["when"].help_text = ""
        for measure in self.measures:
            self.fields[name_of(measure)] = number_of(measure)

    @property
    def values(self) -> dict[Measure, Decimal] | None:
        typed = {m: self.cleaned_data.get(name_of(m)) for m in self.measures}
        given = {m: v for m, v in typed.items() if v is not None}
        return given or None

    @property
    def rows(self) -> list[tuple[forms.BoundField, str]]:
        return [(self[name_of(m)], unit_of(m)) for m in self.measures]


class EndForm(SeatForm):
    how = PillsField(
        [(how.value, words) for how, words in ENDINGS.items()],
        label="How does the session end?",
        error_messages={"required": "Choose one."},
    )
    note = WordsField(required=False, label="Note", help_text="Needed unless the patient is discharged home.")

    @property
    def ending(self) -> EndReason:
        return EndReason(self.cleaned_data["how"])


class SettleForm(ActForm):
    what = PillsField(
        [("discard", "Discard"), ("assign", "Assign its values to a session")],
        label="What shall happen?",
        error_messages={"required": "Choose one."},
    )
    message = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    session = forms.TypedChoiceField(required=False, label="Session, if it is assigned", empty_value="")
    reason = WordsField(label="Why")

    def __init__(self, request: HttpRequest, message: int, sessions: list[tuple[str, str]]) -> None:
        self.sessions = sessions
        super().__init__(request, initial={"message": message})

    def prepare(self) -> None:
        field = self.fields["session"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choose"), *self.sessions]
