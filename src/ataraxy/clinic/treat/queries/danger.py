"""What stays one tap away over a lock: each session under way, by room and record number, and what it needs now.

Hazard: a lock hides that a dose stands at a limit, or that a monitor is silent, and its list of taps grows old.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from uuid import UUID

from django.db import Error as DatabaseError
from django.urls import reverse

from ataraxy.clinic.context import Context, staff_context
from ataraxy.clinic.people.access import CLINICAL
from ataraxy.clinic.people.models import Staff
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.care_words import EMERGENCIES
from ataraxy.clinic.treat.queries.board import public
from ataraxy.clinic.treat.queries.room import Banner, banner, seat
from ataraxy.clinic.treat.read import state_if_readable
from ataraxy.core.session.unjudged import CURE, WHAT

log = logging.getLogger(__name__)

KINDS = tuple((kind.value, words) for kind, words in EMERGENCIES.items())
PRESSING = ("stop", "overdue")


@dataclass(frozen=True, slots=True)
class InDanger:
    """A session under way. ``warning``: the next step, where it is pressing; nothing that the chart alone says."""

    who: str
    url: str
    runs: bool = False
    warning: Banner | None = None
    kinds: tuple[tuple[str, str], ...] = KINDS


def in_danger(staff: Staff) -> list[InDanger]:
    """Every session under way, for whoever may start an emergency, with what is pressing now."""
    ctx = staff_context(staff)
    return [_in_danger(ctx, row) for row in _under_way(staff)]


def in_reach(staff: Staff) -> list[InDanger]:
    """The same without a look into the records: what every page carries for the hour without a network."""
    return [InDanger(_who(row), _url(row)) for row in _under_way(staff)]


def emergency_runs(session_id: UUID) -> bool:
    """Whether one is known to run; a record that cannot be read shows its cards after the tap."""
    state = state_if_readable(session_id)
    return state is not None and state.care.emergency is not None


def _under_way(staff: Staff) -> list[Session]:
    if not staff.has_role(*CLINICAL):
        return []
    rows = Session.objects.filter(clinic=staff.clinic, ended="", arrived_at__isnull=False)
    found = rows.select_related("clinic", "room", "patient__clinic", "patient__summary", "course__protocol")
    return list(found.order_by("room__name"))


def _in_danger(ctx: Context, session: Session) -> InDanger:
    """Hazard: a record that cannot be read must leave the tap where it was."""
    try:
        at = seat(ctx, session)
        step, runs = public(banner(at)), at.state.care.emergency is not None
    except DatabaseError:
        raise
    except Exception as error:
        log.error("Session %s cannot be shown on a lock: %s.", session.id, type(error).__name__)
        step, runs = Banner(f"{WHAT}. {CURE}", "", "stop", "", "", "", None), False
    return InDanger(_who(session), _url(session), runs, step if step.kind in PRESSING else None)


def _who(session: Session) -> str:
    return f"{session.room.name}, {session.patient.record_number}"


def _url(session: Session) -> str:
    return reverse("treat:emergency", args=[session.id])
