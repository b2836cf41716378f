"""What is typed about the care around the dose: cover, syringe, pump, orders, medicines, emergencies, hand-over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest

from ataraxy.clinic.people.forms import MomentField, NumberField, PillsField, SignedForm, WordsField
from ataraxy.clinic.treat.care_words import THINGS, WAYS
from ataraxy.clinic.treat.forms import TYPED, SeatForm, VitalForm, WhenForm
from ataraxy.clinic.treat.queries.room import Seat
from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.care import (
    BolusGiven,
    MedicineGiven,
    OrderGiven,
    OrderKind,
    SyringePrepared,
    Thing,
    Way,
)

Choices = Sequence[tuple[str, str]]
POSITIVE = Decimal("0.001")
OTHER = "other"


class ChoosingForm(SeatForm):
    """A form whose choices are known only when it is drawn: ``choices`` by the name of the field."""

    def __init__(
        self,
        request: HttpRequest,
        seat: Seat,
        choices: Mapping[str, Choices],
        initial: dict[str, Any] | None = None,
    ) -> None:
        self.choices = dict(choices)
        super().__init__(request, seat, initial)

    def prepare(self) -> None:
        for name, choices in self.choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField | forms.MultipleChoiceField)
            field.choices = list(choices)


class PeopleForm(ChoosingForm):
    prescriber = PillsField(label="Prescriber on site", error_messages={"required": "Choose who is here."})
    rescuer = PillsField(
        label="Certified in advanced life support, free for this room",
        error_messages={"required": "Choose who is free."},
    )


class SyringeForm(SeatForm):
    """What was drawn up, each number as it stands on the label."""

    mg = NumberField(min_value=POSITIVE, decimal_places=3, label="Ketamine in it")
    stock_mg_per_ml = PillsField(
        [("10", "10 mg/mL"), ("50", "50 mg/mL"), ("100", "100 mg/mL")],
        label="Stock strength, as the vial says",
        error_messages={"required": "Read it off the vial."},
    )
    stock_ml = NumberField(min_value=POSITIVE, decimal_places=3, label="Stock drawn up")
    diluent = forms.CharField(required=False, max_length=80, label="Diluent")
    diluent_ml = NumberField(required=False, min_value=0, decimal_places=3, label="Diluent added")
    final_ml = NumberField(min_value=POSITIVE, decimal_places=3, label="Final volume")
    concentration_mg_per_ml = NumberField(min_value=POSITIVE, decimal_places=3, label="Final concentration")
    label = forms.CharField(required=False, max_length=80, label="Written on it")

    UNITS = {  # noqa: RUF012 (read only)
        "mg": "mg",
        "stock_ml": "mL",
        "diluent_ml": "mL",
        "final_ml": "mL",
        "concentration_mg_per_ml": "mg/mL",
    }

    @property
    def rows(self) -> list[tuple[forms.BoundField, str]]:
        return [(field, self.UNITS.get(field.name, "")) for field in self.visible_fields()]

    @property
    def made(self) -> SyringePrepared:
        told = self.cleaned_data
        return SyringePrepared(
            told["mg"],
            Decimal(told["stock_mg_per_ml"]),
            told["stock_ml"],
            told["diluent"].strip(),
            told["diluent_ml"] or Decimal(0),
            told["final_ml"],
            told["concentration_mg_per_ml"],
            told["label"].strip(),
        )


class CheckSyringeForm(SeatForm):
    syringe = forms.UUIDField(widget=forms.HiddenInput)


class RateForm(ChoosingForm):
    rate = NumberField(min_value=POSITIVE, decimal_places=4, label="New rate")
    unit = PillsField(
        [("mg/min", "mg/min"), ("mL/h", "mL/h")], label="In", error_messages={"required": "Choose the unit."}
    )
    reason = WordsField(label="Why")
    order = forms.ChoiceField(required=False, label="Order, if it is above the planned rate")
    confirmed = forms.CharField(widget=forms.HiddenInput, max_length=3, required=False)

    def prepare(self) -> None:
        self.choices = {"order": [("", "No order"), *self.choices.get("order", ())]}
        super().prepare()

    @property
    def mg_per_min(self) -> Decimal:
        """The rate in mg/min, whatever it was typed in: mL/h by the strength of what runs."""
        rate: Decimal = self.cleaned_data["rate"]
        dose = self.seat.state.dose
        strength = dose.planned.concentration_mg_per_ml if dose else None
        if self.cleaned_data["unit"] == "mg/min" or not strength:
            return rate
        return (rate * strength / 60).quantize(Decimal("0.0001"))

    def clean(self) -> dict[str, Any] | None:
        told = super().clean() or {}
        dose = self.seat.state.dose
        if told.get("unit") == "mL/h" and (dose is None or not dose.planned.concentration_mg_per_ml):
            self.add_error("unit", "The strength of what runs is not known: give the rate in mg/min.")
        return told

    @property
    def order_id(self) -> UUID | None:
        return UUID(self.cleaned_data["order"]) if self.cleaned_data["order"] else None


class PumpForm(SeatForm):
    infused_ml = NumberField(
        required=False,
        min_value=0,
        max_value=2000,
        decimal_places=2,
        label="Volume infused, as the pump shows it",
    )
    stopped = forms.BooleanField(required=False, label="I looked: the pump stands still")
    explanation = WordsField(
        required=False,
        label="Why it differs",
        help_text="Needed when it is further from the estimate than the protocol lets pass.",
    )

    def clean(self) -> dict[str, Any] | None:
        told = super().clean() or {}
        if not self.errors and told.get("infused_ml") is None and not told.get("stopped"):
            raise forms.ValidationError("Type the volume, or confirm that the pump stands still.")
        return told


class OrderForm(ChoosingForm):
    medicine = PillsField(label="What", error_messages={"required": "Choose one."})
    other = forms.CharField(required=False, max_length=80, label="If another: which")
    amount = NumberField(min_value=POSITIVE, decimal_places=3, label="How much")
    unit = PillsField(
        [("mg", "mg"), ("mcg", "mcg"), ("mL", "mL"), ("L/min", "L/min"), ("mg/min", "mg/min")],
        label="Unit",
        error_messages={"required": "Choose the unit."},
    )
    way = PillsField(
        [(way.value, words) for way, words in WAYS.items()],
        label="How",
        error_messages={"required": "Choose how."},
    )
    reason = WordsField(label="Why")
    prescriber = PillsField(label="Ordered by", error_messages={"required": "Choose the prescriber."})
    read_back = forms.BooleanField(
        required=False, label="A verbal order: I read it back, and the prescriber confirmed it"
    )

    @property
    def name(self) -> str:
        told: str = self.cleaned_data["medicine"]
        other: str = self.cleaned_data["other"]
        return other.strip() if told == OTHER else told

    @property
    def given(self) -> OrderGiven:
        told = self.cleaned_data
        kinds = {"ketamine": OrderKind.KETAMINE, "oxygen": OrderKind.OXYGEN}
        return OrderGiven(
            kinds.get(self.name, OrderKind.RESCUE),
            self.name,
            told["amount"],
            told["unit"],
            Way(told["way"]),
            told["reason"].strip(),
            UUID(told["prescriber"]),
            verbal=True,
            read_back=told["read_back"],
        )


class CountersignForm(SeatForm, SignedForm):
    order = forms.UUIDField(widget=forms.HiddenInput)


class MedicineForm(ChoosingForm, WhenForm):
    """What went in. Without an order it is charted all the same."""

    medicine = PillsField(label="What went in", error_messages={"required": "Choose one."})
    other = forms.CharField(required=False, max_length=80, label="If another: which")
    amount = NumberField(min_value=0, decimal_places=3, label="How much", help_text="Oxygen off: 0.")
    unit = PillsField(
        [("mg", "mg"), ("mcg", "mcg"), ("mL", "mL"), ("L/min", "L/min")],
        label="Unit",
        error_messages={"required": "Choose the unit."},
    )
    way = PillsField(
        [(way.value, words) for way, words in WAYS.items()],
        label="How",
        error_messages={"required": "Choose how."},
    )
    order = forms.ChoiceField(required=False, label="By which order")
    note = WordsField(required=False, label="Note")

    def clean_other(self) -> str:
        """Hazard: under another name the protocol's own drug is counted in no cap and no dose."""
        other: str = self.cleaned_data["other"].strip()
        drug = self.seat.protocol.drug.name
        if drug.lower() in other.lower():
            raise forms.ValidationError(
                f"{drug.capitalize()} counts with the dose. Chart it as supplemental ketamine, also when it is in already."
            )
        return other

    def prepare(self) -> None:
        self.choices["order"] = [("", "Without an order"), *self.choices["order"]]
        ChoosingForm.prepare(self)
        WhenForm.prepare(self)

    @property
    def given(self) -> MedicineGiven:
        told = self.cleaned_data
        name = told["other"].strip() if told["medicine"] == OTHER else told["medicine"]
        order = UUID(told["order"]) if told["order"] else None
        return MedicineGiven(
            name, told["amount"], told["unit"], Way(told["way"]), order, told["note"].strip()
        )


WITHOUT = "none"


class BolusForm(ChoosingForm, WhenForm):
    """A supplement that is to be given, or one that went in already: that is charted as it was."""

    order = PillsField(label="By which order", error_messages={"required": "A prescriber orders it first."})
    mg = NumberField(min_value=POSITIVE, decimal_places=3, label="Ketamine")
    ml = NumberField(required=False, min_value=POSITIVE, decimal_places=3, label="Volume")
    sprays = forms.IntegerField(required=False, min_value=1, max_value=10, label="Sprays, into the nose")
    already_in = forms.BooleanField(
        required=False,
        label="It went in already",
        help_text="Then it is charted as it was, whatever speaks against it.",
    )
    way = forms.ChoiceField(
        choices=[("", "As ordered"), *((way.value, words) for way, words in WAYS.items())],
        required=False,
        label="How it went in, if not as ordered",
    )
    confirmed = forms.CharField(widget=forms.HiddenInput, max_length=3, required=False)

    UNITS = {"mg": "mg", "ml": "mL"}  # noqa: RUF012 (read only)

    def prepare(self) -> None:
        self.choices["order"] = [*self.choices["order"], (WITHOUT, "No order; it went in already")]
        ChoosingForm.prepare(self)
        WhenForm.prepare(self)

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        told = self.cleaned_data
        if not told.get("already_in"):
            if told.get("order") == WITHOUT:
                self.add_error("order", "A prescriber orders it first.")
            if told.get("when") is not None:
                self.add_error("when", "Only what went in already has an earlier time. Say that it did.")
            if told.get("way"):
                self.add_error("way", "It is given as ordered, or ordered anew.")
        elif told.get("order") == WITHOUT and not told.get("way"):
            self.add_error("way", "Without an order: say how it went in.")
        return given

    @property
    def rows(self) -> list[tuple[forms.BoundField, str]]:
        return [(field, self.UNITS.get(field.name, "")) for field in self.visible_fields()]

    @property
    def given(self) -> BolusGiven:
        told = self.cleaned_data
        which = None if told["order"] == WITHOUT else UUID(told["order"])
        order = self.seat.state.care.order(which)
        ordered = order.order.way if order else Way.INTRAVENOUS
        way = Way(told["way"]) if told["way"] else ordered
        strength = (told["mg"] / told["ml"]).quantize(Decimal("0.01")) if told["ml"] else None
        sprays = told["sprays"] or None
        return BolusGiven(told["mg"], way, which, told["ml"], strength, sprays, told["already_in"])


class EmergencyForm(SeatForm):
    """Anything written in an emergency: what was done, who does what, or how it ended."""

    emergency = forms.UUIDField(widget=forms.HiddenInput)
    step = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=99)
    role = forms.CharField(required=False, max_length=40)
    what = forms.CharField(required=False, max_length=400, label="What was done")


class ReviewForm(SeatForm):
    emergency = forms.UUIDField(widget=forms.HiddenInput)
    words = WordsField(label="What went well, what will be different")


class ArtefactForm(ChoosingForm):
    event = forms.UUIDField(widget=forms.HiddenInput)
    measures = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label="Which values",
        error_messages={"required": "Choose one."},
    )
    reason = WordsField(label="Why it cannot be right", help_text="A moved probe, a bent arm, shivering.")

    @property
    def chosen(self) -> list[Measure]:
        return [Measure(value) for value in self.cleaned_data["measures"]]


class HandoverForm(ChoosingForm):
    to = PillsField(label="To whom", error_messages={"required": "Choose who takes over."})
    things = forms.MultipleChoiceField(
        choices=[(thing.value, words.capitalize()) for thing, words in THINGS.items()],
        widget=forms.CheckboxSelectMultiple,
        label="What",
        error_messages={"required": "Choose what is handed over."},
    )
    note = WordsField(required=False, label="What they must know")

    @property
    def chosen(self) -> list[Thing]:
        return [Thing(value) for value in self.cleaned_data["things"]]


class AcceptForm(SeatForm):
    offer = forms.UUIDField(widget=forms.HiddenInput)
    infused_ml = NumberField(
        required=False, min_value=0, max_value=2000, decimal_places=2, label="Volume the pump shows, mL"
    )


class MoveForm(ChoosingForm):
    event = forms.UUIDField(widget=forms.HiddenInput)
    to = PillsField(label="Whose is it?", error_messages={"required": "Choose the session it belongs to."})
    reason = WordsField(label="How it came to stand here")


class PaperForm(VitalForm):
    """One row of a paper sheet: its time, its values, its words."""

    sheet = forms.CharField(max_length=40, label="Number on the sheet")
    written_by = forms.CharField(max_length=80, label="Written by")
    note = WordsField(required=False, label="Words on that row")

    def prepare(self) -> None:
        super().prepare()
        self.fields["when"] = MomentField(label="Time on the sheet")

    def clean(self) -> dict[str, Any] | None:
        if self.cleaned_data.get("note"):
            return SeatForm.clean(self)
        return super().clean()

    @property
    def measures(self) -> list[Measure]:
        return list(TYPED)
