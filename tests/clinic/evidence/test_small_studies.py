from __future__ import annotations

from dataclasses import replace
from math import log

import pytest

from ataraxy.clinic.evidence.asked import Asked
from ataraxy.clinic.evidence.queries import answer_of
from ataraxy.clinic.evidence.small_studies import funnel_of
from ataraxy.core.evidence.answer import Analysis, PoolAnswer
from ataraxy.core.evidence.study import Condition


@pytest.fixture
def few() -> PoolAnswer:
    """The pool of responders across anxiety disorders: enough for a picture, too few for a test."""
    pool = answer_of(Asked(Condition.ANXIETY)).pools[0]
    assert 3 <= len(pool.forests[0].rows) < 10
    return pool


def test_with_few_studies_the_tests_say_that_they_need_more(few: PoolAnswer) -> None:
    drawn = funnel_of(few, "1")
    assert drawn is not None
    k = len(few.forests[0].rows)
    assert len(drawn.points) == k
    assert drawn.words.count(f"needs at least 10 studies; there are {k}.") == 3


def test_the_funnel_is_of_people_beside_themselves(few: PoolAnswer) -> None:
    drawn = funnel_of(few, "1")
    assert drawn is not None
    paired = next(forest for forest in few.forests if forest.analysis is Analysis.PAIRED)
    shown = [row.effect.value for row in paired.rows]
    assert [point.value for point in drawn.points if not point.supposed] == pytest.approx(
        [log(x) for x in shown]
    )


def test_two_studies_have_no_funnel() -> None:
    assert funnel_of(answer_of(Asked(Condition.SAD)).pools[0], "1") is None


def test_with_many_studies_the_tests_speak_and_what_is_supposed_is_marked(few: PoolAnswer) -> None:
    forest = few.forests[0]
    shape = [
        (2.0 + 3.0 * se, se * se) for se in (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1)
    ]
    rows = tuple(
        replace(
            forest.rows[0], label=f"study {i}", variance=v, effect=replace(forest.rows[0].effect, value=y)
        )
        for i, (y, v) in enumerate(shape)
    )
    drawn = funnel_of(replace(few, forests=(replace(forest, rows=rows),)), "1")
    assert drawn is not None
    assert "Egger's test: p" in drawn.words and "Begg's test: p" in drawn.words
    assert sum(not point.supposed for point in drawn.points) == len(rows)
