"""The present moment, given to the rules so that it is known until when they would say the same.

Whatever a rule asks of the clock, it asks by comparing. An ``Instant`` answers as the moment it stands for and notes the
next moment at which that answer would be another one. Before the first of these no comparison comes out otherwise, so
neither does anything that follows from them: no list of deadlines is kept beside the rules, and a new rule is
followed like an old one. What is asked in a way that cannot be followed (the hour of the day, a sum) counts as
otherwise at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from ataraxy.core.session.freshness import FOR_EVER

TICK = timedelta.resolution


class Watch:
    """What was asked of the clock at ``now``: every answer stays as it is before ``until``."""

    __slots__ = ("now", "until")

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.until = FOR_EVER

    def note(self, at: datetime) -> None:
        """From ``at`` on an answer is another one."""
        if self.now < at < self.until:
            self.until = at

    def lose(self) -> None:
        """Something was asked that cannot be followed."""
        self.until = self.now


class Instant(datetime):
    """``watch.now``, which notes in ``watch`` what is asked of it."""

    watch: Watch

    @classmethod
    def of(cls, watch: Watch) -> Instant:
        at = watch.now.astimezone(UTC)
        made = cls(at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, UTC)
        made.watch = watch
        return made

    def __ge__(self, other: Any) -> bool:
        if isinstance(other, Instant):
            return self.watch.now >= other.watch.now
        self.watch.note(other)
        return bool(self.watch.now >= other)

    def __gt__(self, other: Any) -> bool:
        if isinstance(other, Instant):
            return self.watch.now > other.watch.now
        self.watch.note(_after(other))
        return bool(self.watch.now > other)

    def __lt__(self, other: Any) -> bool:
        return not self >= other

    def __le__(self, other: Any) -> bool:
        return not self > other

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Instant):
            return self.watch.now - other.watch.now
        if isinstance(other, datetime):
            return Span(self, other, shrinks=False)
        self.watch.lose()
        return self.watch.now - other

    def __rsub__(self, other: datetime) -> Any:
        return Span(self, other, shrinks=True)


class Span:
    """The time since ``edge``, or until it: a length that grows, or shrinks, with the clock.

    No ``timedelta``: a moment would take one and add it, and nobody would know.
    """

    __slots__ = ("_clock", "_edge", "_shrinks", "length")

    def __init__(self, clock: Instant, edge: datetime, *, shrinks: bool) -> None:
        self._clock, self._edge, self._shrinks = clock, edge, shrinks
        now = clock.watch.now
        self.length = edge - now if shrinks else now - edge

    def lose(self) -> None:
        self._clock.watch.lose()

    def __ge__(self, other: timedelta) -> bool:
        if self._shrinks:
            return self._clock <= self._edge - other
        return self._clock >= self._edge + other

    def __gt__(self, other: timedelta) -> bool:
        if self._shrinks:
            return self._clock < self._edge - other
        return self._clock > self._edge + other

    def __lt__(self, other: timedelta) -> bool:
        return not self >= other

    def __le__(self, other: timedelta) -> bool:
        return not self > other

    def __neg__(self) -> Span:
        return Span(self._clock, self._edge, shrinks=not self._shrinks)

    def __floordiv__(self, other: Any) -> Any:
        """How many whole ``other`` fit in: another number once one more does, or one less."""
        whole = self.length // other
        if not isinstance(other, timedelta) or other <= timedelta(0):
            self.lose()
        elif self._shrinks:
            self._clock.watch.note(_after(self._edge - whole * other))
        else:
            self._clock.watch.note(self._edge + (whole + 1) * other)
        return whole

    def __radd__(self, other: Any) -> Any:
        self.lose()
        return other + self.length

    def __rsub__(self, other: Any) -> Any:
        self.lose()
        return other - self.length

    def __getattr__(self, name: str) -> Any:
        self.lose()
        return getattr(self.length, name)


def _after(moment: datetime) -> datetime:
    return moment + TICK if moment < FOR_EVER else FOR_EVER


def standstill(now: datetime) -> datetime:
    """The same moment for what runs with the clock by itself and is no verdict: nothing is noted."""
    return now.watch.now if isinstance(now, Instant) else now


def still(length: timedelta | Span) -> timedelta:
    """A length that no longer runs."""
    return length.length if isinstance(length, Span) else length


# What a class is made of, what makes moments, and what of a moment does not run.
NOT_ASKED = frozenset(dir(object)) - {"__eq__", "__ne__", "__hash__", "__str__", "__repr__", "__format__"} | {
    *("tzinfo", "fold", "min", "max", "resolution", "utcoffset", "dst", "tzname"),
    *("combine", "now", "today", "utcnow", "strptime"),
    *("fromisoformat", "fromtimestamp", "fromordinal", "fromisocalendar", "utcfromtimestamp"),
}


def _instant_asks(name: str) -> Callable[..., Any]:
    def asks(self: Instant, *given: Any, **named: Any) -> Any:
        self.watch.lose()
        return getattr(self.watch.now, name)(*given, **named)

    return asks


def _instant_reads(name: str) -> property:
    def reads(self: Instant) -> Any:
        self.watch.lose()
        return getattr(self.watch.now, name)

    return property(reads)


def _span_asks(name: str) -> Callable[..., Any]:
    def asks(self: Span, *given: Any) -> Any:
        self.lose()
        return getattr(self.length, name)(*given)

    return asks


def _lose_the_rest() -> None:
    """Whatever else a moment or a length can be asked is asked in a way that cannot be followed."""
    for name in set(dir(datetime)) - NOT_ASKED - set(vars(Instant)):
        method = callable(getattr(datetime, name))
        setattr(Instant, name, _instant_asks(name) if method else _instant_reads(name))
    for name in set(dir(timedelta)) - NOT_ASKED - set(vars(Span)):
        if name.startswith("__"):
            setattr(Span, name, _span_asks(name))


_lose_the_rest()
