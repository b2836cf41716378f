"""What is signed for the whole day, one function a verb."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from ataraxy.clinic.audit.acts import append_act
from ataraxy.clinic.audit.append import Entry
from ataraxy.clinic.audit.models import Event
from ataraxy.clinic.context import Context
from ataraxy.clinic.day.acts import day_of
from ataraxy.clinic.day.queries.closing import still_open
from ataraxy.clinic.people.models import Role, Staff
from ataraxy.clinic.people.signing import require_role
from ataraxy.clinic.plan.models import Session
from ataraxy.core.clinic.events import DayClosed, RecordSigned
from ataraxy.core.errors import InputRefused, NotPermitted, StaleSession
from ataraxy.core.record.envelope import Recorded

CLOSERS = (Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR)


def close_day(
    ctx: Context, on_call: Staff, phone: str, note: str = "", *, key: str | None = None
) -> list[Recorded[Any]]:
    """Close the clinic for today, naming who is on call tonight.

    Raises:
        InputRefused: somebody is not discharged, or a syringe is not empty; or something is left open without a
            word about it.
    """
    if not ctx.signer().has_role(*CLOSERS):
        raise NotPermitted("Your role does not close the day.", "Ask a nurse, a prescriber or the director.")
    with transaction.atomic():
        left = still_open(ctx)
        blocking = [one for one in left if one.blocks]
        if blocking:
            raise InputRefused(
                f"{blocking[0].what}.", "Finish this first; nobody goes home before it is done."
            )
        if left and not note.strip():
            raise InputRefused(f"{len(left)} left open.", "Say who does it, and when.", "note")
        closed = DayClosed(day_of(ctx), on_call.id, phone, tuple(one.noted for one in left), note.strip())
        return append_act(ctx, Entry(closed), key=key)


def sign_record(
    ctx: Context, session: Session, seen: int | None, *, key: str | None = None
) -> list[Recorded[Any]]:
    """A prescriber signs a session's record as it was read: up to the entry ``seen``.

    Raises:
        StaleSession: somebody wrote after the page was drawn.
        InputRefused: the session has not ended.
    """
    require_role(ctx, Role.PRESCRIBER)
    if not session.ended:
        raise InputRefused("The session has not ended.", "Sign its record when it has.")
    with transaction.atomic():
        last = Event.objects.filter(stream_id=session.id).order_by("-seq").first()
        if last is None or last.seq != seen:
            raise StaleSession("Something was written after you opened this record.", "Read it again.")
        return append_act(ctx, Entry(RecordSigned(session.id, last.seq, last.hash)), key=key)
