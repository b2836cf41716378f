"""On which days the sessions of a course may be, counted on the clinic's calendar."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Course


def refuse_spacing(course: Course, number: int, day: date, others: Mapping[int, date]) -> None:
    """Refuse a day too near to, or too far from, the other sessions of the course.

    Args:
        others: the days of the other sessions, given or booked, by their number.

    Raises:
        InputRefused: names the rule, and the days that would keep it.
    """
    before = max((n for n in others if n < number), default=None)
    after = min((n for n in others if n > number), default=None)
    earliest, latest = _window(course, number, others, before, after)
    if earliest is not None and latest is not None and earliest > latest:
        raise InputRefused(
            f"No day is left for session {number} between the others.",
            "Move the sessions after it first.",
            "starts_at",
        )
    if (earliest is not None and day < earliest) or (latest is not None and day > latest):
        raise InputRefused(
            f"{_day(day)} does not keep the protocol's spacing: {_rule(course)}.",
            f"Choose a day {_between(earliest, latest)}.",
            "starts_at",
        )


def too_near(rule: Course, today: date, doses: Collection[date]) -> str | None:
    """Why today is too near to another dose of this patient, or None. Days of the clinic's calendar."""
    last = max(doses, default=None)
    if last is None or (today - last).days >= rule.least_days_apart:
        return None
    return f"the last dose was on {_day(last)}; {rule.least_days_apart} days must lie between"


def skipped(rule: Course, number: int, given: Collection[int]) -> str | None:
    """Why this session would be too high a step, or None.

    Hazard: of three rising doses the second was missed; the third would be four times the first.
    """
    doses = rule.doses_mg_per_kg
    before = doses[number - 2] if 2 <= number <= len(doses) else None
    if before is None or doses[number - 1] <= before or number - 1 in given:
        return None
    return f"{doses[number - 1]} mg/kg follows {before} mg/kg, and session {number - 1} was not given"


def _window(
    course: Course, number: int, others: Mapping[int, date], before: int | None, after: int | None
) -> tuple[date | None, date | None]:
    """The first and the last day that keep every rule; None where no rule sets one."""
    earliest: list[date] = []
    latest: list[date] = []
    if before is not None:
        steps = number - before
        earliest.append(others[before] + timedelta(days=course.least_days_apart * steps))
        latest.append(others[before] + timedelta(days=course.most_days_apart * steps))
    if after is not None:
        steps = after - number
        latest.append(others[after] - timedelta(days=course.least_days_apart * steps))
        earliest.append(others[after] - timedelta(days=course.most_days_apart * steps))
    if others:
        span = timedelta(days=course.within_days)
        earliest.append(max(others.values()) - span)
        latest.append(min(others.values()) + span)
    return max(earliest, default=None), min(latest, default=None)


def _rule(course: Course) -> str:
    apart = f"{course.least_days_apart} to {course.most_days_apart} days apart"
    return f"{apart}, all {course.sessions} within {course.within_days} days"


def _between(earliest: date | None, latest: date | None) -> str:
    if earliest is None:
        return f"not after {_day(latest)}" if latest else ""
    return f"from {_day(earliest)} to {_day(latest)}" if latest else f"not before {_day(earliest)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
