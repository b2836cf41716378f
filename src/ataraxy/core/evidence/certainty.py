"""How sure a body of evidence makes us: GRADE, proposed by rule, with every reason told, and a person's judgement over it.

Randomised trials start high, other designs low. Five domains take away, three may add (to what started low and lost
nothing). What is not known never counts as good. Functional unblinding (people feel which drug they had) is a domain of
risk of bias here like the others.
Sources: Guyatt et al., J Clin Epidemiol 2011;64 (GRADE guidelines 3-9); the cut-offs in ``Cuts`` name their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ataraxy.core.evidence.answer import OfHundred, Shown
from ataraxy.core.evidence.body import LEVELS, Body, Cuts, Domain, Level
from ataraxy.core.evidence.certainty_rules import ADD, TAKE_AWAY, start
from ataraxy.core.evidence.estimate import TooFew

FOR_PATIENT = {
    Level.HIGH: "We are very sure of this. More research is unlikely to change it.",
    Level.MODERATE: "We are fairly sure of this. The real effect is probably close, but it could be different.",
    Level.LOW: "We are not sure of this. The real effect may be quite different.",
    Level.VERY_LOW: "We are very unsure of this. The real effect may well be very different, or there may be none.",
}


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
    def amount(self) -> str:
        """ "one level down", "no change"."""
        return _amount(self.domain, self.steps)

    @property
    def words(self) -> str:
        amount = self.amount
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
    cuts = cuts or Cuts()
    if not body.studies:
        return TooFew("A rating of certainty", 1, 0)
    _check(body)
    over = {one.domain: one for one in judged}
    if len(over) < len(judged):
        raise ValueError("Two judgements of one domain: keep the one that stands.")
    begins, started = start(body)
    down = tuple(_rated(domain, rule(body, cuts), over) for domain, rule in TAKE_AWAY.items())
    may_rise = begins is Level.LOW and not any(one.steps for one in down)
    up = tuple(_rated(domain, rule(body, cuts), over) for domain, rule in ADD.items())
    up = up if may_rise else tuple(one for one in up if one.judged is not None)
    moved = LEVELS.index(begins) - sum(one.steps for one in down) + sum(one.steps for one in up)
    level = LEVELS[min(max(moved, 0), len(LEVELS) - 1)]
    return Certainty(level, begins, started, down + up, cuts)


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
