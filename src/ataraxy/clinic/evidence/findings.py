"""The summary of findings: an outcome a line, its effect, what that is of 100 people, how sure, and why no surer.

As GRADE asks: outcomes nobody measured keep their line, and harms stand in the same table as what helped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ataraxy.clinic.evidence.certain import certainty_of, shown_first
from ataraxy.clinic.evidence.effect_words import behind, interval, sentence, side, value
from ataraxy.clinic.evidence.of_hundred import of_hundred
from ataraxy.clinic.evidence.words import FINDINGS, MEASURES
from ataraxy.core.evidence import answer as a
from ataraxy.core.evidence.certainty import Certainty, FindingLine
from ataraxy.core.evidence.choose import Exclusion, Reason, label_of
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.gaps import NAMES
from ataraxy.core.evidence.harm_pool import HarmPool, of_harm
from ataraxy.core.evidence.study import Condition, Finding, Measure, Study

Studies = Mapping[str, Study]
WEIGHED = {
    "dissociation": "Dissociation",
    "dizziness": "Dizziness",
    "nausea": "Nausea",
    "vomiting": "Vomiting",
    "blood-pressure-raised": "Raised blood pressure",
}  # what a patient is told of first; a choice of this project
NOT_RATED = "Not rated: there is no number to be sure of"
GAVE_NO_NUMBER = (Reason.NO_NUMBERS, Reason.RECALLED)
ORDER = (Finding.NEGATIVE, Finding.MIXED, Finding.POSITIVE)  # what found nothing is told first


@dataclass(frozen=True, slots=True)
class FindingShown:
    """One line of the table, in words. ``sure`` is never empty; ``why`` are the reasons it is no surer."""

    outcome: str
    effect: str
    interval: str
    side: str
    hundred: tuple[str, ...]
    of: str
    sure: str
    for_patient: str
    why: tuple[str, ...]
    status: str  # of the rating: proposed by rule
    comment: str
    is_seen: bool  # whether any study gave a number


def findings(answer: a.Answer, studies: Studies) -> tuple[FindingShown, ...]:
    """What was found of each outcome of a disorder: response, severity, staying well, then harms."""
    helped = (_of_pool(pool, studies) for pool in answer.pools)
    lasting = _unmeasured(answer, Measure.HR, "Staying well: time until relapse")
    return (*helped, *lasting, *_harmed(answer.condition, studies))


# --- what helped ------------------------------------------------------------------------------------


def line_of(pool: a.PoolAnswer, studies: Studies) -> FindingLine:
    """The row of one question: the number that is read first, and its certainty."""
    forest = pool.forests[0]
    shown = shown_first(forest)
    rated = certainty_of(forest, studies)
    return FindingLine(
        outcome=forest.title,
        studies=len(forest.rows),
        people=forest.people,
        effect=shown if shown is not None else TooFew("An effect", 1, len(forest.rows)),
        of_hundred=forest.of_hundred[0] if forest.of_hundred else None,
        certainty=rated if rated is not None else TooFew("A rating of certainty", 1, 0),
        comment=_silent(forest.excluded, studies),
    )


def _of_pool(pool: a.PoolAnswer, studies: Studies) -> FindingShown:
    forest, line = pool.forests[0], line_of(pool, studies)
    told = tuple(
        " ".join(filter(None, (f"{one.analysis}:" if one.analysis else "", one.words)))
        for one in of_hundred(pool, studies)
    )
    return _shown(line, forest, side(forest.question.measure, lower_is_better=forest.lower_is_better), told)


def _shown(line: FindingLine, forest: a.Forest, which: str, hundred: tuple[str, ...]) -> FindingShown:
    rated, effect = line.certainty, line.effect
    seen = isinstance(effect, a.Shown)
    sure = rated.words if isinstance(rated, Certainty) else NOT_RATED
    several = " (people beside themselves)" if forest.analysis is a.Analysis.PAIRED else ""
    return FindingShown(
        outcome=line.outcome,
        effect=f"{MEASURES[forest.question.measure]} {value(forest, effect)}{several}"
        if isinstance(effect, a.Shown)
        else "No study gave a number",
        interval=interval(forest, effect) if isinstance(effect, a.Shown) else "",
        side=which if seen else "",
        hundred=hundred if seen else (),
        of=behind(forest) if seen else "no study",
        sure=sure,
        for_patient=rated.for_patient if isinstance(rated, Certainty) else "",
        why=rated.why if isinstance(rated, Certainty) else (),
        status=rated.cuts.status if isinstance(rated, Certainty) else "",
        comment=line.comment,
        is_seen=seen,
    )


def _silent(excluded: Iterable[Exclusion], studies: Studies) -> str:
    """Trials of this outcome's disorder without a number, by what they found: a negative one is named first."""
    wanting = [studies[one.study] for one in excluded if one.reason in GAVE_NO_NUMBER]
    trials = [study for study in wanting if study.randomised and study.retracted_on is None]
    told = [
        f"{FINDINGS[finding]}: {', '.join(label_of(study) for study in trials if study.finding is finding)}"
        for finding in ORDER
        if any(study.finding is finding for study in trials)
    ]
    unseen = sum(study.finding is Finding.NOT_SEEN for study in trials)
    words = "; ".join([*told, *([f"{unseen} whose result was not seen"] if unseen else [])])
    return f"Trials without a number here: {words}." if words else ""


def _unmeasured(answer: a.Answer, measure: Measure, outcome: str) -> Iterator[FindingShown]:
    """An outcome that matters and that no pool is of keeps its line."""
    if answer.measure in (None, measure) and all(
        pool.question.measure is not measure for pool in answer.pools
    ):
        yield _empty(outcome, f"No trial in {NAMES[answer.condition]} gave a number of it.")


def _empty(outcome: str, comment: str) -> FindingShown:
    gave = "No study gave a number"
    return FindingShown(outcome, gave, "", "", (), "no study", NOT_RATED, "", (), "", comment, is_seen=False)


# --- what harmed ------------------------------------------------------------------------------------


def _harmed(condition: Condition, studies: Studies) -> Iterator[FindingShown]:
    """A line each unwanted effect that was counted; those nobody counted share one, which says so."""
    found = {label: of_harm(condition, effect, studies.values()) for effect, label in WEIGHED.items()}
    yield from (_of_harm(label, one, studies) for label, one in found.items() if one is not None)
    uncounted = ", ".join(label for label, one in found.items() if one is None)
    if uncounted:
        words = f"No counts by arm were read from a trial in {NAMES[condition]}; rates of other people stand below."
        yield _empty(uncounted.capitalize(), words)


def _of_harm(label: str, found: HarmPool, studies: Studies) -> FindingShown:
    forest = found.forest
    line = FindingLine(
        outcome=label,
        studies=len(forest.rows),
        people=forest.people,
        effect=shown_first(forest) or TooFew("An effect", 1, 0),
        of_hundred=None,
        certainty=certainty_of(forest, studies) or TooFew("A rating of certainty", 1, 0),
        comment=sentence("; ".join(row.label for row in forest.rows)) + ".",
    )
    return _shown(line, forest, "above 1: more of it with ketamine", (found.words,))
