"""The dose of a session, decided by a prescriber: a step up, the last dose again, or a lower one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from ataraxy.clinic.audit.append import Entry, written_before
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.signing import require_role
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.course import case_of
from ataraxy.clinic.treat.read import state_of
from ataraxy.clinic.treat.record import append_locked, lock_with_chart
from ataraxy.core.course.holds import last_dosed, start_of
from ataraxy.core.errors import InputRefused
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.events import DoseDecided


def decide_dose(
    ctx: Context,
    session_id: UUID,
    mg_per_kg: Decimal,
    reason: str,
    *,
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """A prescriber decides today's dose, knowing how the last one went. The page has checked the signature.

    Raises:
        InputRefused: the session of the last dose has not ended, or the protocol has no such dose.
        StaleSession: somebody wrote in this session after the page was shown.
    """
    require_role(ctx, Role.PRESCRIBER)
    with transaction.atomic():
        head = lock_with_chart(ctx, session_id)
        if written_before(ctx, key, session_id, DoseDecided):
            return []
        session = Session.objects.select_related("course__protocol").get(id=session_id, clinic=ctx.clinic)
        state = state_of(session_id)
        last = last_dosed(case_of(session.course, session_id, state, None))
        if last is not None and last.ending is None:
            raise InputRefused(
                "The session of the last dose has not ended.", "Decide when it is known how it went."
            )
        after = start_of(last.dose) if last is not None and last.dose is not None else None
        decided = DoseDecided(mg_per_kg, reason.strip(), after)
        return append_locked(ctx, head, [Entry(decided)], key=key, seen=seen, state=state)
