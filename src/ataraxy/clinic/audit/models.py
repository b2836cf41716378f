"""The append-only record: events in hash-chained streams, the anchors over them, and who read which chart.

No row here is ever changed or removed by the application. ``ChainHead`` is the one moving part: the position and the
hash of the last event of a stream, locked while an event is appended. Triggers in ``0002`` refuse the rest for every role.
"""

from __future__ import annotations

from django.db import models


class StreamKind(models.TextChoices):
    CHART = "chart"
    SESSION = "session"
    CLINIC = "clinic"


class ChainHead(models.Model):
    """One stream: a patient's chart (id = the patient's), a session (id = the session's), a clinic's own acts."""

    id = models.UUIDField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=StreamKind)
    seq = models.BigIntegerField(default=0)
    human_seq = models.BigIntegerField(default=0)  # the last event a person wrote: what makes a form stale
    hash = models.CharField(max_length=64)
    anchored_seq = models.BigIntegerField(default=0)  # how far the clinic's last anchor saw it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "id"], name="chain_head_in_clinic")]


class Event(models.Model):
    """One event. ``text`` is the canonical text that is hashed; the other columns repeat parts of it for queries."""

    id = models.UUIDField(primary_key=True)
    stream = models.ForeignKey(ChainHead, on_delete=models.PROTECT, related_name="events")
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=StreamKind)
    seq = models.BigIntegerField()
    type = models.CharField(max_length=64)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    origin = models.CharField(max_length=8)
    idempotency_key = models.CharField(max_length=80, null=True)  # noqa: DJ001 - null: no key was given
    text = models.TextField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["stream_id", "seq"]
        indexes = [models.Index(fields=["clinic", "type", "recorded_at"], name="event_by_type")]
        constraints = [
            models.UniqueConstraint(fields=["stream", "seq"], name="event_once_in_stream"),
            models.UniqueConstraint(fields=["clinic", "idempotency_key"], name="event_once_per_act"),
        ]


class ChartRead(models.Model):
    """Somebody looked into a chart: who, whose, when, where in the application, and under which right."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    staff_id = models.UUIDField(null=True)
    patient_id = models.UUIDField()
    at = models.DateTimeField()
    view = models.CharField(max_length=80)
    right = models.CharField(max_length=24)  # "role", "break-glass", "own" (the patient)

    class Meta:
        indexes = [models.Index(fields=["clinic", "patient_id", "at"], name="chart_read_by_patient")]


class Anchor(models.Model):
    """The heads of all streams of a clinic at one moment, chained; also written to a file outside the database."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField()
    at = models.DateTimeField()
    heads = (
        models.TextField()
    )  # canonical JSON: stream id -> [kind, seq, hash], only those moved since the last anchor
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["clinic_id", "number"]
        constraints = [models.UniqueConstraint(fields=["clinic", "number"], name="anchor_once")]
