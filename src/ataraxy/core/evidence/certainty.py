"""How sure a body of evidence makes us: GRADE, proposed by rule, with every reason told, and a person's judgement over it.

Randomised trials start high, other designs low. Five domains take away, three may add (to what started low and lost
nothing). What is not known never counts as good. Functional unblinding (people feel which drug they had) is a domain of
risk of bias here like the others.
Sources: Guyatt et al., J Clin Epidemiol 2011;64 (GRADE guidelines 3-9); the cut-offs in ``Cuts`` name their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ataraxy.core.evidence.answer import OfHundred, Shown
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.study import Bias, Measure


class Level(StrEnum):
    VERY_LOW = "very low"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


LEVELS = tuple(Level)  # from the least sure up

FOR_PATIENT = {
    Level.HIGH: "We are very sure of this. More research is unlikely to change it.",
    Level.MODERATE: "We are fairly sure of this. The real effect is probably close, but it could be different.",
    Level.LOW: "We are not sure of this. The real effect may be quite different.",
    Level.VERY_LOW: "We are very unsure of this. The real effect may well be very different, or there may be none.",
}


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


@dataclass(frozen=True, slots=True)
class Judged:
    """A person's judgement of one domain over the rule's: steps down (or up), why, and whose it is."""

    domain: Domain
    steps: int
    reason: str
    by: str

    def __post_init__(self) -> None:
        if not 0 <= self.steps <= 3:
            raise ValueError(f"A judgement takes 0 to 3 levels, not {self.steps}.")
        if not self.reason.strip() or not self.by.strip():
            raise ValueError(
                "A judgement over the rule needs its reason and a name: say why, and who judged."
            )


@dataclass(frozen=True, slots=True)
class Rating:
    """One domain: what the rule proposed and why, and what counts (the person's where there is one)."""

    domain: Domain
    proposed: int
    reason: str
    judged: Judged | None = None

    @property
    def steps(self) -> int:
        return self.proposed if self.judged is None else self.judged.steps

    @property
    def words(self) -> str:
        amount = _amount(self.domain, self.steps)
        if self.judged is None:
            return f"{self.domain.value.capitalize()}: {amount}. {self.reason}"
        was = _amount(self.domain, self.proposed)
        return (
            f"{self.domain.value.capitalize()}: {amount}, judged by {self.judged.by}: {self.judged.reason} "
            f"(The rule proposed {was}: {self.reason})"
        )


@dataclass(frozen=True, slots=True)
class Certainty:
    """The level, and how it came about."""

    level: Level
    start: Level
    started: str  # why it starts there
    ratings: tuple[Rating, ...]
    cuts: Cuts

    @property
    def words(self) -> str:
        return f"{self.level.value.capitalize()} certainty"

    @property
    def for_patient(self) -> str:
        return FOR_PATIENT[self.level]

    @property
    def why(self) -> tuple[str, ...]:
        """The start, then every domain that took away or added."""
        return (self.started, *(one.words for one in self.ratings if one.steps))


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One row of a summary of findings."""

    outcome: str
    studies: int
    people: int | None
    effect: Shown | TooFew
    of_hundred: OfHundred | None
    certainty: Certainty | TooFew
    comment: str = ""


def certainty(body: Body, judged: Sequence[Judged] = (), cuts: Cuts | None = None) -> Certainty | TooFew:
    """How sure this body of evidence makes us, by rule, with a person's judgements over it.

    Raises:
        ValueError: two judgements of one domain, weights or an interval that cannot be.
    """
    from ataraxy.core.evidence import certainty_rules as rules

    cuts = cuts or Cuts()
    if not body.studies:
        return TooFew("A rating of certainty", 1, 0)
    _check(body)
    over = {one.domain: one for one in judged}
    if len(over) < len(judged):
        raise ValueError("Two judgements of one domain: keep the one that stands.")
    start, started = rules.start(body)
    down = tuple(_rated(domain, rule(body, cuts), over) for domain, rule in rules.TAKE_AWAY.items())
    may_rise = start is Level.LOW and not any(one.steps for one in down)
    up = tuple(_rated(domain, rule(body, cuts), over) for domain, rule in rules.ADD.items())
    up = up if may_rise else tuple(one for one in up if one.judged is not None)
    moved = LEVELS.index(start) - sum(one.steps for one in down) + sum(one.steps for one in up)
    level = LEVELS[min(max(moved, 0), len(LEVELS) - 1)]
    return Certainty(level, start, started, down + up, cuts)


def _rated(domain: Domain, proposal: tuple[int, str], over: dict[Domain, Judged]) -> Rating:
    return Rating(domain, proposal[0], proposal[1], over.get(domain))


def _check(body: Body) -> None:
    if not body.low <= body.value <= body.high:
        raise ValueError("The effect lies outside its own interval: check which scale each is on.")
    total = sum(one.weight_percent for one in body.studies)
    if abs(total - 100) > 1 or any(one.weight_percent < 0 for one in body.studies):
        raise ValueError(f"The studies' weights add up to {total:g} %, not to 100: give each one's share.")
    if body.important is not None and body.important <= 0:
        raise ValueError("The smallest important difference is a size: give it above zero.")


def _amount(domain: Domain, steps: int) -> str:
    if steps == 0:
        return "no change"
    levels = "one level" if steps == 1 else f"{('two', 'three')[steps - 2]} levels"
    return f"{levels} {'up' if domain.raises else 'down'}"
