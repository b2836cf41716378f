"""What reviews printed, beside our own pools: never mixed into one, and told where ours gives the same."""

from __future__ import annotations

from collections.abc import Iterator

from ataraxy.core.evidence.answer import Analysis, Beside, Forest, Shown
from ataraxy.core.evidence.choose import Question
from ataraxy.core.evidence.consistency import contradictions
from ataraxy.core.evidence.numbers import OF_EVENTS
from ataraxy.core.evidence.study import Condition, PublishedPool, Reported, Review

WORDS = {
    Analysis.INDEPENDENT: "with crossovers taken as if of different people",
    Analysis.PAIRED: "with people beside themselves",
}


def review_label(review: Review) -> str:
    """``whittaker-2021`` is Whittaker 2021."""
    return review.id.replace("-", " ").title()


def beside(review: Review, question: Question, forests: tuple[Forest, ...]) -> Iterator[Beside]:
    """The pools of a review that are about a question, of its disorder or across diagnoses."""
    for pool in review.pools:
        if pool.condition not in (question.condition, Condition.ANXIETY) or not _fits(pool, question):
            continue
        yield Beside(
            review=review.id,
            label=review_label(review),
            pool=pool,
            shown=shown_reported(pool.reported),
            flags=tuple(wrong.words for wrong in contradictions(pool.reported)),
            retracted_on=review.retracted_on,
            reproduced=_reproduced(pool, question, forests),
        )


def shown_reported(reported: Reported) -> Shown | None:
    """A printed estimate with its interval; None where one of them was not printed."""
    if reported.estimate is None or reported.low is None or reported.high is None:
        return None
    p = None if reported.p is None else float(reported.p.value)
    value, low, high = (float(one.value) for one in (reported.estimate, reported.low, reported.high))
    return Shown(value, low, high, p, float(reported.level))


def _fits(pool: PublishedPool, question: Question) -> bool:
    """A mean difference is shown beside every mean difference; a pool without hours beside every hour."""
    alike = (
        pool.reported.measure is question.measure or {pool.reported.measure, question.measure} <= OF_EVENTS
    )
    if question.window is None or pool.from_hour is None or pool.to_hour is None:
        return alike
    window = question.window
    return alike and pool.from_hour.value < window.to_hour and window.from_hour <= pool.to_hour.value


def _reproduced(pool: PublishedPool, question: Question, forests: tuple[Forest, ...]) -> str:
    """Whether one of our analyses of the same studies gives the printed numbers."""
    if not pool.studies or pool.reported.measure is not question.measure:
        return ""
    for one in forests:
        result = one.pooled[0].result if one.pooled else None
        if {row.study for row in one.rows} != set(pool.studies) or not isinstance(result, Shown):
            continue
        if _same(pool.reported, result):
            return f"Ours, from the same {len(one.rows)} studies {WORDS[one.analysis]}, gives the same: {_words(result)}."
    return ""


def _same(reported: Reported, shown: Shown) -> bool:
    """Equal to the printed digits."""
    pairs = ((reported.estimate, shown.value), (reported.low, shown.low), (reported.high, shown.high))
    return all(
        figure is not None and round(ours, -int(figure.value.as_tuple().exponent)) == float(figure.value)
        for figure, ours in pairs
    )


def _words(one: Shown) -> str:
    return f"{one.value:.2f} [{one.low:.2f}, {one.high:.2f}]"
