"""The axis effects are drawn on: linear for differences, logarithmic with round ticks for ratios; cut ends are arrows.

Values are on the scale of analysis (the natural logarithm of a ratio) and are shown as clinicians read them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, exp, floor, log, log10

MOST_TICKS = 8
RATIO_STEPS = ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))
DECADES = 7  # ticks run from 1e-7 to 1e7


@dataclass(frozen=True, slots=True)
class EffectAxis:
    """From ``low`` to ``high`` (scale of analysis) over ``width`` from ``left``."""

    low: float
    high: float
    left: float
    width: float
    is_ratio: bool = False

    @property
    def right(self) -> float:
        return self.left + self.width

    def share(self, value: float) -> float:
        """How far along the axis a value lies, 0 to 1; one outside stands at the end."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def x(self, value: float) -> float:
        """The place of a value from left to right."""
        return self.left + self.width * self.share(value)

    def cuts(self, value: float) -> bool:
        """Whether a value lies outside what is drawn."""
        return not self.low - 1e-9 <= value <= self.high + 1e-9

    def ticks(self) -> list[float]:
        """Where the axis is written, on the scale of analysis."""
        return ratio_ticks(self.low, self.high) if self.is_ratio else linear_ticks(self.low, self.high)


def ratio_ticks(low: float, high: float) -> list[float]:
    """Round ratios (… 0.1, 0.2, 0.5, 1, 2, 5, 10 …) between two logarithms, as logarithms; 1 is among them if it fits."""
    for steps in RATIO_STEPS:
        found = _round_ratios(low, high, steps, 1)
        if len(found) <= MOST_TICKS:
            return found
    return next(
        found for every in range(1, 15) if len(found := _round_ratios(low, high, (1.0,), every)) <= MOST_TICKS
    )


def _round_ratios(low: float, high: float, steps: Sequence[float], every: int) -> list[float]:
    decades = (d for d in range(-DECADES, DECADES + 1) if d % every == 0)
    found = (log(step * 10.0**decade) for decade in decades for step in steps)
    return [value for value in found if low - 1e-9 <= value <= high + 1e-9]


def linear_ticks(low: float, high: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten, at most eight of them."""
    exponent = floor(log10(high - low)) - 1
    for power in range(exponent, exponent + 3):
        for head in (1.0, 2.0, 5.0):
            step = head * 10.0**power
            first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
            if last - first < MOST_TICKS:
                return [round(step * i, 12) for i in range(first, last + 1)]
    raise AssertionError("a step of a hundredth to ten times the width always fits")


def fitted(
    middles: Iterable[float], edges: Iterable[float], left: float, width: float, *, is_ratio: bool
) -> EffectAxis:
    """An axis that shows every middle and no effect (0), and cuts intervals that would press the rest together.

    Args:
        middles: what must be seen: point estimates and the ends of pools.
        edges: the ends of intervals; they widen the axis up to once the width of the middles on each side.
    """
    core = [0.0, *middles]
    low, high = min(core), max(core)
    reach = max(high - low, log(2.0) if is_ratio else 0.2)
    ends = [*core, *edges]
    lowest, highest = max(min(ends), low - reach), min(max(ends), high + reach)
    if highest - lowest < 1e-6:
        lowest, highest = lowest - reach, highest + reach
    room = 0.04 * (highest - lowest)
    return EffectAxis(lowest - room, highest + room, left, width, is_ratio)


def said(value: float, *, is_ratio: bool) -> str:
    """A value of the scale of analysis as it is read: ratios as ratios, a true minus, digits that mean something."""
    number = exp(min(value, 700.0)) if is_ratio else value
    size = abs(number)
    if is_ratio and size >= 1e6:
        return "over a million"
    if size < 0.0005 and is_ratio:
        return "under 0.001"
    if size < 0.005 and is_ratio:
        return f"{number:.3f}"
    if size < 0.005:
        return "0"
    digits = 0 if size >= 99.95 else 1 if size >= 9.995 else 2
    return f"{number:.{digits}f}".replace("-", "−")


def tick_words(value: float, *, is_ratio: bool) -> str:
    number = exp(value) if is_ratio else value
    return f"{number:g}".replace("-", "−")


def interval_words(low: float | None, high: float | None, *, is_ratio: bool) -> str:
    """ "3.45 to 243"; empty where no interval is known."""
    if low is None or high is None:
        return ""
    return f"{said(low, is_ratio=is_ratio)} to {said(high, is_ratio=is_ratio)}"


def estimate_words(value: float | None, low: float | None, high: float | None, *, is_ratio: bool) -> str:
    """ "28.9 (3.45 to 243)"."""
    if value is None:
        return ""
    interval = interval_words(low, high, is_ratio=is_ratio)
    return said(value, is_ratio=is_ratio) + (f" ({interval})" if interval else "")
