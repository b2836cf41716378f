"""What the live path keeps: monitors, their bindings, every reading (samples), and what was not charted."""

from __future__ import annotations

from django.db import models


class Monitor(models.Model):
    """A bedside monitor as it names itself on the wire."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="monitors")
    device = models.CharField(max_length=120)  # sending application and facility, or the bed it names
    label = models.CharField(max_length=60)
    room = models.ForeignKey("people.Room", on_delete=models.PROTECT, null=True, related_name="monitors")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "device"], name="monitor_once")]


class Binding(models.Model):
    """A person said: this monitor speaks for this session, until unbound. At most one open per monitor."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    monitor = models.ForeignKey(Monitor, on_delete=models.PROTECT, related_name="bindings")
    session = models.ForeignKey("plan.Session", on_delete=models.PROTECT, related_name="bindings")
    bound_at = models.DateTimeField()
    bound_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    unbound_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["monitor"],
                condition=models.Q(unbound_at__isnull=True),
                name="one_open_binding_per_monitor",
            ),
            models.UniqueConstraint(
                fields=["session"],
                condition=models.Q(unbound_at__isnull=True),
                name="one_open_binding_per_session",
            ),
        ]


class Sample(models.Model):
    """Every reading a monitor sent. Partitioned by receive time; partitions expire (migration 0002)."""

    pk = models.CompositePrimaryKey("received_at", "id")
    id = models.BigIntegerField()
    received_at = models.DateTimeField()
    clinic_id = models.UUIDField()
    session_id = models.UUIDField()
    monitor_id = models.BigIntegerField()
    message_id = models.CharField(
        max_length=120
    )  # the device's own control id: a resent message is one message
    measure = models.CharField(max_length=24)
    value = models.DecimalField(
        max_digits=10, decimal_places=3, null=True
    )  # null: not available, see ``absent``
    unit = models.CharField(max_length=12)
    device_at = models.DateTimeField(null=True)
    absent = models.CharField(max_length=80, blank=True)
    original = models.CharField(
        max_length=120, blank=True
    )  # value and unit as sent, where they were converted

    class Meta:
        managed = False
        db_table = "treat_sample"


class Quarantined(models.Model):
    """A message that was not charted, kept for a person to look at. Nothing is dropped silently."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField()
    device = models.CharField(max_length=120, blank=True)
    named = models.CharField(
        max_length=120, blank=True, default=""
    )  # the patient it names, which proves nobody
    peer = models.CharField(max_length=60)
    reason = models.CharField(max_length=240)
    cure = models.CharField(max_length=240)
    raw = models.BinaryField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    settlement = models.CharField(max_length=240, blank=True)
    placed_at = models.DateTimeField(null=True)  # when a person said which clinic it belongs to
    placed_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(
                fields=["clinic", "device", "named"],
                condition=models.Q(settled_at__isnull=True),
                name="quarantine_waiting",
            )
        ]
