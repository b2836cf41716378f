"""What is typed into the pharmacy's forms."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django import forms

from ataraxy.clinic.people.forms import ActForm, CountField, DayField, NumberField, PillsField, WordsField
from ataraxy.clinic.pharmacy.witness import WitnessedForm
from ataraxy.core.pharmacy.events import Counterpart
from ataraxy.core.pharmacy.stock import Schedule

STEP = Decimal("0.01")
FIRST = "What expires first stands first; opened vials before sealed ones."


class VolumeField(NumberField):
    """mL, to 0.01."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**{"decimal_places": 2, "min_value": STEP, "label": "Volume (mL)", **kwargs})


class VialField(forms.ChoiceField):
    """One vial by the number on it; nothing is chosen beforehand."""

    def offer(self, vials: Iterable[tuple[str, str]]) -> None:
        self.choices = [("", "Choose by the number on the vial"), *vials]


class LocationForm(ActForm):
    name = forms.CharField(label="Name of the safe or location", max_length=80)
    address = forms.CharField(label="Registered address", max_length=240)


class RegistrationForm(ActForm):
    registrant = forms.CharField(label="Registrant, as on the certificate", max_length=120)
    number = forms.CharField(label="DEA registration number", max_length=16)
    expires_on = DayField(label="Valid until")


class ProductForm(ActForm):
    substance = forms.CharField(max_length=60, initial="ketamine")
    form = forms.CharField(label="Finished form", max_length=60, initial="injection")
    schedule = PillsField([(s.value, s.value) for s in Schedule], initial=Schedule.III.value)
    mg_per_ml = NumberField(
        label="Strength (mg/mL)", decimal_places=2, min_value=STEP, help_text="Ketamine: 10, 50 or 100."
    )
    vial_ml = VolumeField(label="Vial size (mL)")
    opened_hours = CountField(
        label="Hours an opened vial may be used",
        min_value=1,
        help_text="Your own rule, by the label and your pharmacist. A draw is refused after it.",
    )
    syringe_hours = CountField(label="Hours a drawn syringe may be used", min_value=1)


class OtherForm(forms.Form):
    """Another registrant."""

    other_name = forms.CharField(label="Name", max_length=120)
    other_number = forms.CharField(label="DEA registration number", max_length=16)
    other_address = forms.CharField(label="Address", max_length=240, required=False)
    document = forms.CharField(label="Invoice or form number", max_length=60, required=False)


def counterpart(form: ActForm) -> Counterpart:
    """The other registrant as typed."""
    given = form.cleaned_data
    return Counterpart(given["other_name"], given["other_number"], given["other_address"], given["document"])


class ReceiveForm(ActForm, OtherForm):
    product = PillsField(label="Product")
    location = PillsField(label="Into")
    vials = CountField(label="Number of vials", min_value=1)
    lot = forms.CharField(label="Lot", max_length=40)
    expires_on = DayField(label="Expires on", help_text="The last day it may be used.")
    field_order = ("product", "vials", "lot", "expires_on", "location")


class DrawForm(WitnessedForm):
    vial = VialField(label="Vial", help_text=FIRST)
    location = PillsField(label="Where you are")
    ml = VolumeField(label="Volume drawn (mL)")
    diluent = forms.CharField(label="Diluent", max_length=40, required=False)
    final_ml = NumberField(label="Final volume (mL)", decimal_places=2, min_value=STEP, required=False)


class WasteForm(WitnessedForm):
    ml = VolumeField(label="Volume wasted (mL)")
    reason = forms.CharField(label="Why", max_length=400)


class DestroyForm(WitnessedForm):
    other_name = forms.CharField(label="Handed to, or destroyed by", max_length=120)
    other_number = forms.CharField(label="Their DEA number, if any", max_length=16, required=False)
    document = forms.CharField(label="Form 41 or manifest number", max_length=60, required=False)
    reason = forms.CharField(label="Why, and how", max_length=400)


class TransferForm(WitnessedForm, OtherForm):
    pass


class ReasonForm(ActForm):
    reason = WordsField(label="Why", max_length=400)


class ChargeForm(ActForm):
    vial = VialField(label="The vial it came from")
    reason = WordsField(label="How you know", max_length=400)


class ExplainForm(ActForm):
    words = WordsField(label="How it came about")


class CloseForm(WitnessedForm):
    resolution = PillsField(label="What it turned out to be")
    words = WordsField(label="What was looked at, and by whom")


class CountForm(WitnessedForm):
    why = PillsField(
        [
            ("initial", "Initial"),
            ("opening", "Opening"),
            ("closing", "Closing"),
            ("on demand", "On demand"),
            ("biennial", "Biennial"),
        ],
        label="Which count",
    )
