"""A session as it may be believed at a moment: no value is from the future.

Hazard: a clock ran two hours ahead and was set back. What was charted meanwhile would look fresh for two hours,
and stand in front of every value taken since.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ataraxy.core.session.events import CheckRecorded, VitalRecorded
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.freshness import AHEAD
from ataraxy.core.session.state import Event, SessionState, moment

FACTS = (VitalRecorded, CheckRecorded)
LONG_AGO = timedelta(days=2)


def believed(state: SessionState, now: datetime) -> SessionState:
    """The same session; a measurement or answer stamped later than now counts as old as it can be.

    It is put to the last moment it surely came after: it is never fresh, it goes behind whatever was written
    down later, and what it warned of still warns. The log stays as it was written.
    """
    if not state.log or moment(state.log[-1].envelope) - now <= AHEAD:
        return state
    floor, told = now - LONG_AGO, list[Event]()
    for event in sorted(state.log, key=lambda e: (e.envelope.seq, e.envelope.id.int)):
        ahead = moment(event.envelope) - now > AHEAD
        if not ahead:
            floor = max(floor, moment(event.envelope))
        told.append(_put_to(event, floor) if ahead and isinstance(event.payload, FACTS) else event)
    return replace(fold_session(told), log=state.log)


def _put_to(event: Event, at: datetime) -> Event:
    return replace(event, envelope=replace(event.envelope, at=at, recorded_at=at))
