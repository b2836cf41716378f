"""The consent invitation. What was agreed, in which words, is in the chart's events."""

from __future__ import annotations

from django.db import models


class ConsentInvitation(models.Model):
    """A patient may read and sign this consent until ``closes_at``, by a signed link."""

    id = models.UUIDField(primary_key=True)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        "people.Patient", on_delete=models.PROTECT, related_name="consent_invitations"
    )
    protocol = models.ForeignKey("plan.ActivatedProtocol", on_delete=models.PROTECT, related_name="+")
    disorder = models.CharField(max_length=8)
    invited_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
