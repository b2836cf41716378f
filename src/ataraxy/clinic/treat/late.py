"""When a booked patient who is not here is late."""

from __future__ import annotations

from datetime import datetime, timedelta

from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.words import spell

LATE_AFTER = timedelta(minutes=15)  # proposed by this project


def late_words(session: Session, now: datetime) -> str:
    """How late, for example "50 min late"; empty while the patient may still be on the way."""
    behind: timedelta = now - session.during.lower
    return f"{spell(int(behind.total_seconds()))} late" if behind > LATE_AFTER else ""
