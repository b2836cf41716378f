"""What a review's file may not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ataraxy.core.evidence.audit_review import problems_of_review
from ataraxy.core.evidence.study import Condition, Figure, Measure, PublishedPool, Reported, Review, Seen


def figure(value: float) -> Figure:
    return Figure(Decimal(str(value)), Seen.READ)


POOL = PublishedPool(
    "sad",
    Condition.SAD,
    "response",
    Reported(Measure.OR, figure(28.94), contrast="response", low=figure(3.45), high=figure(242.57)),
    k=figure(2),
    from_hour=figure(0),
    to_hour=figure(12),
    studies=("taylor-2018", "glue-2020"),
)
SOUND = Review("w", "w", "w", (Condition.SAD,), False, "two trials", doi="10.1177/1", pools=(POOL,))


def pool(**changed: object) -> Review:
    return replace(SOUND, pools=(replace(POOL, **changed),))  # type: ignore[arg-type]


def test_a_sound_review_has_no_problem():
    assert problems_of_review(SOUND) == ()


@pytest.mark.parametrize(
    ("review", "says"),
    [
        (replace(SOUND, narrative=True), "in words alone has pools"),
        (replace(SOUND, retracted_on=date(2026, 1, 1)), "Who retracted it"),
        (replace(SOUND, doi="doi:10.1177/1"), "no DOI"),
        (replace(SOUND, pools=(POOL, POOL)), "stands twice"),
        (pool(condition=Condition.PTSD), "not of 'ptsd'"),
        (pool(from_hour=figure(24)), "end before they begin"),
        (pool(k=figure(1)), "More studies are named"),
        (pool(reported=replace(POOL.reported, low=figure(-1))), "A ratio is above zero"),
    ],
)
def test_each_fault_is_told_with_a_cure(review, says):
    problems = problems_of_review(review)
    assert any(says in one.cause for one in problems), problems
    assert all(one.cure for one in problems)
