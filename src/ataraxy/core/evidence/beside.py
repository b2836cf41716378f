"""What reviews printed, beside our own pools: never mixed into one, and told where ours gives the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ataraxy.core.evidence.answer import Analysis, Beside, Forest, Shown
from ataraxy.core.evidence.choose import Question
from ataraxy.core.evidence.consistency import contradictions
from ataraxy.core.evidence.hours import Window
from ataraxy.core.evidence.numbers import OF_EVENTS
from ataraxy.core.evidence.study import Condition, Measure, PublishedPool, Reported, Review

WORDS = {
    Analysis.INDEPENDENT: "with crossovers taken as if of different people",
    Analysis.PAIRED: "with people beside themselves",
}


def review_label(review: Review) -> str:
    """``whittaker-2021`` is Whittaker 2021."""
    return review.id.replace("-", " ").title()


def beside(review: Review, question: Question, forests: tuple[Forest, ...]) -> Iterator[Beside]:
    """The pools of a review that are about a question, of its disorder or across diagnoses; of points, of its scale."""
    for pool in review.pools:
        if _of_them(pool, question.condition) and _fits(pool, question) and _on_the_scale(pool, question):
            yield _beside(review, pool, question.condition, _reproduced(pool, question, forests))


def apart(review: Review, asked: Iterable[Question], window: Window | None) -> Iterator[Beside]:
    """The printed mean differences that stand beside no pool: in points of a scale not seen, or not pooled here."""
    points = [one for one in asked if one.measure is Measure.MD]
    for pool in review.pools if points else ():
        if not _of_them(pool, points[0].condition) or pool.reported.measure is not Measure.MD:
            continue
        if _in_hours(pool, window) and not any(_on_the_scale(pool, one) for one in points):
            yield _beside(review, pool, points[0].condition, "")


def scope_of(pool: PublishedPool, condition: Condition) -> str:
    """Whose figure it is, where it is not this disorder's own."""
    if pool.condition is condition or pool.condition is not Condition.ANXIETY:
        return ""  # H-058: a figure of all anxiety must not be read as one of this disorder
    return f"across diagnoses; anxiety, not {condition.value.upper()}"


def _beside(review: Review, pool: PublishedPool, condition: Condition, reproduced: str) -> Beside:
    return Beside(
        review=review.id,
        label=review_label(review),
        pool=pool,
        shown=shown_reported(pool.reported),
        flags=tuple(wrong.words for wrong in contradictions(pool.reported)),
        retracted_on=review.retracted_on,
        reproduced=reproduced,
        scope=scope_of(pool, condition),
    )


def _of_them(pool: PublishedPool, condition: Condition) -> bool:
    return pool.condition in (condition, Condition.ANXIETY)


def shown_reported(reported: Reported) -> Shown | None:
    """A printed estimate with its interval; None where one of them was not printed."""
    if reported.estimate is None or reported.low is None or reported.high is None:
        return None
    p = None if reported.p is None else float(reported.p.value)
    value, low, high = (float(one.value) for one in (reported.estimate, reported.low, reported.high))
    return Shown(value, low, high, p, float(reported.level))


def _fits(pool: PublishedPool, question: Question) -> bool:
    """Ratios and differences of response are shown beside each other; a pool without hours beside every hour."""
    alike = (
        pool.reported.measure is question.measure or {pool.reported.measure, question.measure} <= OF_EVENTS
    )
    return alike and _in_hours(pool, question.window)


def _in_hours(pool: PublishedPool, window: Window | None) -> bool:
    """Whether its hours reach into a window: "within 12 h" ends where the window from 12 h begins."""
    if window is None or pool.from_hour is None or pool.to_hour is None:
        return True
    first, last = pool.from_hour.value, pool.to_hour.value
    reaches = window.from_hour < last if first != last else window.from_hour <= last
    return reaches and first < window.to_hour


def _on_the_scale(pool: PublishedPool, question: Question) -> bool:
    """Points are of one scale: those of another, or of one that was not seen, are no answer beside ours."""
    return question.measure is not Measure.MD or pool.instrument == question.instrument != ""


def _reproduced(pool: PublishedPool, question: Question, forests: tuple[Forest, ...]) -> str:
    """Whether one of our analyses of the same studies gives the printed numbers."""
    if not pool.studies or pool.reported.measure is not question.measure:
        return ""
    for one in forests:
        if {row.study for row in one.rows} != set(pool.studies):
            continue
        for result in (found.result for found in one.pooled):
            if isinstance(result, Shown) and _same(pool.reported, result):
                ours = f"Ours, from the same {len(one.rows)} studies {WORDS[one.analysis]}"
                return f"{ours}, gives the same: {_words(result)}."
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
