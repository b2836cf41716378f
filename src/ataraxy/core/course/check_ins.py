"""When a patient is asked after a dose, by the protocol's calendar.

Hours are elapsed time. Whole days (two and more, and every repeat) keep the clock time of the dose in the
clinic's zone, also across a change to or from daylight saving time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from ataraxy.core.protocol.types import CheckIn, Disorder, Protocol

HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class CheckInDue:
    """One time to ask. ``turn`` is 0 for the first, 1 for the first repeat and so on; ``due_at`` is UTC."""

    line: str
    turn: int
    due_at: datetime
    scales: tuple[str, ...]


def check_ins_due(
    protocol: Protocol, dose_at: datetime, zone: tzinfo, disorder: Disorder | None = None
) -> tuple[CheckInDue, ...]:
    """Every time to ask after the dose given at ``dose_at``, in order of time.

    With ``disorder`` only the lines that ask a patient who has it.
    """
    if dose_at.tzinfo is None:
        raise ValueError("the time of a dose needs a time zone")
    dose_at = dose_at.astimezone(UTC)  # in a zone of its own, adding hours would add wall-clock hours
    lines = [line for line in protocol.check_ins if disorder is None or line.asks(disorder)]
    found = [due for line in lines for due in _line(line, dose_at, zone)]
    return tuple(sorted(found, key=lambda due: (due.due_at, due.line)))


def _line(line: CheckIn, dose_at: datetime, zone: tzinfo) -> Iterator[CheckInDue]:
    yield CheckInDue(line.id, 0, _after_hours(dose_at, line.after_hours, zone), line.scales)
    if line.repeat_every_days is None or line.until_days is None or line.repeat_every_days <= 0:
        return
    hours, turn = line.after_hours + line.repeat_every_days * HOURS_A_DAY, 1
    while hours <= line.until_days * HOURS_A_DAY:
        days, left = divmod(hours, HOURS_A_DAY)
        due_at = _days_later(dose_at, days, zone) + timedelta(hours=left)
        yield CheckInDue(line.id, turn, due_at, line.scales)
        hours, turn = hours + line.repeat_every_days * HOURS_A_DAY, turn + 1


def _after_hours(dose_at: datetime, hours: int, zone: tzinfo) -> datetime:
    days, left = divmod(hours, HOURS_A_DAY)
    if left == 0 and days > 1:
        return _days_later(dose_at, days, zone)
    return dose_at + timedelta(hours=hours)


def _days_later(dose_at: datetime, days: int, zone: tzinfo) -> datetime:
    """The same time on the clinic's clock, ``days`` later. A time the clock skips moves to after the gap."""
    return (dose_at.astimezone(zone) + timedelta(days=days)).astimezone(UTC)
