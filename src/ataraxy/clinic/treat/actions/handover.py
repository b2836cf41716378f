"""Somebody else takes over: offered by one, accepted by name by the other, who reads the pump."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.models import Staff
from ataraxy.clinic.treat.actions.acting import write
from ataraxy.core.errors import InputRefused
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.care import HandoverAccepted, HandoverOffered, Thing


def offer(
    ctx: Context,
    session_id: UUID,
    to: UUID,
    things: Sequence[Thing],
    note: str = "",
    *,
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """Offer patient, pump and syringe to another nurse or prescriber. Until they accept, they are yours."""
    person = Staff.objects.filter(id=to, clinic=ctx.clinic, active=True).first()
    if person is None or not person.has_role(*BEDSIDE):
        raise InputRefused("Only a nurse or a prescriber takes over.", "Choose one of them.", "to")
    offered = HandoverOffered(to, tuple(t for t in Thing if t in things), note.strip())
    return write(ctx, session_id, offered, key=key, seen=seen)


def accept(
    ctx: Context, session_id: UUID, offered: UUID, infused_ml: Decimal | None, *, key: str | None = None
) -> list[Recorded[Any]]:
    """Take over what was offered to the acting person, under their own name."""
    return write(ctx, session_id, HandoverAccepted(offered, infused_ml), key=key)
