"""What the pictures of the evidence draw: plain numbers on the scale of analysis, and words.

Ratios are natural logarithms here; the pictures write them as ratios. Nothing is pooled or computed in a picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How an estimate is drawn. OURS: filled. OTHER: hollow (another analysis, or somebody else's pool)."""

    OURS = "ours"
    OTHER = "other"


# --- forest plot ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One study. Without ``value`` its ``words`` stand where the box would: what is known of the result."""

    study: str
    year: str
    n: str
    given: str  # route and dose
    against: str  # comparator
    value: float | None = None
    low: float | None = None
    high: float | None = None
    weight_percent: float | None = None
    words: str = ""
    flag: str = ""  # what is wrong with the number, in a few words


@dataclass(frozen=True, slots=True)
class ForestPool:
    """A pooled estimate as a diamond, with where the next study would be expected (None: too few to say)."""

    label: str
    value: float
    low: float
    high: float
    predicted_low: float | None = None
    predicted_high: float | None = None
    mark: Mark = Mark.OURS
    words: str = ""


@dataclass(frozen=True, slots=True)
class ForestSection:
    """Rows that belong together, such as one analysis of the crossovers. ``words``: why there is no pool."""

    heading: str
    rows: tuple[ForestRow, ...] = ()
    pools: tuple[ForestPool, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A study that is in no pool. A retracted one is struck through, with the date."""

    study: str
    year: str
    reason: str
    retracted: str = ""  # "31 March 2026"
    estimate: str = ""  # as printed


@dataclass(frozen=True, slots=True)
class Forest:
    """``low_side`` and ``high_side`` say what lies left and right of no effect."""

    title: str
    axis_words: str
    is_ratio: bool
    low_side: str
    high_side: str
    sections: tuple[ForestSection, ...]
    left_out: tuple[LeftOut, ...] = ()
    id: str = "forest"
    narrow: bool = False


# --- effects over hours and doses --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """One effect at one hour or one dose. ``until``: it holds for a stretch (a review's "7 to 14 days")."""

    at: float
    value: float
    low: float | None = None
    high: float | None = None
    until: float | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """The readings of one study (joined by a line), or of a review (``mark`` OTHER: not joined)."""

    label: str
    readings: tuple[Reading, ...]
    mark: Mark = Mark.OURS
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted curve with its band, on the axis of the picture."""

    label: str
    at: tuple[float, ...]
    middle: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class EffectByHour:
    """``hours`` from the dose, drawn so that hours, days and weeks all have room."""

    title: str
    value_words: str
    is_ratio: bool
    low_side: str
    high_side: str
    series: tuple[Series, ...]
    words: str = ""
    id: str = "effect-by-hour"
    narrow: bool = False


@dataclass(frozen=True, slots=True)
class DoseResponse:
    title: str
    value_words: str
    dose_words: str
    is_ratio: bool
    low_side: str
    high_side: str
    series: tuple[Series, ...]
    fit: Fit | None = None
    words: str = ""  # why there is no curve
    id: str = "dose-response"
    narrow: bool = False


# --- funnel ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """``supposed``: a study trim-and-fill supposes to be missing, never one that exists."""

    label: str
    value: float
    se: float
    supposed: bool = False


@dataclass(frozen=True, slots=True)
class Funnel:
    """``middle`` None: nothing was pooled, and no funnel is drawn around it."""

    title: str
    axis_words: str
    is_ratio: bool
    points: tuple[FunnelPoint, ...]
    middle: float | None = None
    words: str = ""
    id: str = "funnel"


# --- harms ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HarmRate:
    """One arm: of how many how many had it. Where only a share was printed the counts are None.

    ``unsure``: "recalled, not verified" and the like; empty where it was read. It stands wherever the rate stands.
    """

    arm: str
    percent: float
    count: int | None = None
    of: int | None = None
    low_percent: float | None = None
    high_percent: float | None = None
    is_control: bool = False
    unsure: str = ""


@dataclass(frozen=True, slots=True)
class HarmRow:
    """One unwanted effect in one study, its arms beside each other. ``people``: who they were, where they are others."""

    effect: str
    study: str
    rates: tuple[HarmRate, ...]
    people: str = ""
    key: str = ""  # of codes/side_effects.csv: rows of one kind of harm


@dataclass(frozen=True, slots=True)
class Harms:
    title: str
    rows: tuple[HarmRow, ...]
    id: str = "harms"
    narrow: bool = False
