"""The dose: start and resume ask twice, pause and stop never do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from ataraxy.clinic.audit.append import Entry, already_done, lock_head
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.actions.acting import WATCHING, require, write
from ataraxy.clinic.treat.dosing import Shown, consent_gap, dose_of_today, shown, started
from ataraxy.clinic.treat.record import append_locked, protocol_of, state_of
from ataraxy.core.errors import InputRefused
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.dose import DoseStatus
from ataraxy.core.session.events import DoseFinished, DosePaused, DoseResumed, DoseStopped

__all__ = ["Shown", "finish", "pause", "resume", "start", "stop"]


def start(
    ctx: Context, session_id: UUID, confirmed: Shown, *, key: str | None = None, seen: int | None = None
) -> list[Recorded[Any]]:
    """Begin the dose, with exactly the numbers that were confirmed.

    Raises:
        InputRefused: a number is another one now, consent is not in force, or a check of the protocol holds.
        StaleSession: somebody wrote in this session after step 1 was shown.
    """
    require(ctx, *BEDSIDE)
    if already_done(ctx, key):
        return []
    session = Session.objects.select_related("course__protocol").get(id=session_id, clinic=ctx.clinic)
    protocol = protocol_of(session)
    if gap := consent_gap(chart_of(session.patient_id), protocol):
        raise InputRefused(f"{gap.capitalize()}.", "Ask for consent again before any dose.")
    plan = dose_of_today(protocol, state_of(session_id))
    if shown(plan) != confirmed:
        raise InputRefused(
            "The numbers are not the ones that were confirmed.", "Look at the new ones, then confirm."
        )
    return write(ctx, session_id, started(plan), key=key, seen=seen)


def pause(ctx: Context, session_id: UUID, reason: str = "") -> list[Recorded[Any]]:
    """Pause the drug now: one tap, never stale, never refused; empty when it does not run."""
    return _halt(ctx, session_id, DosePaused(reason.strip()), DoseStatus.PAUSED)


def stop(ctx: Context, session_id: UUID, reason: str = "") -> list[Recorded[Any]]:
    """Stop the drug for good: one tap, never stale, never refused; empty when it is over."""
    return _halt(ctx, session_id, DoseStopped(reason.strip()), DoseStatus.STOPPED)


def _halt(
    ctx: Context, session_id: UUID, payload: DosePaused | DoseStopped, status: DoseStatus
) -> list[Recorded[Any]]:
    """A second tap is known by the state, never by a key of the page.

    Hazard: a page from before a resume would carry a used key, and its pause would be swallowed.
    """
    require(ctx, *WATCHING)
    with transaction.atomic():
        head = lock_head(ctx, session_id)
        state = state_of(session_id)
        dose = state.dose
        if dose is not None and (dose.status is status or not dose.is_open):
            return []
        return append_locked(ctx, head, [Entry(payload)], state=state)


def resume(
    ctx: Context, session_id: UUID, *, key: str | None = None, seen: int | None = None
) -> list[Recorded[Any]]:
    """Let a paused dose go on; refused while a rule says pause or stop."""
    return write(ctx, session_id, DoseResumed(), key=key, seen=seen)


def finish(
    ctx: Context, session_id: UUID, *, key: str | None = None, seen: int | None = None
) -> list[Recorded[Any]]:
    """The whole planned dose is in."""
    return write(ctx, session_id, DoseFinished(), key=key, seen=seen)
