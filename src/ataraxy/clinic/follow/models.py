"""Check-ins that are due, and the links they are answered by."""

from __future__ import annotations

from django.db import models


class CheckIn(models.Model):
    """One invitation of the protocol's calendar. Answered through a signed, expiring link without log-in."""

    id = models.UUIDField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="check_ins")
    session = models.ForeignKey("plan.Session", on_delete=models.PROTECT, related_name="check_ins")
    line = models.CharField(max_length=80)
    scales = models.JSONField()
    due_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    invited_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    superseded_by = models.ForeignKey("plan.Session", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["due_at"]
        constraints = [models.UniqueConstraint(fields=["session", "line", "due_at"], name="check_in_once")]
