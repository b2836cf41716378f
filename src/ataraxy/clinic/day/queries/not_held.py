"""Sessions that did not happen: how many of those booked, and why, by what was chosen when each was called off."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from ataraxy.clinic.context import Context
from ataraxy.clinic.day.acts import day_begins
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.actions.call_off import WORDS
from ataraxy.clinic.treat.read import state_if_readable
from ataraxy.core.session.events import EndReason

COUNTED_DAYS = 90  # proposed by this project, said on the page
CANCELLED = EndReason.CANCELLED.value
NO_CODE = "No reason was chosen"  # cancelled before reasons were a code
UNREADABLE = "The record cannot be read"


@dataclass(frozen=True, slots=True)
class Reason:
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class NotHeld:
    """Of ``booked`` sessions of the last ``days`` and of today: those called off, the commonest reason first."""

    days: int
    booked: int
    called_off: int
    reasons: tuple[Reason, ...]


def not_held(ctx: Context) -> NotHeld:
    """Counted by the day they were booked for, not by the day somebody wrote it down; nobody is named."""
    since = ctx.now - timedelta(days=COUNTED_DAYS)
    rows = Session.objects.filter(clinic=ctx.clinic)
    rows = rows.filter(during__startswith__gte=since, during__startswith__lt=day_begins(ctx, 1))
    why = Counter(why_not_held(one) for one in rows.filter(ended=CANCELLED))
    reasons = sorted(why.items(), key=lambda found: (-found[1], found[0]))
    return NotHeld(COUNTED_DAYS, rows.count(), why.total(), tuple(Reason(*one) for one in reasons))


def why_not_held(session: Session) -> str:
    """The reason of one that was called off, in the words it was chosen by."""
    state = state_if_readable(session.id)
    if state is None:
        return UNREADABLE
    why = state.ending.why if state.ending else None
    return WORDS[why] if why else NO_CODE
