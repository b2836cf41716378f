"""What nobody has shown is said; what somebody has is not said to be missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ataraxy.catalog.reviews import reviews
from ataraxy.catalog.studies import studies
from ataraxy.core.evidence.ask import ask
from ataraxy.core.evidence.gaps import missing_everywhere
from ataraxy.core.evidence.study import Condition, Measure


def test_no_randomised_intravenous_trial_in_generalised_anxiety_alone():
    words = ask(Condition.GAD, studies(), reviews()).missing
    assert "No randomised trial of intravenous ketamine in generalised anxiety disorder alone." in words


def test_social_anxiety_has_one():
    words = ask(Condition.SAD, studies(), reviews()).missing
    assert not any("intravenous" in one for one in words)
    taken_back = {key: one for key, one in studies().items() if key != "taylor-2018"}
    assert any("intravenous" in one for one in ask(Condition.SAD, taken_back, reviews()).missing)


def test_a_retracted_trial_fills_no_gap():
    taylor = studies()["taylor-2018"]
    gone = replace(taylor, retracted_on=studies()["mills-2025"].retracted_on)
    assert missing_everywhere(Condition.SAD, [gone]) == ("No randomised trial in social anxiety disorder.",)


@pytest.mark.parametrize("condition", list(Condition))
def test_every_condition_has_an_answer_with_what_is_missing(condition):
    answer = ask(condition, studies(), reviews())
    assert answer.missing
    assert all(one.missing for one in answer.pools)


def test_trials_whose_numbers_were_not_seen_are_named():
    answer = ask(Condition.PTSD, studies(), reviews(), measure=Measure.SMD)
    unseen = next(
        words for words in answer.pools[0].missing if words.startswith("Their numbers were not seen")
    )
    assert "Abdallah 2022" in unseen and "Dadabayev 2020" in unseen


@pytest.mark.parametrize(
    ("measure", "instrument"),
    [(Measure.OR, ""), (Measure.SMD, ""), (Measure.MD, "caps5"), (Measure.MD, "ies-r")],
)
def test_a_study_alone_is_never_said_not_to_have_been_repeated_where_others_found_nothing(
    measure, instrument
):
    """H-061: the largest trial answered no; that its numbers were not seen does not make it nobody."""
    answer = ask(Condition.PTSD, studies(), reviews(), measure=measure)
    (pool,) = [one for one in answer.pools if one.question.instrument == instrument]
    (words,) = [one for one in pool.missing if one.startswith("One study only")]
    assert "nobody" not in words
    assert "negative: Abdallah 2022, Dadabayev 2020" in words


def test_where_no_other_trial_stands_that_is_what_is_said():
    (pool,) = ask(Condition.GAD, studies(), reviews(), measure=Measure.OR).pools
    assert any("No other trial of what was asked stands in the base." in one for one in pool.missing)
