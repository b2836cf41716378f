"""One contrast: numbers that cannot be give no effect and a reason, never a crash and never a number."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ataraxy.catalog.studies import studies
from ataraxy.core.evidence.answer import Analysis
from ataraxy.core.evidence.choose import Candidate, Question, choose
from ataraxy.core.evidence.contrast import Contrast, NoEffect, contrast, is_paired
from ataraxy.core.evidence.study import Condition, Figure, Measure, Reported, Seen


def figure(value: float) -> Figure:
    return Figure(Decimal(str(value)), Seen.READ)


def candidate(study: str, condition: Condition, asked: Measure, **changed: object) -> Candidate:
    """A shipped study's contrast, with its printed estimate changed."""
    (found,) = (
        one for one in choose(Question(condition, asked), studies().values()).taken if one.study.id == study
    )
    if changed:
        reported = replace(found.numbers.reported, **changed)
        found = replace(found, numbers=replace(found.numbers, reported=reported))
    return found


def test_a_printed_difference_is_taken_with_its_direction():
    found = contrast(candidate("feder-2021", Condition.PTSD, Measure.MD), Measure.MD, Analysis.INDEPENDENT)
    assert isinstance(found, Contrast)
    assert (found.effect.value, found.effect.variance) == (-11.88, pytest.approx(3.96**2))
    assert found.numbers == "printed: 11.88 (SE 3.96), midazolam beside ketamine"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"se": figure(0)}, "no spread"),
        ({"measure": Measure.OR, "estimate": figure(0)}, "a ratio is above zero"),
        ({"se": None, "low": figure(2), "high": figure(1)}, "disagree"),
        ({"se": None, "low": None}, "uncertainty is missing"),
        ({"low": figure(-8.6), "high": figure(3.2), "p": figure(0.37)}, "disagree"),
    ],
)
def test_a_printed_estimate_that_cannot_be_is_told(changed, says):
    one = candidate("feder-2021", Condition.PTSD, Measure.MD, **changed)
    found = contrast(one, Measure.MD, Analysis.INDEPENDENT)
    assert isinstance(found, NoEffect) and says in found.words, found


def test_the_shipped_crossovers_are_paired_but_not_a_first_period():
    taken = {
        one.study.id: is_paired(one)
        for condition in (Condition.SAD, Condition.OCD, Condition.PTSD)
        for one in choose(Question(condition, Measure.OR), studies().values()).taken
    }
    assert taken == {"taylor-2018": True, "glue-2020": True, "rodriguez-2013": False, "feder-2021": False}


def test_a_measure_pairs_do_not_tell_is_refused_in_words():
    one = candidate("taylor-2018", Condition.SAD, Measure.OR)
    found = contrast(one, Measure.RR, Analysis.PAIRED)
    assert isinstance(found, NoEffect) and found.paired and "of pairs is not computed" in found.words


def test_a_risk_difference_of_pairs_is_taken_within_people():
    """5 of 17 more responded to ketamine only, and nobody to saline only."""
    found = contrast(candidate("taylor-2018", Condition.SAD, Measure.RD), Measure.RD, Analysis.PAIRED)
    assert isinstance(found, Contrast) and found.effect.value == pytest.approx(5 / 17)


def test_an_estimate_without_a_number_is_refused():
    one = candidate("feder-2021", Condition.PTSD, Measure.MD)
    bare = replace(
        one, numbers=replace(one.numbers, reported=Reported(Measure.MD, None, "midazolam", "ketamine"))
    )
    found = contrast(bare, Measure.MD, Analysis.INDEPENDENT)
    assert isinstance(found, NoEffect) and "estimate is missing" in found.words


def test_a_printed_d_is_pooled_as_the_g_it_would_be():
    """Feder 2021: d = 1.13 [0.36, 1.91] of 15 and 15 people; Hedges' g = 1.0994 by the exact correction."""
    found = contrast(candidate("feder-2021", Condition.PTSD, Measure.SMD), Measure.SMD, Analysis.INDEPENDENT)
    assert isinstance(found, Contrast)
    assert round(found.effect.value, 4) == -1.0994  # below 0 favours ketamine
    assert found.effect.method.endswith("Cohen's d made Hedges' g")
    printed = candidate("feder-2021", Condition.PTSD, Measure.SMD, cohens_d=False)
    as_it_is = contrast(printed, Measure.SMD, Analysis.INDEPENDENT)
    assert isinstance(as_it_is, Contrast)
    assert as_it_is.effect.value == -1.13
    assert found.effect.variance < as_it_is.effect.variance


def test_a_printed_d_of_unknown_arms_is_in_no_pool():
    feder = candidate("feder-2021", Condition.PTSD, Measure.SMD)
    unseen = replace(feder, control=replace(feder.control, randomised=None))
    found = contrast(unseen, Measure.SMD, Analysis.INDEPENDENT)
    assert isinstance(found, NoEffect)
    assert "how many were in each arm" in found.words
