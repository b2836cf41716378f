"""A body of evidence for one outcome, as its certainty is judged: the studies, their numbers, and where the rules turn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ataraxy.core.evidence.study import Bias, Measure


class Level(StrEnum):
    VERY_LOW = "very low"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


LEVELS = tuple(Level)  # from the least sure up


class Domain(StrEnum):
    BIAS = "risk of bias"
    INCONSISTENCY = "inconsistency"
    INDIRECTNESS = "indirectness"
    IMPRECISION = "imprecision"
    PUBLICATION = "publication bias"
    LARGE_EFFECT = "large effect"
    DOSE_RESPONSE = "dose-response"
    CONFOUNDING = "confounding against the effect"

    @property
    def raises(self) -> bool:
        return self in (Domain.LARGE_EFFECT, Domain.DOSE_RESPONSE, Domain.CONFOUNDING)


@dataclass(frozen=True, slots=True)
class Contribution:
    """One study of the body: its share of the pooled effect, and how it was judged. No judgement is not a good one."""

    label: str
    weight_percent: float
    randomised: bool
    bias: tuple[Bias, ...]
    effect: float  # on the scale of analysis


@dataclass(frozen=True, slots=True)
class Indirect:
    """One way the evidence is not about our question: ``steps`` 1 is serious, 2 very serious."""

    aspect: str  # population, drug, comparator, outcome, time
    steps: int
    reason: str


@dataclass(frozen=True, slots=True)
class Body:
    """The evidence for one outcome. Effects on the scale of analysis: ratios as logarithms, no difference at zero.

    Attributes:
        people, events: counted once each; None where not known.
        important: the smallest difference that matters, as a size above zero; None where nobody has set one.
        needed_people: what one trial large enough would take (``size_for_means``, ``size_for_events``); None: the
            rule of thumb.
        unreported: studies known to be done whose results were not seen.
    """

    measure: Measure
    studies: tuple[Contribution, ...]
    value: float
    low: float
    high: float
    people: int | None = None
    events: int | None = None
    important: float | None = None
    needed_people: int | None = None
    i2_percent: float | None = None
    q_p: float | None = None
    predicted: tuple[float, float] | None = None
    indirect: tuple[Indirect, ...] = ()
    small_study_p: float | None = None
    unreported: tuple[str, ...] = ()
    dose_response: bool = False
    opposing_confounding: str = ""  # what would have hidden an effect, and did not; empty: nothing such


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where the rules turn. GRADE leaves these to judgement; ours are proposed, and one may set others."""

    weight_percent: float = 50.0  # of the pool, from studies with a flaw; proposed
    i2_serious: float = 50.0  # substantial heterogeneity (Cochrane Handbook 10.10.2); unverified
    i2_very_serious: float = 75.0  # considerable (the same)
    q_p: float = 0.10
    people: int = 400  # rule of thumb for means (Guyatt 2011, 10.1016/j.jclinepi.2011.01.012); unverified
    events: int = 300  # rule of thumb for events (the same); unverified
    far_below: float = (
        0.3  # of the people needed: two levels (Zeng 2022, 10.1016/j.jclinepi.2022.07.014); unverified
    )
    small_study_p: float = 0.10
    unreported_share: float = 1 / 3  # of the studies known; proposed
    large_ratio: float = 2.0  # GRADE guidelines 9 (10.1016/j.jclinepi.2011.06.004); unverified
    very_large_ratio: float = 5.0
    status: str = "proposed"
