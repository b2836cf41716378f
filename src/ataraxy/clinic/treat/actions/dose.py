"""The dose: start and resume ask twice, pause and stop never do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from ataraxy.clinic.audit.append import Entry, lock_head, written_before
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.actions.acting import WATCHING, require, tapped_before, unused, write
from ataraxy.clinic.treat.course import holds_today
from ataraxy.clinic.treat.cover import claim_rescuer
from ataraxy.clinic.treat.dosing import Shown, dose_of_today, is_other_mg, shown, started, unplanned
from ataraxy.clinic.treat.record import append_locked, lock_with_chart, protocol_of, state_of
from ataraxy.clinic.treat.today import against_today
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Protocol
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.dose import DoseStatus
from ataraxy.core.session.events import (
    DoseFinished,
    DosePaused,
    DoseResumed,
    DoseStarted,
    DoseStopped,
    SprayGiven,
)
from ataraxy.core.session.permit_more import spray_went_past
from ataraxy.core.session.start import NO_WEIGHT, before_dose, gate_start
from ataraxy.core.session.state import SessionState

NOW = timedelta(0)
ALL_OF_IT = Decimal("0.95")  # proposed: a pump and a clock differ by less

__all__ = ["Shown", "finish", "pause", "resume", "spray", "start", "start_already_in", "stop"]


def start(
    ctx: Context, session_id: UUID, confirmed: Shown, *, key: str | None = None, seen: int | None = None
) -> list[Recorded[Any]]:
    """Begin the dose, with exactly the numbers that were confirmed.

    Raises:
        InputRefused: a number is another one now, the chart or the course speaks against a dose today
            (``treat/today.py``), or a check of the protocol holds.
        StaleSession: somebody wrote in this session after step 1 was shown.
    """
    require(ctx, *BEDSIDE)
    with transaction.atomic():
        # Hazard: consent is withdrawn, or the weight corrected, between the look and the start.
        head = lock_with_chart(ctx, session_id)
        if written_before(ctx, key, session_id, DoseStarted):
            return []
        claim_rescuer(session_id)
        session = _seated(ctx, session_id)
        if against := against_today(ctx, session):
            first = against[0]
            raise InputRefused(f"{first.what[:1].upper()}{first.what[1:]}.", first.cure)
        state = state_of(session_id)
        plan = dose_of_today(protocol_of(session), state)
        if shown(plan) != confirmed:
            raise InputRefused(
                "The numbers are not the ones that were confirmed.", "Look at the new ones, then confirm."
            )
        return append_locked(
            ctx, head, [Entry(started(plan, _syringe(state)))], key=key, seen=seen, state=state
        )


def start_already_in(
    ctx: Context,
    session_id: UUID,
    *,
    mg: Decimal | None = None,
    at: datetime | None = None,
    key: str | None = None,
) -> list[Recorded[Any]]:
    """A first spray or an injection that went in before its start was taken: written as it was, stale or not.

    Hazard: the start is refused, the drug is in, and no dose is on record. What spoke against it then stands beside it,
    and no further spray follows.

    Args:
        mg: what was said to be in; needed where the dose cannot be worked out (nobody weighed the patient).
        at: when it went in; None: now.

    Raises:
        InputRefused: nobody can say how much it was, or the time cannot be.
    """
    require(ctx, *BEDSIDE)
    with transaction.atomic():
        head = lock_with_chart(ctx, session_id)
        if written_before(ctx, key, session_id, DoseStarted):
            return []
        session, state = _seated(ctx, session_id), state_of(session_id)
        protocol = protocol_of(session)
        if at is not None and state.arrived_at is not None and at < state.arrived_at:
            raise InputRefused("The patient was not here then.", "Enter when it really went in.", "when")
        told = _as_it_went_in(protocol, state, mg)
        said = [f"{one.what[:1].upper()}{one.what[1:]}." for one in against_today(ctx, session)]
        then, moment = (before_dose(state, at), at) if at else (state, ctx.now)
        refusal = gate_start(protocol, then, told, moment, holds_today(session, state))
        said += [NO_WEIGHT] if told.weight_kg is None else []
        if refusal is not None and refusal.cause not in said:
            said.append(refusal.cause)
        told = replace(told, past=" ".join(said))
        return append_locked(ctx, head, [Entry(told, at)], key=key, state=state)


def _as_it_went_in(protocol: Protocol, state: SessionState, mg: Decimal | None) -> DoseStarted:
    """The dose as planned; where that cannot be worked out, or it was another, as it is told. Of sprays the first one.

    Hazard: "35 mg went in" is confirmed, a weight is entered in between, and what would be planned now is charted.
    """
    try:
        planned = started(dose_of_today(protocol, state), _syringe(state), already_in=True)
    except InputRefused:
        return unplanned(protocol, state, mg, _syringe(state))
    is_other = mg is not None and planned.sprays is None and is_other_mg(mg, planned.mg)
    return unplanned(protocol, state, mg, _syringe(state)) if is_other else planned


def _syringe(state: SessionState) -> UUID | None:
    return state.care.syringe.event if state.care.syringe else None


def _seated(ctx: Context, session_id: UUID) -> Session:
    rows = Session.objects.select_related("course__protocol", "patient")
    return rows.get(id=session_id, clinic=ctx.clinic)


def pause(
    ctx: Context, session_id: UUID, reason: str = "", *, ago: timedelta = NOW, key: str | None = None
) -> list[Recorded[Any]]:
    """Pause the drug now: one tap, never stale, never refused; empty when it does not run.

    ``ago``: how long before it reached us the tap was made, on a page without a network. ``key``: this tap's own.
    """
    return _halt(ctx, session_id, DosePaused(reason.strip()), DoseStatus.PAUSED, ago, key)


def stop(
    ctx: Context, session_id: UUID, reason: str = "", *, ago: timedelta = NOW, key: str | None = None
) -> list[Recorded[Any]]:
    """Stop the drug for good: one tap, never stale, never refused; empty when it is over."""
    return _halt(ctx, session_id, DoseStopped(reason.strip()), DoseStatus.STOPPED, ago, key)


def _halt(
    ctx: Context,
    session_id: UUID,
    payload: DosePaused | DoseStopped,
    status: DoseStatus,
    ago: timedelta,
    key: str | None,
) -> list[Recorded[Any]]:
    """A second tap is known by the state; the same tap, sent again, by the key it got as it was tapped.

    Hazard: a key of the page would be used up by the pause before a resume, and the next pause would be swallowed. And
    without a key, a pause whose answer was lost would be sent again after the resume, and pause once more.
    """
    require(ctx, *WATCHING)
    with transaction.atomic():
        head = lock_head(ctx, session_id)
        if tapped_before(ctx, key, session_id, type(payload)):
            return []
        state = state_of(session_id)
        dose = state.dose
        if dose is not None and (dose.status is status or not dose.is_open):
            return []
        at = None
        if ago > NOW and dose is not None:
            # Hazard: dated before a resume it would be undone by it, and the drug would run on.
            at = min(ctx.now, max(ctx.now - ago, dose.steps[-1].at))
        return append_locked(ctx, head, [Entry(payload, at)], key=unused(ctx, key), state=state)


def resume(
    ctx: Context, session_id: UUID, *, key: str | None = None, seen: int | None = None
) -> list[Recorded[Any]]:
    """Let a paused dose go on; refused while a rule says pause or stop."""
    return write(ctx, session_id, DoseResumed(), key=key, seen=seen)


def finish(
    ctx: Context, session_id: UUID, *, key: str | None = None, seen: int | None = None
) -> list[Recorded[Any]]:
    """The whole planned dose is in.

    Raises:
        InputRefused: by rate and running time clearly less is in; then the dose was stopped, not finished.
    """
    _refuse_early(ctx, session_id)
    return write(ctx, session_id, DoseFinished(), key=key, seen=seen)


def spray(
    ctx: Context,
    session_id: UUID,
    number: int,
    *,
    already_in: bool = False,
    at: datetime | None = None,
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """A further spray of the dose is in. One that is in already is written as it was and when it was, stale or not.

    Raises:
        InputRefused: it is not in yet, and the rest, the dose or a rule speaks against it.
    """
    if not already_in:
        return write(ctx, session_id, SprayGiven(number), key=key, seen=seen)
    require(ctx, *BEDSIDE)
    with transaction.atomic():
        head = lock_with_chart(ctx, session_id)
        if written_before(ctx, key, session_id, SprayGiven):
            return []
        state = state_of(session_id)
        if at is not None and state.dose is not None and at < state.dose.started_at:
            raise InputRefused("The dose had not begun then.", "Enter when the spray really went in.", "when")
        past = spray_went_past(protocol_of(_seated(ctx, session_id)), state, at or ctx.now)
        entry = Entry(SprayGiven(number, already_in=True, past=past), at)
        return append_locked(ctx, head, [entry], key=key, state=state)


def _refuse_early(ctx: Context, session_id: UUID) -> None:
    """A slip of the finger must not write the whole dose into the chart."""
    dose = state_of(session_id).dose
    if dose is None or not dose.is_open:
        return
    given, planned = dose.mg_at(ctx.now), dose.planned.mg
    if given < planned * ALL_OF_IT:
        raise InputRefused(
            f"By rate and running time {given:.1f} of {planned} mg are in.",
            "If the pump is done, stop the dose and write a note; else wait until it is in.",
        )
