"""What reviews printed stands beside our pools, never inside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ataraxy.catalog.reviews import reviews
from ataraxy.catalog.studies import studies
from ataraxy.core.evidence.answer import Analysis
from ataraxy.core.evidence.beside import apart, beside, shown_reported
from ataraxy.core.evidence.choose import Question, choose
from ataraxy.core.evidence.forest import forest
from ataraxy.core.evidence.hours import window_at
from ataraxy.core.evidence.study import Condition, Measure

SAD = Question(Condition.SAD, Measure.OR)


def forests(question=SAD):
    choice = choose(question, studies().values())
    return tuple(forest(choice, analysis) for analysis in Analysis)


def test_a_pool_of_the_same_studies_with_the_same_digits_is_said_to_be_reproduced():
    (found,) = beside(reviews()["whittaker-2021"], SAD, forests())
    assert found.reproduced.startswith(
        "Ours, from the same 2 studies with crossovers taken as if of different people"
    )


@pytest.mark.parametrize("digits", ["28.93", "29.0", "28.9365"])
def test_one_digit_off_is_not_reproduced(digits):
    review = reviews()["whittaker-2021"]
    pool = review.pools[0]
    estimate = replace(pool.reported.estimate, value=Decimal(digits))
    changed = replace(review, pools=(replace(pool, reported=replace(pool.reported, estimate=estimate)),))
    (found,) = beside(changed, SAD, forests())
    assert found.reproduced == ""


def test_other_studies_with_the_same_digits_are_no_reproduction():
    review = reviews()["whittaker-2021"]
    changed = replace(review, pools=(replace(review.pools[0], studies=("taylor-2018",)),))
    assert next(beside(changed, SAD, forests())).reproduced == ""


def test_a_pool_of_another_hour_is_not_shown_beside():
    asked = replace(SAD, measure=Measure.SMD)
    hartland = reviews()["hartland-2023"]
    assert [one.pool.key for one in beside(hartland, asked, ())] == [
        "anxiety-12h",
        "anxiety-24h",
        "anxiety-7-14d",
    ]
    for hour, keys in ((2, ["anxiety-12h"]), (24, ["anxiety-24h"]), (168, ["anxiety-7-14d"]), (72, [])):
        window = window_at(Decimal(hour))
        found = [one.pool.key for one in beside(hartland, replace(asked, window=window), ())]
        assert found == keys


@pytest.mark.parametrize("condition", [Condition.SAD, Condition.GAD, Condition.PTSD])
def test_a_figure_of_all_anxiety_says_that_it_is_not_the_disorders_own(condition):
    question = Question(condition, Measure.SMD)
    told = {one.scope for one in beside(reviews()["hartland-2023"], question, ())}
    assert told == {f"across diagnoses; anxiety, not {condition.value.upper()}"}
    assert {one.scope for one in beside(reviews()["borgogna-2024"], question, ())} <= {""}


def test_points_of_another_scale_or_of_none_that_was_seen_are_beside_no_pool():
    du = reviews()["du-2021"]
    caps, iesr = (Question(Condition.PTSD, Measure.MD, None, scale) for scale in ("caps5", "ies-r"))
    assert [list(beside(du, one, ())) for one in (caps, iesr)] == [[], []]
    assert [one.pool.key for one in apart(du, [caps, iesr], None)] == ["chronic"]
    known = replace(du, pools=(replace(du.pools[0], instrument="caps5"),))
    assert [len(list(beside(known, one, ()))) for one in (caps, iesr)] == [1, 0]
    assert list(apart(known, [caps, iesr], None)) == []


def test_a_pool_of_another_disorder_or_measure_is_not_shown():
    borgogna = reviews()["borgogna-2024"]
    assert list(beside(borgogna, replace(SAD, measure=Measure.SMD), ())) == []
    assert list(beside(borgogna, Question(Condition.PTSD, Measure.OR), ())) == []
    assert len(list(beside(borgogna, Question(Condition.PTSD, Measure.SMD), ()))) == 6


def test_a_retracted_review_and_one_that_disagrees_with_itself_say_so():
    gone = replace(reviews()["almeida-2024"], retracted_on=date(2026, 1, 1))
    (found,) = beside(gone, Question(Condition.PTSD, Measure.SMD), ())
    assert found.retracted_on == date(2026, 1, 1)
    assert any("points of the scale" in words for words in found.flags)


def test_an_estimate_without_its_interval_is_not_drawn():
    assert shown_reported(studies()["taylor-2018"].outcomes[0].reported[0]) is None
