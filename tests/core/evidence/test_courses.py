"""Effects by hour, by dose, and harms by arm: what was seen, and nothing between."""

from __future__ import annotations

from dataclasses import replace

from ataraxy.catalog.reviews import reviews
from ataraxy.catalog.studies import studies
from ataraxy.core.evidence.ask import ask
from ataraxy.core.evidence.courses import harms, times
from ataraxy.core.evidence.study import Condition, Design, Measure


def answer(condition):
    return ask(condition, studies(), reviews())


def test_times_run_forward_and_say_which_side_favours_the_drug():
    found = answer(Condition.PTSD).times
    assert [one.from_hour for one in found] == sorted(one.from_hour for one in found)
    ours = [one for one in found if not one.published]
    assert [(one.label, one.from_hour, round(one.effect.value, 1)) for one in ours] == [
        ("Feder 2014, IES-R", 24, -12.7)
    ]
    borgogna = [one for one in found if "Borgogna" in one.label]
    assert borgogna and not any(one.lower_is_better for one in borgogna)


def test_times_of_one_measure_only():
    base = tuple(studies().values())
    found = times(Condition.PTSD, base, reviews().values(), Measure.MD)
    assert {one.measure for one in found} == {Measure.MD}


def test_figures_of_all_anxiety_say_so_in_the_time_course_of_a_disorder():
    for condition in (Condition.SAD, Condition.GAD, Condition.PTSD):
        hartland = [one for one in answer(condition).times if "Hartland" in one.label]
        scope = f"across diagnoses; anxiety, not {condition.value.upper()}"
        assert hartland and all(one.scope == scope and scope in one.label for one in hartland)
    assert not any(one.scope for one in answer(Condition.ANXIETY).times)


def test_points_carry_their_scale_and_unit_by_hour_and_by_dose():
    """12.7 points of one scale and 11.88 of another are not two values of one thing."""
    found = answer(Condition.PTSD)
    points = [one for one in (*found.times, *found.doses) if one.measure is Measure.MD]
    assert {(one.instrument, one.unit) for one in points} == {
        ("ies-r", "IES-R points"),
        ("caps5", "CAPS-5 points"),
    }


def test_a_study_told_on_two_scales_has_a_moment_on_each():
    feder = studies()["feder-2014"]
    other = replace(feder.outcomes[0], key="pcl5", instrument="pcl5", label="PCL-5")
    found = times(Condition.PTSD, (replace(feder, outcomes=(*feder.outcomes, other)),), (), Measure.MD)
    assert [one.instrument for one in found] == ["ies-r", "pcl5"]


def test_each_dose_has_its_effect_once_a_measure_or_words():
    doses = answer(Condition.PTSD).doses
    feder = [one for one in doses if one.studies == ("Feder 2021",)]
    assert [one.measure for one in feder] == [Measure.OR, Measure.SMD, Measure.MD]
    abdallah = [one for one in doses if one.studies == ("Abdallah 2022",)]
    assert [one.dose for one in abdallah] == [0.2, 0.5]
    assert all(one.effect is None and "No difference" in one.words for one in abdallah)


def test_no_dose_stands_by_a_retracted_study_or_a_further_analysis():
    named = {name for condition in Condition for one in answer(condition).doses for name in one.studies}
    assert "Mills 2025" not in named and "Shadli 2018" not in named
    secondary = replace(studies()["feder-2021"], design=Design.SECONDARY)
    assert ask(Condition.PTSD, {"feder-2021": secondary}, {}).doses == ()


def test_a_retracted_studys_harms_are_not_shown():
    gone = replace(studies()["yale-2024"], retracted_on=studies()["mills-2025"].retracted_on)
    assert harms(Condition.SAD, [gone]) == ()


def test_harms_of_this_disorder_come_first():
    own = [one.own for one in answer(Condition.PTSD).harms]
    assert own == sorted(own, reverse=True) and own[0] and not own[-1]


def test_an_arm_that_was_filtered_away_leaves_its_harm_by_its_key():
    study = studies()["feder-2021"]
    found = harms(Condition.PTSD, [replace(study, arms=study.arms[:1])])
    assert {one.arm for one in found} == {"ketamine 0.5 mg/kg IV over 40 min, six times", "midazolam"}
