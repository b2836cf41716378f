"""Hours after a dose, gathered into the windows in which studies measured."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ataraxy.core.evidence.study import Figure

DAY = Decimal(24)  # at any hour, outcomes nearest to a day after the dose: a choice of this project


@dataclass(frozen=True, slots=True)
class Window:
    """From ``from_hour`` to just before ``to_hour``; ``asked_hour`` is the one outcomes should be nearest to."""

    key: str
    words: str
    from_hour: Decimal
    to_hour: Decimal
    asked_hour: Decimal

    def holds(self, hour: Figure | None) -> bool:
        """Whether an outcome of that hour lies here; one whose hour was not seen does not."""
        return hour is not None and self.from_hour <= hour.value < self.to_hour


def _window(key: str, words: str, from_hour: int, to_hour: int, asked: int) -> Window:
    return Window(key, words, Decimal(from_hour), Decimal(to_hour), Decimal(asked))


WINDOWS = (
    _window("hours", "within 12 hours", 0, 12, 3),
    _window("day", "about a day after", 12, 36, 24),
    _window("days", "2 to 5 days after", 36, 132, 72),
    _window("week", "about a week after", 132, 252, 168),
    _window("two-weeks", "about two weeks after", 252, 504, 336),
    _window("later", "three weeks after, or later", 504, 100_000, 672),
)  # the cuts are this project's; reviews pool within 12 h, at 24 h, and at 7 to 14 days


def window_at(hour: Decimal) -> Window:
    """The window an hour lies in, with that hour as the one asked for.

    Raises:
        ValueError: the hour is negative or beyond the last window.
    """
    for window in WINDOWS:
        if window.from_hour <= hour < window.to_hour:
            return Window(window.key, window.words, window.from_hour, window.to_hour, hour)
    raise ValueError(f"No study measures at {hour} h. Ask for an hour from 0 to {WINDOWS[-1].to_hour}.")
