"""What has been shown for a disorder, as pages, papers and programs show it: frozen values and no arithmetic.

``ask.py`` makes an ``Answer``. Every number here is on the scale it is shown on: ratios as ratios, never logarithms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ataraxy.core.evidence.choose import Exclusion, Question
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.hours import Window
from ataraxy.core.evidence.study import (
    Activity,
    Condition,
    Design,
    Finding,
    GivenBy,
    Harm,
    Measure,
    PublishedPool,
    Seen,
)


class Analysis(StrEnum):
    """How crossovers were taken. The two are the same where there is no crossover."""

    INDEPENDENT = "independent"  # as if each treatment had been given to different people
    PAIRED = "paired"  # each person beside themselves


@dataclass(frozen=True, slots=True)
class Shown:
    """A number with its interval, on the scale it is shown on. ``p`` is two-sided, None where none was computed."""

    value: float
    low: float
    high: float
    p: float | None = None
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a forest plot: a study's contrast, what was counted, and its effect."""

    study: str  # id
    label: str
    year: int | None
    conditions: tuple[Condition, ...]
    design: Design
    instrument: str
    outcome: str  # label of the outcome
    hour: float | None
    experimental: str  # label of the arm
    control: str
    activity: Activity | None
    numbers: str  # "6 of 18 beside 0 of 17", "5 only with ketamine, 0 only with placebo"
    seen: Seen  # of the least sure number
    method: str
    effect: Shown
    variance: float  # on the scale of analysis
    weight_percent: float
    notes: tuple[str, ...] = ()  # what was inferred, added to cells, not known


@dataclass(frozen=True, slots=True)
class Pooled:
    """One way of putting the rows together. ``result`` is TooFew where there are not enough studies for it."""

    method: str  # "inverse variance, common effect"
    result: Shown | TooFew
    prediction: Shown | TooFew | None = None
    tau2: float | None = None
    q: float | None = None
    q_p: float | None = None
    i2_percent: float | None = None
    warnings: tuple[str, ...] = ()  # what must be known before believing it
    key: str = ""  # which way: common, hartung-knapp, bounded, bayes


@dataclass(frozen=True, slots=True)
class OfHundred:
    """How many of 100 people: as counted in the studies, or carried from an assumed share without the drug."""

    words: str
    experimental: float
    experimental_low: float
    experimental_high: float
    control: float
    control_low: float | None
    control_high: float | None
    basis: str  # "as counted in these studies", "assuming 20 of 100 without"


@dataclass(frozen=True, slots=True)
class Forest:
    """One analysis of one pool. The first of ``pooled`` is the one to show largest; empty without rows."""

    key: str
    title: str
    question: Question
    analysis: Analysis
    rows: tuple[Row, ...]
    pooled: tuple[Pooled, ...]
    excluded: tuple[Exclusion, ...]
    of_hundred: tuple[OfHundred, ...] = ()
    people: int | None = None  # randomised people, each counted once
    unit: str = ""  # of a mean difference: points of which scale
    lower_is_better: bool = True  # which side of no difference favours the drug

    @property
    def no_difference(self) -> float:
        return 1.0 if self.question.measure.is_ratio else 0.0

    def by(self, key: str) -> Pooled | None:
        """The pool put together in one way; None where there is none."""
        return next((one for one in self.pooled if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Beside:
    """A pool as a review printed it: shown beside ours, never mixed into it. ``flags``: why it disagrees with itself."""

    review: str  # id
    label: str
    pool: PublishedPool
    shown: Shown | None
    flags: tuple[str, ...] = ()
    retracted_on: date | None = None
    reproduced: str = ""  # "Ours from the same two trials: 28.94 [3.45, 242.57]"
    scope: str = ""  # whose figure it is, where not the disorder's own: "across diagnoses; anxiety, not PTSD"


@dataclass(frozen=True, slots=True)
class PoolAnswer:
    """One question with every analysis of it, what reviews printed, and what is missing."""

    question: Question
    forests: tuple[Forest, ...]
    why_they_differ: str
    published: tuple[Beside, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """One effect at one time: ours, or a review's."""

    from_hour: float
    to_hour: float
    measure: Measure
    effect: Shown
    label: str
    published: bool  # a review's pool; its studies may be counted elsewhere too
    lower_is_better: bool  # below no difference favours the drug
    k: int | None = None
    unit: str = ""  # of a mean difference: points of which scale
    instrument: str = ""  # of a mean difference; points of two scales are never one series
    scope: str = ""  # whose figure it is, where not the disorder's own; the label says it too


@dataclass(frozen=True, slots=True)
class DoseGroup:
    """What one dose by one route showed."""

    route: GivenBy | None
    label: str  # "0.5 mg/kg IV over 40 min"
    dose: float | None
    dose_unit: str
    studies: tuple[str, ...]  # labels
    effect: Shown | None
    words: str
    measure: Measure | None = None  # of the effect; a dose stands once for each measure it has an effect in
    unit: str = ""  # of a mean difference: points of which scale
    instrument: str = ""  # by which the effect was measured; points of two scales are never one series


@dataclass(frozen=True, slots=True)
class HarmLine:
    """One harm in one arm of one study, with a Wilson interval where people were counted."""

    study: str
    label: str
    population: str  # of the study: often not this disorder's
    own: bool  # whether the study is of this disorder
    arm: str  # its label
    harm: Harm
    percent: float | None
    low: float | None
    high: float | None
    seen: Seen


@dataclass(frozen=True, slots=True)
class Listed:
    """A study of this disorder, whatever it found: negative ones as visible as positive, retracted ones struck through."""

    study: str
    label: str
    title: str
    year: int | None
    design: Design
    n: int | None
    finding: Finding
    results: tuple[str, ...]  # in our own words
    retracted_on: date | None
    retraction: str
    registrations: tuple[str, ...]
    source: str
    cohort_id: str
    pooled: bool


@dataclass(frozen=True, slots=True)
class Flag:
    """A reported number that disagrees with itself."""

    study: str  # id of a study or a review
    label: str
    what: str  # the outcome or the pool
    words: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything the base says of one disorder: pools, times, doses, harms, studies, and what nobody has shown."""

    condition: Condition
    measure: Measure | None  # None: all that were asked
    window: Window | None
    pools: tuple[PoolAnswer, ...]
    times: tuple[Moment, ...]
    doses: tuple[DoseGroup, ...]
    harms: tuple[HarmLine, ...]
    safety: tuple[tuple[str, str], ...]  # label of a study, what it says in our words
    studies: tuple[Listed, ...]
    reviews: tuple[tuple[str, str], ...]  # label, what it says in our words
    flags: tuple[Flag, ...]
    missing: tuple[str, ...]
    sources: tuple[str, ...]  # keys of sources.toml behind all of it
    apart: tuple[
        Beside, ...
    ] = ()  # printed mean differences of a scale that was not seen or has no pool of ours
