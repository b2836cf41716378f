"""What the figures draw: plain values, already permitted and already rounded by those who ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from ataraxy.clinic.figures.svg import Value


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a figure, for those who read rather than look."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


# --- the flow sheet ------------------------------------------------------------------------------


class Origin(StrEnum):
    """Where a value came from. LATE: typed well after it was true; ARTEFACT: somebody doubts it; both drawn so."""

    MONITOR = "monitor"
    HAND = "typed by hand"
    LATE = "typed later"
    ARTEFACT = "marked as artefact"


class Level(StrEnum):
    """LOW: look and measure again (cyan). MEDIUM: hold, pause or call (yellow). HIGH: stop (red)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Keep(StrEnum):
    """Which of several values in one box of time is written."""

    LOWEST = "lowest"
    HIGHEST = "highest"
    LATEST = "latest"


class Trace(StrEnum):
    SYSTOLIC = "systolic"
    DIASTOLIC = "diastolic"
    PULSE = "pulse"


@dataclass(frozen=True, slots=True)
class Pressure:
    at: datetime
    systolic_mmhg: Value
    diastolic_mmhg: Value
    origin: Origin = Origin.MONITOR


@dataclass(frozen=True, slots=True)
class Sample:
    at: datetime
    value: Value
    origin: Origin = Origin.MONITOR


@dataclass(frozen=True, slots=True)
class ValueRow:
    """Numbers written in a row over time, such as SpO2. Values beyond a flag are boxed and bold."""

    label: str
    unit: str
    samples: tuple[Sample, ...]
    keep: Keep = Keep.LATEST
    flag_below: Value | None = None
    flag_above: Value | None = None

    def flagged(self, value: Value) -> bool:
        below = self.flag_below is not None and value < self.flag_below
        return below or (self.flag_above is not None and value > self.flag_above)


@dataclass(frozen=True, slots=True)
class Pause:
    starts: datetime
    ends: datetime | None = None  # None: still paused


@dataclass(frozen=True, slots=True)
class Infusion:
    """``words`` name drug, amount and time, such as "ketamine 36 mg over 40 min"."""

    words: str
    starts: datetime
    ends: datetime | None = None  # None: still running
    pauses: tuple[Pause, ...] = ()
    stopped_early: bool = False


@dataclass(frozen=True, slots=True)
class Injection:
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Limit:
    """An action limit of the protocol. ``words`` are short: "hold", "stop"."""

    trace: Trace
    value: Value
    level: Level
    words: str
    above: bool = True
    inclusive: bool = True  # the value itself is past the limit ("180 or more"); else only what is beyond it
    change: Value | None = None  # it is so far from this patient's baseline, not a number for everybody

    @property
    def sign(self) -> str:
        return {(True, True): "≥", (True, False): ">", (False, True): "≤", (False, False): "<"}[
            self.above, self.inclusive
        ]

    def holds(self, value: Value) -> bool:
        if value == self.value:
            return self.inclusive
        return (value > self.value) is self.above


@dataclass(frozen=True, slots=True)
class Baseline:
    """This patient's own pressure before the dose."""

    systolic_mmhg: Value
    diastolic_mmhg: Value


@dataclass(frozen=True, slots=True)
class Note:
    at: datetime
    words: str
    by: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class PredictedBand:
    """What a model expects of one pressure: from ``lower`` to ``upper`` at each moment of its prediction."""

    lower: tuple[float, ...]
    upper: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Predicted:
    """Drawn behind what was measured, and only when a person asked. ``words`` name the model and how sure it is."""

    at: tuple[datetime, ...]
    bands: tuple[PredictedBand, ...]
    words: str


@dataclass(frozen=True, slots=True)
class DoseMark:
    """One more thing given: a medicine, a supplement, oxygen; each kind has its own row above."""

    row: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FlowSheet:
    """One session. A stretch without a pressure longer than ``gap_after_min`` is marked (None: never)."""

    starts: datetime
    ends: datetime
    tz: tzinfo
    now: datetime | None = None
    pressures: tuple[Pressure, ...] = ()
    pulses: tuple[Sample, ...] = ()
    rows: tuple[ValueRow, ...] = ()
    infusions: tuple[Infusion, ...] = ()
    injections: tuple[Injection, ...] = ()
    given: tuple[DoseMark, ...] = ()
    limits: tuple[Limit, ...] = ()
    predicted: Predicted | None = None
    baseline: Baseline | None = None
    notes: tuple[Note, ...] = ()
    gap_after_min: int | None = None
    title: str = "Flow sheet of the session"
    id: str = "flow-sheet"

    def given_rows(self) -> dict[str, list[DoseMark]]:
        """What else was given, row by row, in the order each was first given."""
        rows: dict[str, list[DoseMark]] = {}
        for mark in sorted(self.given, key=lambda m: m.at):
            rows.setdefault(mark.row, []).append(mark)
        return rows

    def clock(self, at: datetime) -> str:
        return f"{at.astimezone(self.tz):%H:%M}"


# --- scores over days ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ScorePoint:
    """``day`` counts from the first dose (0); before it is negative. ``when`` is how the clinic says it."""

    day: float
    score: Value
    when: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A dose given, or a check-in that was not answered."""

    day: float
    words: str


@dataclass(frozen=True, slots=True)
class Band:
    """A severity band of the scale, both ends inclusive."""

    lowest: Value
    highest: Value
    label: str


@dataclass(frozen=True, slots=True)
class Threshold:
    value: Value
    words: str


@dataclass(frozen=True, slots=True)
class Trajectory:
    """``interval_days``: the usual time between check-ins; over more than two of them no line is drawn."""

    scale: str
    lowest: Value
    highest: Value
    points: tuple[ScorePoint, ...]
    interval_days: float
    doses: tuple[Mark, ...] = ()
    missed: tuple[Mark, ...] = ()
    bands: tuple[Band, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    lower_is_better: bool = True
    width: int = 720
    id: str = "trajectory"


# --- predicted concentration ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlannedDose:
    """``start_min == end_min`` for an injection."""

    start_min: float
    end_min: float
    words: str


@dataclass(frozen=True, slots=True)
class Strand:
    """One line of a prediction; ``lower`` and ``upper`` are empty where nobody knows how people differ."""

    label: str
    middle: tuple[float, ...]
    lower: tuple[float, ...] = ()
    upper: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class BandLimit:
    """A limit of the protocol over a prediction; ``of_second``: on what the second strand shows."""

    value: float
    level: Level
    words: str
    of_second: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A measured value over a prediction."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Bands:
    """What one model predicts of one quantity over time, with at most two strands.

    ``standing``: where it was sampled and how much it is worth, in words; ``now``: what lies right of it is to come.
    """

    title: str
    unit: str
    model: str
    standing: str
    at: tuple[float, ...]
    strands: tuple[Strand, ...]
    starts: float
    ends: float
    doses: tuple[PlannedDose, ...] = ()
    limits: tuple[BandLimit, ...] = ()
    seen: tuple[Seen, ...] = ()
    now: float | None = None
    lowest: float = 0.0
    highest: float = 0.0  # at least this high, so that pictures side by side share a scale
    time_unit: str = "min"
    axis_words: str = "minutes from the start of the dose"
    of_whom: str = "copies"  # in whom the band holds: copies of one person, or people
    id: str = "bands"


# --- proportions ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reference:
    """What others have published, in percent; drawn hollow, never as ours."""

    words: str
    percent: float
    low_percent: float | None = None
    high_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Proportion:
    """``count`` of ``of`` with its 95 % interval in percent; none when nobody is in the denominator."""

    label: str
    count: int
    of: int
    low_percent: float | None = None
    high_percent: float | None = None
    reference: Reference | None = None

    @property
    def percent(self) -> float | None:
        return 100.0 * self.count / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Proportions:
    title: str
    rows: tuple[Proportion, ...]
    width: int = 720
    id: str = "proportions"
