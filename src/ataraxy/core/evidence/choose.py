"""Which studies may be put together to answer a question, and why each of the others may not.

A retracted study never, nor one that goes by its numbers; of people counted twice one study; only what was asked (a named
scale of the disorder's symptoms, or response by it); a crossover with carry-over by its first period only; no study without
a control; nothing that was only remembered. The order in which studies are given changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from ataraxy.core.evidence.hours import DAY, Window
from ataraxy.core.evidence.numbers import Numbers, numbers_for
from ataraxy.core.evidence.same_people import groups_of_people, shared_names, spoken_for
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
from ataraxy.core.evidence.symptoms import unasked

FIRST_ASKED = {
    Condition.GAD: ("hama", "gad7"),
    Condition.SAD: ("lsas",),
    Condition.PTSD: ("caps5", "pcl5", "ies-r"),
    Condition.OCD: ("ybocs",),
}  # a choice of this project: the disorder's own scale before any other


ANXIETIES = frozenset({Condition.GAD, Condition.SAD, Condition.PTSD, Condition.PANIC, Condition.ANXIETY})
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
    TAKEN_BACK = "of a retracted study"
    UNCONTROLLED = "no control"
    SECONDARY = "further analysis"
    OUTCOME = "another outcome"
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
    """One contrast of one study that answers the question. ``beside``: what of the same study would have, in words."""

    study: Study
    outcome: Outcome
    experimental: Arm
    control: Arm
    numbers: Numbers
    beside: tuple[str, ...] = ()


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
    """Whether a study is of a disorder; every anxiety disorder and PTSD are of anxiety across diagnoses, OCD is not."""
    across = condition is Condition.ANXIETY and not ANXIETIES.isdisjoint(study.conditions)
    return across or condition in study.conditions


def label_of(study: Study) -> str:
    """How a study is called on pages: ``taylor-2018`` is Taylor 2018."""
    return study.label or study.id.replace("-", " ").title()


def choose(question: Question, studies: Iterable[Study], others: Iterable[Study] = ()) -> Choice:
    """The contrasts that may be pooled for a question, at most one for the same people, and every exclusion with its reason.

    Args:
        question: what is asked.
        studies: any, in any order; those of other disorders are passed over in silence.
        others: the rest of the base, none of which may enter: a retracted one bars what goes by its numbers.
    """
    fit: list[Candidate] = []
    excluded: list[Exclusion] = []
    every = sorted(studies, key=_by_year)
    gone = [study for study in (*every, *sorted(others, key=_by_year)) if study.retracted_on is not None]
    people = groups_of_people(study for study in every if study.retracted_on is None)
    spoken = spoken_for(every, people)
    for study in every:
        if not speaks_for(study, question.condition):
            continue
        refused = barred(study) or taken_back_elsewhere(study, gone) or _unread(study, people, spoken)
        found = refused or candidate(question, study)
        fit.append(found) if isinstance(found, Candidate) else excluded.append(found)
    best = _best(fit, people)
    excluded.extend(_overlap(one, held) for one in fit if (held := best[people[one.study.id]]) is not one)
    kept = tuple(one for one in fit if best[people[one.study.id]] is one)
    taken, apart = _of_one_scale(question, kept)
    return Choice(question, taken, tuple(sorted((*excluded, *apart), key=lambda one: one.study)))


def rank(study: Study, seen: Seen = Seen.READ) -> tuple[bool, bool, int, Decimal, int, str]:
    """Which study speaks for its people, the smallest first.

    Randomised, blinded, with the surest numbers, larger, earlier, then by id.
    """
    n = study.n.value if study.n is not None else Decimal(0)
    sure = list(Seen).index(seen)  # H-058: an inferred count must not stand where the read one is known
    return (not study.randomised, not study.blinded, sure, -n, study.year or 9999, study.id)


def candidate(question: Question, study: Study) -> Candidate | Exclusion:
    """The one contrast by which a study answers a question, or why it cannot."""
    refused = barred(study)
    if refused is not None:
        return refused
    nearest: Exclusion | None = None
    fit: list[Candidate] = []
    for outcome in sorted(study.outcomes, key=lambda one: _preference(question, one)):
        for experimental, control in _contrasts(study):
            found = _contrast(question, study, outcome, experimental, control)
            if isinstance(found, Candidate):
                fit.append(found)
            else:
                nearest = _nearer(nearest, found)
    if fit:
        return replace(fit[0], beside=tuple(_beside(question, fit[0], fit[1:])))
    return nearest or _no(study, Reason.NO_NUMBERS, _nothing_seen(study, question))


def _beside(question: Question, taken: Candidate, others: Iterable[Candidate]) -> Iterator[str]:
    """What else of a study would have answered: its other doses and hours, which are in no pool of this question."""
    doses = {one.experimental.label for one in others} - {taken.experimental.label}
    if doses:
        yield f"Its largest dose; not in this pool: {'; '.join(sorted(doses))}."
    alike = [one for one in others if one.outcome.instrument == taken.outcome.instrument]
    hours = {one.outcome.hour.value for one in alike if one.outcome.hour is not None}
    if question.window is None and taken.outcome.hour is not None and hours - {taken.outcome.hour.value}:
        told = ", ".join(f"{hour:f}" for hour in sorted(hours | {taken.outcome.hour.value}))
        why = "its primary outcome" if taken.outcome.primary else f"the nearest to {DAY:f} h"
        yield f"Told at {told} h; taken at {taken.outcome.hour.value:f} h, {why}."


def _by_year(study: Study) -> tuple[int, str]:
    return study.year or 9999, study.id


def _best(fit: Iterable[Candidate], people: Mapping[str, str]) -> dict[str, Candidate]:
    """Who speaks for each group of people."""
    best: dict[str, Candidate] = {}
    for one in fit:
        held = best.get(people[one.study.id])
        if held is None or rank(one.study, one.numbers.seen) < rank(held.study, held.numbers.seen):
            best[people[one.study.id]] = one
    return best


def _overlap(one: Candidate, best: Candidate) -> Exclusion:
    shared = one.study.cohort_id
    if shared != best.study.cohort_id:
        shared = ", ".join(shared_names(one.study, best.study)) or "through a third report"
    words = (
        f"It shares people ({shared}) with {label_of(best.study)}, which stands for them: randomised before open, "
        "blinded before not, then the one whose numbers are surest, then the larger, then the earlier."
    )
    return _no(one.study, Reason.OVERLAP, words)


def _of_one_scale(
    question: Question, fit: tuple[Candidate, ...]
) -> tuple[tuple[Candidate, ...], list[Exclusion]]:
    """Points of two scales cannot be added: of mean differences those of one scale, the one that most studies used."""
    found = [one.outcome.instrument for one in fit]
    if question.measure is not Measure.MD or len(set(found)) < 2:
        return fit, []
    kept = min(found, key=lambda scale: (-found.count(scale), _place(question, scale), scale))
    words = "It was measured by {}; points of two scales cannot be added."
    apart = [
        _no(one.study, Reason.INSTRUMENT, words.format(one.outcome.label))
        for one in fit
        if one.outcome.instrument != kept
    ]
    return tuple(one for one in fit if one.outcome.instrument == kept), apart


def taken_back_elsewhere(study: Study, retracted: Iterable[Study]) -> Exclusion | None:
    """What came by an import under the numbers of a retracted study stays out until a person has read it."""
    # H-057: a retracted study must not return as another report of itself
    for gone in retracted if study.unreviewed else ():
        shared = shared_names(study, gone)
        if shared:
            words = (
                f"It shares {', '.join(shared)} with {label_of(gone)}, which was retracted; whether it stands all the "
                "same, nobody has looked."
            )
            return _no(study, Reason.TAKEN_BACK, words)
    return None


def _unread(study: Study, people: Mapping[str, str], spoken: frozenset[str]) -> Exclusion | None:
    """What came by an import never speaks for people of whom a report was read."""
    # H-070: an import under a trial's number must not displace what a person has read of that trial
    if not study.unreviewed or people.get(study.id) not in spoken:
        return None
    words = "It came by an import and nobody has read it; the same people stand in a study that was read."
    return _no(study, Reason.OVERLAP, words)


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


def instruments(study: Study, measure: Measure, condition: Condition) -> frozenset[str]:
    """The scales of a disorder's symptoms on which a study tells enough of a contrast for an effect."""
    return frozenset(
        outcome.instrument
        for outcome in study.outcomes
        if not unasked(condition, measure, outcome)
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
    """The disorder's own scale, the primary outcome, then the one nearest to the hour asked; at any hour, to a day."""
    hour = outcome.hour.value if outcome.hour is not None else None
    asked = DAY if question.window is None else question.window.asked_hour
    off = Decimal(0) if hour is None else abs(hour - asked)
    return (_place(question, outcome.instrument), not outcome.primary, hour is None, off, outcome.key)


def _place(question: Question, instrument: str) -> int:
    own = FIRST_ASKED.get(question.condition, ())
    return own.index(instrument) if instrument in own else len(own)


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
    other = unasked(question.condition, question.measure, outcome)
    if other:
        return Reason.OUTCOME, other
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
