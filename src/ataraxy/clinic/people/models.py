"""Who is here: clinics and their rooms, staff with roles and credentials, patients, and log-ins."""

from __future__ import annotations

import uuid
from typing import ClassVar

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: object) -> User:
        user = self.model(email=self.normalize_email(email), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A log-in. What it may do comes from its ``Staff`` row, never from a flag here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    def __str__(self) -> str:
        return str(self.id)


@pghistory.track()
class Clinic(models.Model):
    """A clinic. Only a clinic marked demo may shift its clock, skip the second factor or use a draft protocol."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=64)  # IANA
    jurisdiction = models.CharField(max_length=16, default="US")
    phone = models.CharField(max_length=40, blank=True)
    is_demo = models.BooleanField(default=False)
    # A page that nobody touches is locked after so many minutes; 0: never. 15 is this project's choice.
    lock_after_min = models.PositiveSmallIntegerField(default=15, db_default=15)

    def __str__(self) -> str:
        return self.name


class ClockOffset(models.Model):
    """How far a demo clinic's clock runs from the wall's; a trigger refuses a row for any other clinic."""

    clinic = models.OneToOneField(
        Clinic, on_delete=models.PROTECT, primary_key=True, related_name="clock_offset"
    )
    offset = models.DurationField()


@pghistory.track()
class Room(models.Model):
    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="room_in_clinic"),
            models.UniqueConstraint(fields=["clinic", "name"], name="room_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    PRESCRIBER = "prescriber", "Prescriber"
    NURSE = "nurse", "Nurse"
    THERAPIST = "therapist", "Therapist"
    COORDINATOR = "coordinator", "Coordinator"
    DIRECTOR = "director", "Director"
    RESEARCHER = "researcher", "Researcher"


@pghistory.track()
class Staff(models.Model):
    """A person at work in one clinic. A person who works in two has two rows and two log-ins."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="staff")
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="staff")
    name = models.CharField(max_length=120)
    roles = ArrayField(models.CharField(max_length=16, choices=Role))
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["clinic", "id"], name="staff_in_clinic")]

    def __str__(self) -> str:
        return self.name

    def has_role(self, *roles: str) -> bool:
        return any(role in self.roles for role in roles)

    @property
    def role_label(self) -> str:
        return ", ".join(Role(role).label for role in self.roles)


class CredentialKind(models.TextChoices):
    PRESCRIBING = "prescribing", "Prescribing licence"
    NURSING = "nursing", "Nursing licence"
    RESCUE = "rescue", "Rescue certification (ACLS or equivalent)"
    THERAPY = "therapy", "Psychotherapy licence"


@pghistory.track()
class Credential(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="credentials")
    kind = models.CharField(max_length=16, choices=CredentialKind)
    number = models.CharField(max_length=60)
    expires_on = models.DateField()

    class Meta:
        ordering = ["expires_on"]


class Stage(models.TextChoices):
    """Where a patient stands on the pathway; projected from the chart and its sessions."""

    SCREEN = "screen", "Screening"
    NOT_TREATED = "not-treated", "Not treated"
    CONSENT = "consent", "Consent"
    PLAN = "plan", "Planning"
    TREAT = "treat", "In treatment"
    FOLLOW = "follow", "Follow-up"
    STOPPED = "stopped", "Stopped"
    CLOSED = "closed", "Closed"


@pghistory.track()
class Patient(models.Model):
    """A person in our care. The id is also the id of their chart's stream."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    record_number = models.CharField(max_length=24)
    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80)
    birth_date = models.DateField()
    sex = models.CharField(max_length=8, choices=[("female", "Female"), ("male", "Male"), ("other", "Other")])
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ["family_name", "given_name"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="patient_in_clinic"),
            models.UniqueConstraint(fields=["clinic", "record_number"], name="record_number_once"),
        ]

    def __str__(self) -> str:
        return self.record_number  # never a name: this text may reach a log

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"


class ChartSummary(models.Model):
    """Projected from the chart in the same transaction as the event; ``ataraxy rebuild`` gives the same."""

    patient = models.OneToOneField(
        Patient, on_delete=models.PROTECT, primary_key=True, related_name="summary"
    )
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.SCREEN)
    disorder = models.CharField(max_length=8, blank=True)
    open_concerns = models.IntegerField(default=0)
    seq = models.BigIntegerField(default=0)


class BreakGlass(models.Model):
    """Emergency access: a member of staff opened a chart their role does not open, said why, and is reviewed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=400)
    at = models.DateTimeField()
    until = models.DateTimeField()
    reviewed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    review = models.CharField(max_length=400, blank=True)
