"""Everything a printed number can have been before it was rounded: arithmetic on spans from lowest to highest."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import inf, log

from ataraxy.core.evidence.study import Figure


@dataclass(frozen=True, slots=True)
class Span:
    """Any number from ``low`` to ``high``."""

    low: float
    high: float

    def __contains__(self, number: float) -> bool:
        return self.low <= number <= self.high

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Span) -> Span:
        return Span(self.low - other.high, self.high - other.low)

    def __neg__(self) -> Span:
        return Span(-self.high, -self.low)

    def times(self, factor: float) -> Span:
        """``factor`` is zero or above."""
        return Span(self.low * factor, self.high * factor)

    def over(self, other: Span) -> Span:
        """The quotient of two spans that are nowhere below zero."""
        return Span(
            self.low / other.high if other.high > 0 else inf, self.high / other.low if other.low > 0 else inf
        )

    def above_zero(self) -> Span:
        """What of it is not below zero, where nothing else can be."""
        return Span(max(0.0, self.low), max(0.0, self.high))

    def size(self) -> Span:
        """How far from zero, whichever side."""
        near = 0.0 if self.low <= 0 <= self.high else min(abs(self.low), abs(self.high))
        return Span(near, max(abs(self.low), abs(self.high)))

    def log(self) -> Span:
        """The logarithm; what may be zero or below reaches down without end."""
        return Span(log(self.low) if self.low > 0 else -inf, log(self.high) if self.high > 0 else -inf)

    def meets(self, other: Span, slack: float = 1e-9) -> bool:
        """Whether one number can lie in both. ``slack`` is for the machine's own rounding, relative."""
        room = slack * max(
            1.0, *(abs(x) for x in (self.low, self.high, other.low, other.high) if abs(x) < inf)
        )
        return self.low <= other.high + room and other.low <= self.high + room


def half_unit(value: Decimal) -> float:
    """Half of the last printed digit: 12.7 may have been anything from 12.65 to 12.75."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{value} is not a number that could have been printed.")
    return float(Decimal(1).scaleb(exponent) / 2)


def span(figure: Figure | Decimal) -> Span:
    """What a printed number can have been, rounded either way at the half.

    A whole number that ends in zeros (120) is taken as exact to the unit; 1.2E+2 to the ten.

    Raises:
        ValueError: not a finite number.
    """
    value = figure.value if isinstance(figure, Figure) else figure
    half = half_unit(value)
    return Span(float(value) - half, float(value) + half)
