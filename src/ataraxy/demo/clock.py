"""The simulated clock and the ids of the demo: the same seed and day give the same clinic, down to its hashes."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from ataraxy.demo.cast import ZONE

SATURDAY = 5
NOW_OF_DAY = time(10, 20)  # the demo opens in the middle of a morning


def ids(seed: int) -> Callable[[], UUID]:
    """An endless, repeatable supply of UUIDs."""
    # repeatable on purpose, and secret of nothing
    source = random.Random(seed)  # noqa: S311  # nosec B311

    def new_id() -> UUID:
        return UUID(int=source.getrandbits(128), version=4)

    return new_id


def working_day(day: date) -> date:
    """``day``, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - SATURDAY + 1))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment on the clinic's wall clock."""
    return datetime.combine(day, time(hour, minute), ZoneInfo(ZONE))


def opening(day: date) -> datetime:
    """The moment the demo opens on."""
    return datetime.combine(working_day(day), NOW_OF_DAY, ZoneInfo(ZONE))


def course_days(first: date, sessions: int) -> list[date]:
    """Working days two to four apart, as a six-infusion course is given."""
    days = [first]
    while len(days) < sessions:
        step = days[-1] + timedelta(days=2)
        while step.weekday() >= SATURDAY:
            step += timedelta(days=1)
        days.append(step)
    return days


def course_days_ending(last: date, sessions: int) -> list[date]:
    """The working days of a course of which ``last`` is the day of session number ``sessions``."""
    days = [last]
    while len(days) < sessions:
        step = days[0] - timedelta(days=2)
        while step.weekday() >= SATURDAY:
            step -= timedelta(days=1)
        days.insert(0, step)
    return days
