"""The ledger of controlled medicines in the database.

Every row here is appended, never changed or removed; ``Balance`` alone moves, and only by the trigger behind ``Posting``.
What a row must be (routes, witnesses, totals, agreement with its event) is held by the triggers of ``0002``.
"""

from __future__ import annotations

from django.db import models

from ataraxy.core.pharmacy.discrepancy import Resolution, Step, What
from ataraxy.core.pharmacy.places import ActKind, PlaceKind
from ataraxy.core.pharmacy.stock import Schedule


def _choices(kind: type[ActKind | PlaceKind | Schedule | What | Step | Resolution]) -> list[tuple[str, str]]:
    return [(one.value, one.value.replace("-", " ").capitalize()) for one in kind]


class Location(models.Model):
    """An address at which controlled substances are kept, with its safe."""

    id = models.UUIDField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=240)
    event = models.OneToOneField("audit.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["clinic", "name"], name="location_name_once")]

    def __str__(self) -> str:
        return self.name


class Registration(models.Model):
    """A DEA registration for one location; a renewal is a new row."""

    id = models.UUIDField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="registrations")
    registrant = models.CharField(max_length=120)
    number = models.CharField(max_length=16)
    expires_on = models.DateField()
    event = models.OneToOneField("audit.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-expires_on"]


class Product(models.Model):
    """One substance in one strength and vial size, and how long it may be used once opened (the clinic's own rule)."""

    id = models.UUIDField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    substance = models.CharField(max_length=60)
    form = models.CharField(max_length=60)
    schedule = models.CharField(max_length=3, choices=_choices(Schedule))
    mg_per_ml = models.DecimalField(max_digits=7, decimal_places=2)
    vial_ml = models.DecimalField(max_digits=9, decimal_places=2)
    opened_hours = models.PositiveIntegerField()
    syringe_hours = models.PositiveIntegerField()
    event = models.OneToOneField("audit.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["substance", "mg_per_ml", "vial_ml"]

    def __str__(self) -> str:
        return f"{self.substance} {self.mg_per_ml.normalize():f} mg/mL, {self.vial_ml.normalize():f} mL"


class Vial(models.Model):
    """One vial of one lot, with the number the clinic gave it."""

    id = models.UUIDField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="vials")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="vials")
    lot = models.CharField(max_length=40)
    expires_on = models.DateField()
    ml = models.DecimalField(max_digits=9, decimal_places=2)
    event = models.ForeignKey("audit.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["expires_on", "number"]
        constraints = [models.UniqueConstraint(fields=["clinic", "number"], name="vial_number_once")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"V-{self.number:04}"


class Syringe(models.Model):
    """What was drawn up for one patient's session; never for another patient."""

    id = models.UUIDField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey("plan.Session", on_delete=models.PROTECT, related_name="+")
    filled_at = models.DateTimeField()
    beyond_use_at = models.DateTimeField()
    diluent = models.CharField(max_length=40, blank=True)
    final_ml = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    event = models.OneToOneField("audit.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["filled_at"]


class Administration(models.Model):
    """So many mg of a substance entered a patient; the highest ``number`` of a dose is what is true."""

    id = models.UUIDField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    dose_id = models.UUIDField()  # the event of the dose in its session
    number = models.PositiveIntegerField()
    session = models.ForeignKey("plan.Session", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="+")
    substance = models.CharField(max_length=60)
    mg = models.DecimalField(max_digits=9, decimal_places=4)
    given_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    event = models.OneToOneField("audit.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "number"]
        constraints = [models.UniqueConstraint(fields=["dose_id", "number"], name="administration_once")]


class Act(models.Model):
    """One act of the ledger: the same as its event says, posting for posting."""

    id = models.UUIDField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=_choices(ActKind))
    at = models.DateTimeField()
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    witness = models.ForeignKey("people.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, null=True, related_name="+")
    session = models.ForeignKey("plan.Session", on_delete=models.PROTECT, null=True, related_name="+")
    dose_id = models.UUIDField(null=True)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    other_name = models.CharField(max_length=120, blank=True)
    other_number = models.CharField(max_length=16, blank=True)
    other_address = models.CharField(max_length=240, blank=True)
    document = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    event = models.OneToOneField("audit.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["event__seq"]
        indexes = [models.Index(fields=["dose_id"], name="act_by_dose")]


class Posting(models.Model):
    """``ml`` of one vial, from one place to another: a debit and a credit in one row."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    act = models.ForeignKey(Act, on_delete=models.PROTECT, related_name="postings")
    number = models.PositiveSmallIntegerField()
    vial = models.ForeignKey(Vial, on_delete=models.PROTECT, related_name="postings")
    source = models.CharField(max_length=10, choices=_choices(PlaceKind))
    source_holder = models.UUIDField()
    target = models.CharField(max_length=10, choices=_choices(PlaceKind))
    target_holder = models.UUIDField()
    ml = models.DecimalField(max_digits=9, decimal_places=2)

    class Meta:
        ordering = ["act__event__seq", "number"]
        constraints = [models.UniqueConstraint(fields=["act", "number"], name="posting_once")]


class Balance(models.Model):
    """What one place holds of one vial. Written by a trigger alone; the application may only read it."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    vial = models.ForeignKey(Vial, on_delete=models.PROTECT, related_name="balances")
    place = models.CharField(max_length=10, choices=_choices(PlaceKind))
    holder = models.UUIDField()
    ml = models.DecimalField(max_digits=9, decimal_places=2)

    class Meta:
        ordering = ["vial", "place"]
        constraints = [models.UniqueConstraint(fields=["vial", "place", "holder"], name="balance_once")]


class Count(models.Model):
    """Two people counted what is on hand at one location, each line without seeing what it should be."""

    id = models.UUIDField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="counts")
    why = models.CharField(max_length=24)  # opening, closing, on demand, biennial
    at = models.DateTimeField()
    counted_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    checked_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    event = models.OneToOneField("audit.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at"]


class CountLine(models.Model):
    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    count = models.ForeignKey(Count, on_delete=models.PROTECT, related_name="lines")
    vial = models.ForeignKey(Vial, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=10, choices=_choices(PlaceKind))
    holder = models.UUIDField()
    expected_ml = models.DecimalField(max_digits=9, decimal_places=2)
    found_ml = models.DecimalField(max_digits=9, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["count", "vial", "place", "holder"], name="counted_once")
        ]


class Discrepancy(models.Model):
    """A difference between the books and what is there. Its steps say how far it has come."""

    id = models.UUIDField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    what = models.CharField(max_length=8, choices=_choices(What))
    substance = models.CharField(max_length=60)
    at = models.DateTimeField()
    ml = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    mg = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    vial = models.ForeignKey(Vial, on_delete=models.PROTECT, null=True, related_name="discrepancies")
    line = models.OneToOneField(CountLine, on_delete=models.PROTECT, null=True, related_name="discrepancy")
    administration = models.ForeignKey(
        Administration, on_delete=models.PROTECT, null=True, related_name="discrepancies"
    )
    event = models.OneToOneField("audit.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["clinic", "number"], name="discrepancy_number_once")]


class DiscrepancyStep(models.Model):
    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    discrepancy = models.ForeignKey(Discrepancy, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=9, choices=_choices(Step))
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    words = models.CharField(max_length=2000)
    resolution = models.CharField(max_length=13, blank=True, choices=_choices(Resolution))
    act = models.ForeignKey(Act, on_delete=models.PROTECT, null=True, related_name="+")
    event = models.OneToOneField("audit.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["discrepancy", "number"], name="step_once")]
