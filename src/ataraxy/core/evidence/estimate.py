"""What the arithmetic hands about: an effect with its variance, an estimate with its interval, and too few."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from ataraxy.core.evidence.study import Measure


@dataclass(frozen=True, slots=True)
class Effect:
    """One study's effect on the scale of analysis (ratios: natural logarithm), and its sampling variance.

    Below zero the experimental arm had the lower mean or the fewer events.
    """

    measure: Measure
    value: float
    variance: float
    method: str  # "Hedges' g, exact correction", "conditional odds ratio of pairs", ...
    correction: float = 0.0  # what was added to every cell of the table

    def shown(self, on_scale: float | None = None) -> float:
        """A number of the scale of analysis (``value`` when none is given) as it is shown: ratios as ratios."""
        number = self.value if on_scale is None else on_scale
        return exp(number) if self.measure.is_ratio else number


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its uncertainty, on the scale of analysis. ``df`` is None where the normal was used."""

    value: float
    se: float
    low: float
    high: float
    p: float
    df: float | None = None
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class TooFew:
    """Why there is no number: a method needs more than there is."""

    method: str
    needs: int
    has: int
    of: str = "studies"

    def __str__(self) -> str:
        return f"{self.method} needs at least {self.needs} {self.of}; there are {self.has}."


@dataclass(frozen=True, slots=True)
class Exact:
    """A number whose interval and p come from counting all possible outcomes: there is no standard error.

    On the scale of analysis; ``value``, ``low`` or ``high`` may be infinite where nobody stands on one side.
    """

    value: float
    low: float
    high: float
    p: float
    level: float = 0.95
