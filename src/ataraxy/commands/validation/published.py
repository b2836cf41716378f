"""What was published, how it was read, and when ours counts as agreeing with it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

ON_THE_EDGE = 1e-3  # 312.5 is printed as 312 by some and as 313 by others


class Read(StrEnum):
    """How the published number reached us."""

    PAPER = "read in the paper or its abstract"
    CODE = "read in public code that cites it"
    SECOND_HAND = "second-hand"
    COMPUTED = "computed from published parameters"
    REMEMBERED = "remembered, not verified"


class Verdict(StrEnum):
    HOLDS = "holds"
    BY_CONSTRUCTION = "holds, by construction"
    MISSES = "**misses**"
    KNOWN_MISS = "**misses, as known**"
    TOLD = "told, not judged"


@dataclass(frozen=True, slots=True)
class Source:
    """``key`` names it in the table; ``words`` in the list below."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a number must lie to agree, and the words for it; no numbers: told, not judged."""

    low: float = -math.inf
    high: float = math.inf
    words: str = "–"

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


NOT_JUDGED = Bounds()


@dataclass(frozen=True, slots=True)
class Anchor:
    """One published number and ours.

    ``published``: as printed, so that its digits say how finely it is known; or the words of a range.
    ``judged``: the number that must lie inside, where it is not ours but, say, theirs among our people.
    ``known_miss``: why ours is known to lie outside; then it must, or the reason is out of date.
    ``put_in``: the number was an input of our model or chosen with it in sight, so that agreeing proves little.
    """

    what: str
    model: str
    published: str
    ours: float
    unit: str
    bounds: Bounds
    source: str
    read: Read = Read.PAPER
    known_miss: str = ""
    put_in: bool = False
    judged: float | None = None
    digits: int = 1

    @property
    def name(self) -> str:
        return f"{self.model}: {self.what} ({self.source})"

    @property
    def verdict(self) -> Verdict:
        if self.bounds == NOT_JUDGED:
            return Verdict.TOLD
        if (self.ours if self.judged is None else self.judged) in self.bounds:
            return Verdict.BY_CONSTRUCTION if self.put_in else Verdict.HOLDS
        return Verdict.KNOWN_MISS if self.known_miss else Verdict.MISSES

    @property
    def difference(self) -> str:
        """Ours against the published number, in percent; a dash where that is a range or zero."""
        try:
            value = float(self.published)
        except ValueError:
            return "–"
        return f"{(self.ours / value - 1) * 100:+.1f} %" if value else "–"


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the report. ``figure``: the name of its picture."""

    title: str
    words: str
    anchors: tuple[Anchor, ...]
    figure: str = ""
    caption: str = ""


def to_printed_digits(published: str) -> Bounds:
    """Agreeing once rounded to the digits printed."""
    value = Decimal(published)
    half = float(Decimal(1).scaleb(int(value.as_tuple().exponent))) / 2 * (1 + ON_THE_EDGE)
    return Bounds(float(value) - half, float(value) + half, "printed digits")


def within_percent(published: str, percent: float) -> Bounds:
    """Agreeing to so many percent of the published number."""
    value = float(published)
    return Bounds(value * (1 - percent / 100), value * (1 + percent / 100), f"{percent:g} %")


def within_factor(published: str, factor: float, words: str = "") -> Bounds:
    """Agreeing to a factor either way."""
    value = float(published)
    return Bounds(value / factor, value * factor, words or f"a factor of {factor:g}")


def within_sd(published: str, sd: float) -> Bounds:
    """Agreeing to two standard deviations between people."""
    value = float(published)
    return Bounds(value - 2 * sd, value + 2 * sd, f"2 SD (SD {sd:g})")
