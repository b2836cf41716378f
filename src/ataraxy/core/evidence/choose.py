"""Which studies may be put together to answer a question, and why each of the others may not.

A retracted study never; one study a cohort; a crossover with carry-over by its first period only; no study without a
control; nothing that was only remembered. The order in which studies are given changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ataraxy.core.evidence.hours import Window
from ataraxy.core.evidence.numbers import Numbers, numbers_for
from ataraxy.core.evidence.study import (
    Activity,
    Arm,
    ArmRole,
    Carryover,
    Condition,
    Design,
    GivenBy,
    Measure,
    Outcome,
    Seen,
    Study,
)

FIRST_ASKED = {
    Condition.GAD: ("hama", "gad7"),
    Condition.SAD: ("lsas",),
    Condition.PTSD: ("caps5", "pcl5", "ies-r"),
    Condition.OCD: ("ybocs",),
}  # a choice of this project: the disorder's own scale before any other


ANXIETIES = frozenset(
    {Condition.GAD, Condition.SAD, Condition.PTSD, Condition.PANIC, Condition.OCD, Condition.ANXIETY}
)
A_MEASURE = {
    Measure.OR: "an odds ratio",
    Measure.RR: "a risk ratio",
    Measure.RD: "a risk difference",
    Measure.SMD: "a standardised mean difference",
    Measure.MD: "a mean difference",
    Measure.HR: "a hazard ratio",
}


class Reason(StrEnum):
    """Why a study is not in a pool. The order is the order of asking: the first that holds is told."""

    RETRACTED = "retracted"
    UNCONTROLLED = "no control"
    SECONDARY = "further analysis"
    NO_NUMBERS = "no numbers"
    HOUR = "another hour"
    INSTRUMENT = "another scale"
    COMPARATOR = "another comparator"
    ROUTE = "another route"
    CARRYOVER = "carry-over"
    RECALLED = "only remembered"
    INCONSISTENT = "numbers disagree"
    OVERLAP = "same people"
    NO_PAIRS = "pairs not seen"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``window`` None: at any hour. ``instrument`` empty: each study by the disorder's own scale first."""

    condition: Condition
    measure: Measure
    window: Window | None = None
    instrument: str = ""
    activity: Activity | None = None
    route: GivenBy | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One contrast of one study that answers the question."""

    study: Study
    outcome: Outcome
    experimental: Arm
    control: Arm
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A study of this disorder that is not in the pool."""

    study: str  # id
    label: str
    reason: Reason
    words: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What goes into a pool, in order of year and id, and what does not."""

    question: Question
    taken: tuple[Candidate, ...]
    excluded: tuple[Exclusion, ...]


def speaks_for(study: Study, condition: Condition) -> bool:
    """Whether a study is of a disorder; every anxiety disorder, PTSD and OCD are of anxiety across diagnoses."""
    across = condition is Condition.ANXIETY and not ANXIETIES.isdisjoint(study.conditions)
    return across or condition in study.conditions


def label_of(study: Study) -> str:
    """How a study is called on pages: ``taylor-2018`` is Taylor 2018."""
    return study.label or study.id.replace("-", " ").title()


def choose(question: Question, studies: Iterable[Study]) -> Choice:
    """The contrasts that may be pooled for a question, at most one a cohort, and every exclusion with its reason.

    Args:
        question: what is asked.
        studies: any, in any order; those of other disorders are passed over in silence.
    """
    fit: list[Candidate] = []
    excluded: list[Exclusion] = []
    for study in sorted(studies, key=_by_year):
        if not speaks_for(study, question.condition):
            continue
        found = candidate(question, study)
        fit.append(found) if isinstance(found, Candidate) else excluded.append(found)
    taken = _one_a_cohort(fit)
    best = {one.study.cohort_id: one for one in taken}
    excluded.extend(_overlap(one, best[one.study.cohort_id]) for one in fit if one not in taken)
    return Choice(question, taken, tuple(sorted(excluded, key=lambda one: one.study)))


def rank(study: Study) -> tuple[bool, bool, Decimal, int, str]:
    """Which study speaks for a cohort: randomised, blinded, larger, earlier, then by id; the smallest first."""
    n = study.n.value if study.n is not None else Decimal(0)
    return (not study.randomised, not study.blinded, -n, study.year or 9999, study.id)


def candidate(question: Question, study: Study) -> Candidate | Exclusion:
    """The one contrast by which a study answers a question, or why it cannot."""
    refused = barred(study)
    if refused is not None:
        return refused
    nearest: Exclusion | None = None
    for outcome in sorted(study.outcomes, key=lambda one: _preference(question, one)):
        for experimental, control in _contrasts(study):
            found = _contrast(question, study, outcome, experimental, control)
            if isinstance(found, Candidate):
                return found
            nearest = _nearer(nearest, found)
    return nearest or _no(study, Reason.NO_NUMBERS, _nothing_seen(study, question))


def _by_year(study: Study) -> tuple[int, str]:
    return study.year or 9999, study.id


def _one_a_cohort(fit: list[Candidate]) -> tuple[Candidate, ...]:
    best: dict[str, Candidate] = {}
    for one in fit:
        held = best.get(one.study.cohort_id)
        if held is None or rank(one.study) < rank(held.study):
            best[one.study.cohort_id] = one
    return tuple(one for one in fit if best[one.study.cohort_id] is one)


def _overlap(one: Candidate, best: Candidate) -> Exclusion:
    words = (
        f"It shares people ({one.study.cohort_id}) with {label_of(best.study)}, which stands for them: "
        "randomised before open, blinded before not, then the larger, then the earlier."
    )
    return _no(one.study, Reason.OVERLAP, words)


def barred(study: Study) -> Exclusion | None:
    """What keeps a study out of every pool."""
    # H-057: a retracted study, or people counted twice, would look like more evidence
    if study.retracted_on is not None:
        words = f"Retracted on {study.retracted_on.isoformat()}. {study.retraction}".strip()
        return _no(study, Reason.RETRACTED, words)
    if study.design is Design.SECONDARY:
        words = f"A further analysis of people counted elsewhere ({study.cohort_id})."
        return _no(study, Reason.SECONDARY, words)
    if not study.randomised or not any(arm.role is ArmRole.CONTROL for arm in study.arms):
        words = "Nobody was randomised to something else: it shows change, not what the drug did."
        if study.design in (Design.PARALLEL, Design.CROSSOVER):
            words = "Whether people were randomised, and to what, was not seen."
        return _no(study, Reason.UNCONTROLLED, words)
    return None


def instruments(study: Study, measure: Measure) -> frozenset[str]:
    """The scales on which a study tells enough of a contrast for an effect."""
    return frozenset(
        outcome.instrument
        for outcome in study.outcomes
        for experimental, control in _contrasts(study)
        if numbers_for(measure, outcome, experimental.key, control.key) is not None
    )


def _contrasts(study: Study) -> Iterator[tuple[Arm, Arm]]:
    """Experimental beside control arms, the largest dose first."""
    arms = sorted(study.arms, key=lambda arm: (-(arm.dose.value if arm.dose else Decimal(0)), arm.key))
    for experimental in (arm for arm in arms if arm.role is ArmRole.EXPERIMENTAL):
        for control in (arm for arm in arms if arm.role is ArmRole.CONTROL):
            yield experimental, control


def _preference(question: Question, outcome: Outcome) -> tuple[int, bool, bool, Decimal, str]:
    own = FIRST_ASKED.get(question.condition, ())
    place = own.index(outcome.instrument) if outcome.instrument in own else len(own)
    hour = outcome.hour.value if outcome.hour is not None else None
    off = Decimal(0)
    if hour is not None and question.window is not None:
        off = abs(hour - question.window.asked_hour)
    return (
        place,
        not outcome.primary,
        hour is None,
        off if question.window else hour or Decimal(0),
        outcome.key,
    )


def _contrast(
    question: Question, study: Study, outcome: Outcome, experimental: Arm, control: Arm
) -> Candidate | Exclusion:
    numbers = numbers_for(question.measure, outcome, experimental.key, control.key)
    if numbers is None:
        return _no(study, Reason.NO_NUMBERS, _nothing_seen(study, question))
    refusal = _refusal(question, study, outcome, experimental, control, numbers)
    if refusal is not None:
        return _no(study, *refusal)
    return Candidate(study, outcome, experimental, control, numbers)


def _refusal(
    question: Question, study: Study, outcome: Outcome, experimental: Arm, control: Arm, numbers: Numbers
) -> tuple[Reason, str] | None:
    if question.instrument and outcome.instrument != question.instrument:
        return Reason.INSTRUMENT, f"It was measured by {outcome.label}."
    if question.window is not None and outcome.hour is None:
        return Reason.HOUR, f"At which hour {outcome.label} was taken was not seen."
    if question.window is not None and not question.window.holds(outcome.hour):
        hour = outcome.hour.value if outcome.hour is not None else ""
        return Reason.HOUR, f"{outcome.label} was taken at {hour} h, not {question.window.words}."
    if question.activity is not None and control.activity is not question.activity:
        return Reason.COMPARATOR, f"Its comparator is {control.label}."
    if question.route is not None and experimental.route is not question.route:
        return Reason.ROUTE, f"It gave {experimental.label}."
    if study.design is Design.CROSSOVER and study.carryover is Carryover.PRESENT and not outcome.first_period:
        return (
            Reason.CARRYOVER,
            "The first period reached into the second; only first-period numbers may be used.",
        )
    if numbers.seen is Seen.RECALLED:
        return Reason.RECALLED, f"Numbers of {outcome.label} are remembered, not read."
    return None


def _nothing_seen(study: Study, question: Question) -> str:
    progress = f" Progress: {study.progress}." if study.progress else ""
    return f"No numbers were seen from which {A_MEASURE[question.measure]} can be computed.{progress}"


def _nearer(held: Exclusion | None, found: Exclusion) -> Exclusion:
    """Of two refusals the one that came furthest: it tells most."""
    order = list(Reason)
    return found if held is None or order.index(found.reason) > order.index(held.reason) else held


def _no(study: Study, reason: Reason, words: str) -> Exclusion:
    return Exclusion(study.id, label_of(study), reason, words)
