"""What a prescriber orders during a session, and what is given by it or without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ataraxy.clinic.audit.append import Entry, written_before
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.models import CredentialKind, Role, Staff
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.actions.acting import require, write
from ataraxy.clinic.treat.cover import holds
from ataraxy.clinic.treat.record import append_locked, lock_with_chart, protocol_of, state_of
from ataraxy.core.errors import InputRefused
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.care import BolusGiven, MedicineGiven, OrderCountersigned, OrderGiven
from ataraxy.core.session.permit_more import gone_past


def order(
    ctx: Context, session_id: UUID, given: OrderGiven, *, key: str | None = None, seen: int | None = None
) -> list[Recorded[Any]]:
    """An order: a prescriber's own, or a verbal one written by who heard it and read it back.

    Raises:
        InputRefused: who ordered it is no prescriber with a valid licence here, or it was not read back.
    """
    row = Staff.objects.filter(id=given.prescriber, clinic=ctx.clinic, active=True).first()
    today = ctx.today.date()
    if (
        row is None
        or not row.has_role(Role.PRESCRIBER)
        or not holds(row.id, CredentialKind.PRESCRIBING, today)
    ):
        raise InputRefused(
            "An order comes from a prescriber with a valid licence.", "Choose who gave it.", "prescriber"
        )
    own = ctx.actor_id == given.prescriber
    told = replace(given, verbal=False, read_back=False) if own else replace(given, verbal=True)
    return write(ctx, session_id, told, key=key, seen=seen)


def countersign(
    ctx: Context, session_id: UUID, order_id: UUID, *, key: str | None = None
) -> list[Recorded[Any]]:
    """The prescriber signs their own verbal order. The page has checked the signature."""
    return write(ctx, session_id, OrderCountersigned(order_id), key=key, roles=(Role.PRESCRIBER,))


def give_medicine(
    ctx: Context,
    session_id: UUID,
    given: MedicineGiven,
    *,
    at: datetime | None = None,
    key: str | None = None,
) -> list[Recorded[Any]]:
    """A rescue medicine or oxygen, as it went in. Never refused for want of an order: that is charted as it was."""
    return write(ctx, session_id, given, at=at, key=key)


def give_bolus(
    ctx: Context,
    session_id: UUID,
    given: BolusGiven,
    *,
    at: datetime | None = None,
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """Supplemental ketamine on a prescriber's order, inside the caps, while no rule speaks.

    One that is in already (``given.already_in``) is written as it was, stale or not, with what it went past; only it
    may be dated earlier (``at``).

    Raises:
        InputRefused: it is not in yet, and the order, the rest, the cap or a rule speaks against it.
    """
    if not given.already_in:
        return write(ctx, session_id, given, key=key, seen=seen)
    require(ctx, *BEDSIDE)
    with transaction.atomic():
        head = lock_with_chart(ctx, session_id)
        if written_before(ctx, key, session_id, BolusGiven):
            return []
        state = state_of(session_id)
        session = Session.objects.select_related("course__protocol").get(id=session_id, clinic=ctx.clinic)
        past = gone_past(protocol_of(session), state, given, ctx.now, at or ctx.now)
        return append_locked(ctx, head, [Entry(replace(given, past=past), at)], key=key, state=state)
