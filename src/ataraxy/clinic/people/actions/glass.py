"""Emergency access: break the glass with a reason; the director looks at every broken glass afterwards."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from ataraxy.clinic.audit.acts import append_act
from ataraxy.clinic.audit.append import Entry
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import BreakGlass, Patient, Role
from ataraxy.clinic.people.signing import require_role
from ataraxy.core.clinic.events import GlassBroken, GlassReviewed
from ataraxy.core.errors import InputRefused, NotPermitted

OPEN_FOR = timedelta(hours=1)
LEAST_WORDS = 3
MAY_BREAK = (Role.COORDINATOR, Role.PRESCRIBER, Role.NURSE, Role.THERAPIST, Role.DIRECTOR)


def break_glass(ctx: Context, patient: Patient, reason: str, *, key: str | None = None) -> None:
    """Open this chart to the acting person for one hour.

    Raises:
        InputRefused: no reason that a reviewer could judge.
    """
    if not ctx.signer().has_role(*MAY_BREAK):
        raise NotPermitted("Charts are not open to your role, in no emergency.", "Ask clinical staff.")
    if len(reason.split()) < LEAST_WORDS:
        raise InputRefused(
            "This reason is too short to review.", "Say what happened and what you need.", "reason"
        )
    with transaction.atomic():
        glass, until = ctx.new_id(), ctx.now + OPEN_FOR
        if append_act(ctx, Entry(GlassBroken(glass, patient.id, reason, until)), key=key):
            BreakGlass.objects.create(
                id=glass,
                clinic=ctx.clinic,
                staff=ctx.signer(),
                patient=patient,
                reason=reason,
                at=ctx.now,
                until=until,
            )


def review_glass(ctx: Context, glass: BreakGlass, words: str, *, key: str | None = None) -> None:
    """The director has looked at it, and says what was found. Nobody reviews their own."""
    require_role(ctx, Role.DIRECTOR)
    if glass.staff_id == ctx.signer().id:
        raise NotPermitted("You broke this glass yourself.", "Ask another director to review it.")
    with transaction.atomic():
        held = BreakGlass.objects.select_for_update().get(id=glass.id, clinic=ctx.clinic)
        if held.reviewed_at is not None:
            return
        append_act(ctx, Entry(GlassReviewed(held.id, words)), key=key)
        held.reviewed_by, held.reviewed_at, held.review = ctx.signer(), ctx.now, words
        held.save(update_fields=["reviewed_by", "reviewed_at", "review"])
