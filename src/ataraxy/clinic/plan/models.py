"""Activated protocols and their signed lines; courses; sessions booked into rooms."""

from __future__ import annotations

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models


class ActivatedProtocol(models.Model):
    """A protocol version this clinic treats by: its full text and hash, as it was on the day it was activated.

    The same version with another hash refuses to start (a system check).
    """

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="protocols")
    protocol_id = models.CharField(max_length=60)
    version = models.CharField(max_length=24)
    sha256 = models.CharField(max_length=64)
    text = models.TextField()
    activated_at = models.DateTimeField()
    activated_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["protocol_id", "-activated_at"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "protocol_id", "version"], name="protocol_version_once")
        ]


class LineSignature(models.Model):
    """The director takes responsibility for one proposed or unverified line; needed before a real patient."""

    id = models.BigAutoField(primary_key=True)
    protocol = models.ForeignKey(ActivatedProtocol, on_delete=models.PROTECT, related_name="signatures")
    line = models.CharField(max_length=80)
    signed_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["protocol", "line"], name="line_signed_once")]


class Course(models.Model):
    """One course of treatment on one protocol version; projected from the chart."""

    id = models.UUIDField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="courses")
    protocol = models.ForeignKey(ActivatedProtocol, on_delete=models.PROTECT, related_name="+")
    disorder = models.CharField(max_length=8)
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)


class Session(models.Model):
    """A booked session. The id is also the id of its event stream; ``phase`` and ``ended`` are projected from it.

    No room twice: an exclusion constraint over (room, during) for sessions that are not cancelled (migration 0002).
    """

    id = models.UUIDField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="sessions")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="sessions")
    room = models.ForeignKey("people.Room", on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    during = DateTimeRangeField()
    phase = models.CharField(max_length=12, default="booked")  # "booked", then core Phase values
    ended = models.CharField(max_length=24, blank=True)  # core EndReason
    arrived_at = models.DateTimeField(null=True)
    dose_started_at = models.DateTimeField(null=True)
    seq = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["during"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="session_in_clinic"),
            models.UniqueConstraint(
                fields=["course", "number"],
                condition=~models.Q(ended="cancelled"),
                name="session_number_once",
            ),
        ]
