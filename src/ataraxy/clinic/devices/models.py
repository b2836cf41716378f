"""Gateways: programs that may hand in readings of this clinic's devices, each with a token of its own."""

from __future__ import annotations

import uuid

from django.db import models

from ataraxy.interop.handed_in import SENDER


class Gateway(models.Model):
    """A token's owner. The token itself is shown once and never stored; a row is never removed, only revoked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="gateways")
    label = models.CharField(max_length=60)
    prefix = models.CharField(
        max_length=12, unique=True
    )  # the public part of the token, and of its devices' names
    digest = models.BinaryField(max_length=32)  # SHA-256 of the token, which is 256 random bits
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    used_at = models.DateTimeField(null=True)  # to the minute
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["created_at"]

    @property
    def sender(self) -> str:
        """What the names of its devices begin with."""
        return f"{SENDER}{self.prefix}"
