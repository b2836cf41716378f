"""What the base says of a disorder: every pool with both analyses of crossovers, what reviews printed, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ataraxy.core.evidence.answer import Analysis, Answer, Flag, Forest, Listed, PoolAnswer, Shown
from ataraxy.core.evidence.beside import apart, beside, review_label
from ataraxy.core.evidence.choose import (
    Candidate,
    Choice,
    Question,
    barred,
    choose,
    instruments,
    label_of,
    speaks_for,
)
from ataraxy.core.evidence.contradiction import Place
from ataraxy.core.evidence.contrast import is_paired
from ataraxy.core.evidence.courses import doses, harms, times
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.forest import forest, has_crossover
from ataraxy.core.evidence.gaps import missing_everywhere, missing_here
from ataraxy.core.evidence.hours import Window
from ataraxy.core.evidence.numbers import OF_EVENTS
from ataraxy.core.evidence.study import Condition, Measure, Review, Study
from ataraxy.core.evidence.study_consistency import findings_of_review, findings_of_study

USUAL = (Measure.OR, Measure.SMD, Measure.MD)
DEPENDENCE = "How many become dependent on ketamine given for anxiety is not known: no incidence was found."


def ask(
    condition: Condition,
    studies: Mapping[str, Study],
    reviews: Mapping[str, Review],
    *,
    measure: Measure | None = None,
    window: Window | None = None,
    lent: Mapping[str, Study] | None = None,
) -> Answer:
    """Everything the base says of one disorder.

    Args:
        condition: the disorder.
        studies: the base, by id; those of other disorders lend only their harms.
        reviews: what was published, by id.
        measure: one scale of effects; the usual three unless told.
        window: only outcomes of these hours; any hour unless told.
        lent: studies that enter no pool whatever they are of: they lend harms, and tell what was retracted.
    """
    base = {**(lent or {}), **studies}
    every = tuple(base[key] for key in sorted(base))
    own = tuple(study for study in every if study.id in studies and speaks_for(study, condition))
    others = tuple(study for study in every if study not in own)
    about = tuple(study for study in every if study in own or Condition.ANXIETY in study.conditions)
    lending = tuple(
        study for study in every if study.harms and study not in about
    )  # the harms of other people
    read = tuple(reviews[key] for key in sorted(reviews) if _is_about(reviews[key], condition))
    asked = tuple(
        question
        for one in ((measure,) if measure is not None else USUAL)
        for question in _questions(condition, one, window, own)
    )
    pools = tuple(_pool_answer(question, own, others, read) for question in asked)
    pooled = {row.study for one in pools for found in one.forests for row in found.rows}
    return Answer(
        condition=condition,
        measure=measure,
        window=window,
        pools=pools,
        times=times(condition, own, read, measure, others),
        doses=doses(own, pools),
        harms=harms(condition, every),
        safety=tuple((label_of(one), one.safety) for one in (*about, *lending) if one.safety),
        studies=tuple(_listed(study, study.id in pooled) for study in sorted(about, key=_by_year)),
        reviews=tuple((review_label(review), review.summary) for review in read),
        flags=tuple(_flags((*about, *lending), read)),
        missing=(*missing_everywhere(condition, own), DEPENDENCE),
        sources=tuple(sorted({one.source for one in (*about, *lending)} | {one.source for one in read})),
        apart=tuple(one for review in read for one in apart(review, asked, window)),
    )


def _is_about(review: Review, condition: Condition) -> bool:
    """Of this disorder, across diagnoses, or of nobody's in particular (a review of harms)."""
    return not review.conditions or bool({condition, Condition.ANXIETY} & set(review.conditions))


def _by_year(study: Study) -> tuple[int, str]:
    return study.year or 9999, study.id


def _questions(
    condition: Condition, measure: Measure, window: Window | None, own: Iterable[Study]
) -> Iterator[Question]:
    """One question a measure; of mean differences one a scale, for points of two scales cannot be added."""
    found = set[str]()
    if measure is Measure.MD:
        found = {
            one for study in own if barred(study) is None for one in instruments(study, measure, condition)
        }
    for instrument in sorted(found) or [""]:
        yield Question(condition, measure, window, instrument)


def _pool_answer(
    question: Question, own: tuple[Study, ...], others: tuple[Study, ...], reviews: Iterable[Review]
) -> PoolAnswer:
    choice = choose(question, own, others)
    forests = _forests(choice)
    return PoolAnswer(
        question=question,
        forests=forests,
        why_they_differ=why_they_differ(choice, forests),
        published=tuple(one for review in reviews for one in beside(review, question, forests)),
        missing=missing_here(choice, forests, own),
    )


def _forests(choice: Choice) -> tuple[Forest, ...]:
    """People beside themselves first, unless nobody's pairs were seen; then crossovers as if of different people."""
    if not has_crossover(choice):
        return (forest(choice, Analysis.INDEPENDENT),)
    paired, apart = forest(choice, Analysis.PAIRED), forest(choice, Analysis.INDEPENDENT)
    return (paired, apart) if paired.rows else (apart, paired)


def why_they_differ(choice: Choice, forests: tuple[Forest, ...]) -> str:
    """In words, why a crossover's two analyses give two numbers; empty where there is one."""
    if len(forests) < 2:
        return ""
    names = " and ".join(label_of(one.study) for one in choice.taken if is_paired(one))
    results = {one.analysis: _result(one) for one in forests}
    apart, paired = results[Analysis.INDEPENDENT], results[Analysis.PAIRED]
    if not isinstance(apart, Shown) or not isinstance(paired, Shown):
        return f"{names}: the same people had both treatments; see each analysis for what it could use."
    what = "the common effect" if len(choice.taken) > 1 else "the result"
    words = (
        f"{names}: the same people had both treatments. Taken as if they were different people, each is counted twice "
        f"and {what} is {_shown(apart)}. Taken beside themselves, it is {_shown(paired)}."
    )
    return words + (_of_cells(choice) if choice.question.measure in OF_EVENTS else "")


def _result(one: Forest) -> Shown | TooFew | None:
    """The common effect, by which the two analyses can be compared, or a single study's own."""
    if len(one.rows) == 1:
        return one.rows[0].effect
    common = one.by("common")
    return None if common is None else common.result


def _of_cells(choice: Choice) -> str:
    parts = [_pairs_words(one) for one in choice.taken if one.numbers.pairs is not None]
    if not parts:
        return ""
    return (
        f" Only people who responded to one treatment and not to the other tell a difference ({'; '.join(parts)}), "
        "and with a zero a half is added to two counts instead of four. The two ratios also answer different questions: "
        "of two people of whom each had one treatment, and of one person under both."
    )


def _pairs_words(one: Candidate) -> str:
    pairs = one.numbers.pairs
    counts = "" if pairs is None else f"{pairs.experimental_only.value} and {pairs.control_only.value}"
    return f"{label_of(one.study)}: {counts}"


def _shown(one: Shown) -> str:
    return f"{one.value:.4g} [{one.low:.3g}, {one.high:.4g}]"


def _listed(study: Study, pooled: bool) -> Listed:
    return Listed(
        study=study.id,
        label=label_of(study),
        title=study.title,
        year=study.year,
        design=study.design,
        n=None if study.n is None else int(study.n.value),
        finding=study.finding,
        results=tuple(f"{one.label}: {one.result}" for one in study.outcomes if one.result),
        retracted_on=study.retracted_on,
        retraction=study.retraction,
        registrations=study.registrations,
        source=study.source,
        cohort_id=study.cohort_id,
        pooled=pooled,
    )


def _flags(studies: Iterable[Study], reviews: Iterable[Review]) -> Iterator[Flag]:
    """Every printed number that disagrees with another."""
    for study in studies:
        for wrong in findings_of_study(study):
            yield Flag(study.id, label_of(study), _what(study, wrong.place), wrong.words)
    for review in reviews:
        contrasts = {pool.key: pool.contrast for pool in review.pools}
        for wrong in findings_of_review(review):
            what = contrasts.get(wrong.place.outcome if wrong.place else "", "")
            yield Flag(review.id, review_label(review), what, wrong.words)


def _what(study: Study, place: Place | None) -> str:
    """Where in a study it stands, as people call it."""
    if place is None:
        return study.title
    labels = [outcome.label for outcome in study.outcomes if outcome.key == place.outcome]
    harms = [harm.label for harm in study.harms if place.outcome in (harm.effect, harm.label)]
    return " / ".join(dict.fromkeys(labels or harms)) or place.outcome
