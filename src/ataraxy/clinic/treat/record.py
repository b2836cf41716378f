"""A session's record: read its events, add to it, keep what is projected from it true.

The one way into a session for pages, the live process, the demo clinic and tests. In one transaction: the
stream's head is locked, the state folded, each act permitted or refused, the events chained and written, the
booking's columns and the monitor's binding projected, and at the end the dose written to the chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from ataraxy.clinic.audit.append import (
    Entry,
    announce,
    append,
    lock_head,
    open_stream,
    written_already,
)
from ataraxy.clinic.audit.models import ChainHead, StreamKind
from ataraxy.clinic.context import Context, system_context
from ataraxy.clinic.follow.schedule import schedule_check_ins
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.aftermath import after_the_end, dose_given
from ataraxy.clinic.treat.course import holds_today
from ataraxy.clinic.treat.drug import charge_what_went_in
from ataraxy.clinic.treat.models import Binding, Monitor
from ataraxy.clinic.treat.read import protocol_of, session_events, state_of
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Disorder, Phase, Protocol
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.care import EmergencyStarted, RateChanged
from ataraxy.core.session.events import (
    DoseFinished,
    DosePaused,
    DoseResumed,
    DoseStarted,
    DoseStopped,
    MonitorBound,
    SessionEnded,
    SessionOpened,
    SprayGiven,
)
from ataraxy.core.session.fold import apply
from ataraxy.core.session.permit import permit_under
from ataraxy.core.session.state import SessionState, moment

__all__ = [
    "append_locked",
    "append_session",
    "lock_with_chart",
    "open_session",
    "project",
    "projection",
    "protocol_of",
    "rebuild_session",
    "session_events",
    "state_of",
]

BOOKED = "booked"
ALWAYS_TAKEN = (DosePaused, DoseStopped, EmergencyStarted)  # never stale and never refused
DOSE_ACTS = (DoseStarted, SprayGiven, DosePaused, DoseResumed, DoseStopped, DoseFinished, RateChanged)
CHANNEL = "session"


def open_session(ctx: Context, booking: Session) -> Recorded[Any]:
    """The stream of a booked session, opened with what is planned for it."""
    course = booking.course
    protocol = protocol_of(booking)
    indication = protocol.indication(Disorder(course.disorder))
    doses = indication.course.doses_mg_per_kg if indication else ()
    if not 1 <= booking.number <= len(doses):
        raise InputRefused(
            f"This protocol plans {len(doses)} sessions; there is no session {booking.number}.",
            "Book one of the planned sessions, or plan another course.",
            "number",
        )
    opened = SessionOpened(
        patient=booking.patient_id,
        course=course.id,
        protocol_id=protocol.id,
        protocol_version=protocol.version,
        protocol_sha256=course.protocol.sha256,
        disorder=Disorder(course.disorder),
        number=booking.number,
        planned_mg_per_kg=doses[booking.number - 1],
    )
    with transaction.atomic():
        open_stream(ctx, booking.id, StreamKind.SESSION)
        return append_session(ctx, booking.id, Entry(opened))[0]


def append_session(
    ctx: Context, session_id: UUID, *entries: Entry, key: str | None = None, seen: int | None = None
) -> list[Recorded[Any]]:
    """Add entries to a session and project it, in one transaction.

    A second use of the same ``key`` writes nothing and returns an empty list.

    Raises:
        StaleSession: a person wrote after ``seen``; never for a pause or a stop.
        InputRefused: the session does not allow this act now, it is dated in the future, or ``key`` was used
            for another act.
    """
    with transaction.atomic():
        head = _lock(ctx, session_id, entries)
        if written_already(ctx, key, session_id, entries):
            return []
        return append_locked(ctx, head, entries, key=key, seen=seen)


def append_locked(
    ctx: Context,
    head: ChainHead,
    entries: Sequence[Entry],
    *,
    key: str | None = None,
    seen: int | None = None,
    state: SessionState | None = None,
) -> list[Recorded[Any]]:
    """As ``append_session``, for a caller who holds the lock on ``head`` and perhaps the state up to it."""
    session = Session.objects.select_related("course__protocol", "patient").get(id=head.id, clinic=ctx.clinic)
    protocol = protocol_of(session)
    before = state if state is not None and state.last_seq == head.seq else state_of(head.id)
    never_stale = all(isinstance(entry.payload, ALWAYS_TAKEN) for entry in entries)
    recorded: list[Recorded[Any]] = []
    after = before
    for entry in entries:
        _permit(ctx, session, protocol, after, entry)
        first = not recorded
        recorded += append(
            _not_before(ctx, after) if isinstance(entry.payload, DOSE_ACTS) else ctx,
            head,
            [entry],
            idempotency_key=key if first else None,
            seen=seen if first and not never_stale else None,
        )
        after = apply(after, recorded[-1])
    project(session, after)
    _project_binding(ctx, session, after)
    after_the_end(ctx, session, protocol, after, entries)
    charge_what_went_in(ctx, session.id, after, entries)
    announce(CHANNEL, str(session.id))
    return recorded


def _lock(ctx: Context, session_id: UUID, entries: Sequence[Entry]) -> ChainHead:
    """The session's head; with the chart's, in id order, when the act may reach the chart."""
    ending = any(isinstance(e.payload, SessionEnded) or e.corrects for e in entries)
    ended = Session.objects.filter(id=session_id).values_list("ended", flat=True).first()
    return lock_with_chart(ctx, session_id) if ending or ended else lock_head(ctx, session_id)


def lock_with_chart(ctx: Context, session_id: UUID) -> ChainHead:
    """The session's head, with its patient's chart locked too, in id order."""
    patients = Session.objects.filter(id=session_id).values("patient_id")
    both = ChainHead.objects.filter(Q(id=session_id) | Q(id__in=patients), clinic=ctx.clinic)
    list(both.select_for_update().order_by("id"))
    return lock_head(ctx, session_id)


def _not_before(ctx: Context, state: SessionState) -> Context:
    """Now, but for an act on the dose never earlier than what the session already holds.

    Hazard: the machine's clock is set back, or two acts wait for the lock in turn; a stop dated before the start
    would stop nothing, and a pause dated before a resume would be undone by it.
    """
    latest = moment(state.log[-1].envelope) if state.log else ctx.now
    return ctx if latest <= ctx.now else ctx.at(latest)


def _permit(ctx: Context, session: Session, protocol: Protocol, state: SessionState, entry: Entry) -> None:
    starts = isinstance(entry.payload, DoseStarted) and entry.corrects is None
    refusal = permit_under(
        protocol,
        state,
        entry.payload,
        ctx.now,
        at=entry.at,
        corrects=entry.corrects,
        holds=holds_today(session, state) if starts else None,
        actor=ctx.actor_id,
    )
    if refusal is not None:
        raise InputRefused(refusal.cause, refusal.cure)


# --- projecting ----------------------------------------------------------------------------------


def project(session: Session, state: SessionState) -> None:
    """Write the booking's columns the session implies."""
    Session.objects.filter(id=session.id).update(**projection(state))


def projection(state: SessionState) -> dict[str, Any]:
    """The columns of ``plan.Session`` that are a function of its events."""
    waiting = state.phase is Phase.ARRIVAL and state.arrived_at is None
    return {
        "phase": BOOKED if waiting else state.phase.value,
        "ended": state.ending.how.value if state.ending else "",
        "arrived_at": state.arrived_at,
        "dose_started_at": state.drug_since,
        "seq": state.last_seq,
    }


def rebuild_session(session_id: UUID) -> None:
    """Write the projection again, from the events alone."""
    with transaction.atomic():
        ChainHead.objects.select_for_update().get(id=session_id)
        Session.objects.filter(id=session_id).update(**projection(state_of(session_id)))


def rebuild_around(session_id: UUID) -> None:
    """The monitor that is bound now, and the check-ins that follow from the dose, again from the events alone."""
    session = Session.objects.select_related("clinic", "course__protocol", "patient").get(id=session_id)
    ctx, state = system_context(session.clinic), state_of(session_id)
    wanted = None if state.ending else state.monitor
    bound = Binding.objects.filter(session=session, unbound_at__isnull=True).select_related("monitor").first()
    if bound is not None and bound.monitor.device != wanted:
        Binding.objects.filter(id=bound.id).update(unbound_at=ctx.now)
    if wanted is not None and (bound is None or bound.monitor.device != wanted):
        _bind_again(ctx, session, state, wanted)
    if state.ending is not None and (dose := dose_given(session, state)) is not None:
        disorder = Disorder(session.course.disorder)
        schedule_check_ins(ctx, session, protocol_of(session), disorder, dose.started_at)


def _bind_again(ctx: Context, session: Session, state: SessionState, device: str) -> None:
    """As the person bound it who did; nothing where the monitor speaks for another session now."""
    monitor = Monitor.objects.filter(clinic=session.clinic, device=device).first()
    bound = [e for e in state.log if isinstance(e.payload, MonitorBound) and e.payload.device == device]
    taken = Binding.objects.filter(monitor=monitor, unbound_at__isnull=True).exists()
    frame = bound[-1].envelope if bound else None
    if monitor is None or taken or frame is None or frame.actor is None:
        return
    Binding.objects.create(
        clinic=session.clinic,
        monitor=monitor,
        session=session,
        bound_at=frame.recorded_at,
        bound_by_id=frame.actor,
    )


def _project_binding(ctx: Context, session: Session, state: SessionState) -> None:
    """The open binding is the monitor that speaks for the session now; none after its end."""
    wanted = None if state.ending else state.monitor
    bound = Binding.objects.filter(session=session, unbound_at__isnull=True).select_related("monitor").first()
    if (bound.monitor.device if bound else None) == wanted:
        return
    if bound:
        Binding.objects.filter(id=bound.id).update(unbound_at=ctx.now)
    if wanted is not None:
        _bind(ctx, session, wanted)


def _bind(ctx: Context, session: Session, device: str) -> None:
    monitor = Monitor.objects.filter(clinic=ctx.clinic, device=device).first()
    if monitor is None:
        raise InputRefused(
            f"There is no monitor {device!r} here.", "Choose one of the clinic's monitors.", "device"
        )
    try:
        with transaction.atomic():
            Binding.objects.create(
                clinic=ctx.clinic, monitor=monitor, session=session, bound_at=ctx.now, bound_by=ctx.signer()
            )
    except IntegrityError:
        raise InputRefused(
            f"Monitor {monitor.label} speaks for another patient now.",
            "Unbind it there first, after a look at who is in that room.",
            "device",
        ) from None
