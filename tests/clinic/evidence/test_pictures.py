from __future__ import annotations

from math import exp, log

import pytest

from ataraxy.clinic.evidence.asked import SHOWN, Asked
from ataraxy.clinic.evidence.base import shipped
from ataraxy.clinic.evidence.pictures import by_dose, by_hour, forest_of, harms_of, on_scale
from ataraxy.clinic.evidence.queries import answer_of, listed_for, narrowed
from ataraxy.clinic.evidence.words import n_words
from ataraxy.clinic.figures.evidence import Forest
from ataraxy.core.evidence.study import Condition, Measure


def forest(condition: Condition, measure: Measure) -> Forest:
    asked = Asked(condition)
    pool = next(p for p in answer_of(asked).pools if p.question.measure is measure)
    retracted = [study for study in listed_for(condition, shipped()) if study.retracted_on]
    return forest_of(pool, shipped().studies, narrowed(asked).outside, retracted, "1")


def test_whittakers_pool_of_sad_is_drawn_where_it_was_printed() -> None:
    """Odds ratio 28.94 [3.45, 242.57] (Whittaker 2021), and the paired one 13.7 [1.8, 104.7] beside it."""
    paired, apart = (section for section in forest(Condition.SAD, Measure.OR).sections if section.pools)
    (printed,) = [pool for pool in apart.pools if pool.label.startswith("Common effect")]
    (beside,) = [pool for pool in paired.pools if pool.label.startswith("Common effect")]
    assert exp(printed.value) == pytest.approx(28.94, abs=0.01)
    assert exp(printed.low) == pytest.approx(3.45, abs=0.01)
    assert exp(printed.high) == pytest.approx(242.57, abs=0.01)
    assert exp(beside.value) == pytest.approx(13.72, abs=0.01)
    assert "different people" in apart.heading
    assert "beside themselves" in paired.heading


@pytest.mark.parametrize("condition", SHOWN)
def test_every_study_of_a_disorder_stands_in_its_picture_once_an_analysis(condition: Condition) -> None:
    for pool in answer_of(Asked(condition)).pools:
        drawn = forest_of(pool, shipped().studies, (), (), "1")
        told = [row.study for section in drawn.sections for row in section.rows if row.value is None]
        rows = {row.study for f in pool.forests for row in f.rows}
        out = {one.study for f in pool.forests for one in f.excluded}
        assert len(told) + len(drawn.left_out) == len(out)
        assert rows <= set(shipped().studies)


def test_the_largest_trial_found_nothing_and_has_a_row_that_says_so() -> None:
    rows = {row.study: row for section in forest(Condition.PTSD, Measure.OR).sections for row in section.rows}
    assert rows["Abdallah"].words.startswith("Negative: ")
    assert rows["Abdallah"].n == "158"


def test_a_number_that_was_not_read_says_so_beside_it() -> None:
    rows = {row.study: row for section in forest(Condition.SAD, Measure.OR).sections for row in section.rows}
    assert "inferred" in rows["Glue"].flag


def test_a_study_alone_has_no_weight() -> None:
    (feder,) = forest(Condition.PTSD, Measure.OR).sections[0].rows
    assert feder.value == pytest.approx(log(8.0), abs=0.01)  # Feder 2021: 10 of 15 beside 3 of 15
    assert feder.weight_percent is None


def test_the_retracted_one_is_in_no_section_and_carries_its_date() -> None:
    drawn = forest(Condition.SAD, Measure.OR)
    (gone,) = [one for one in drawn.left_out if one.retracted]
    assert (gone.study, gone.retracted) == ("Mills", "31 March 2026")
    assert "Mills" not in {row.study for section in drawn.sections for row in section.rows}


def test_the_effect_by_hour_fades_as_hartland_printed_it() -> None:
    """SMD -1.17 within 12 h, -0.44 at 24 h, -0.40 at 7 to 14 days (Hartland 2023)."""
    series = [s for one in by_hour(answer_of(Asked(Condition.SAD))) for s in one.series]
    (hartland,) = [s for s in series if s.label.startswith("Hartland 2023")]
    assert [r.value for r in hartland.readings] == [-1.17, -0.44, -0.40]


@pytest.mark.parametrize("condition", SHOWN)
def test_ratios_and_differences_never_share_a_picture(condition: Condition) -> None:
    answer = answer_of(Asked(condition))
    assert len({one.id for one in by_hour(answer)}) == len(by_hour(answer))
    assert len({one.id for one in by_dose(answer, "")}) == len(by_dose(answer, ""))


def test_rates_of_other_people_are_said_to_be_theirs() -> None:
    rows = harms_of(answer_of(Asked(Condition.SAD)), shipped().studies).rows
    assert rows
    assert all(row.people for row in rows)  # no trial in social anxiety printed a table
    assert any(not row.people for row in harms_of(answer_of(Asked(Condition.PTSD)), shipped().studies).rows)


def test_ketamine_comes_before_what_it_was_compared_with() -> None:
    for row in harms_of(answer_of(Asked(Condition.PTSD)), shipped().studies).rows:
        assert [rate.is_control for rate in row.rates] == sorted(rate.is_control for rate in row.rates)


def test_ratios_become_logarithms_and_differences_stay() -> None:
    assert on_scale(1.0, Measure.OR) == 0.0
    assert on_scale(-1.17, Measure.SMD) == -1.17
    assert on_scale(0.0, Measure.OR) < -20  # a zero has no logarithm: drawn far beyond the axis


def test_points_of_two_scales_share_no_axis() -> None:
    """Feder 2014 by IES-R, Feder 2021 by CAPS-5: both 0.5 mg/kg, two pictures."""
    drawn = by_dose(answer_of(Asked(Condition.PTSD)), "")
    points = [one for one in drawn if one.value_words.startswith("Mean difference")]
    assert len(points) == 2
    assert all(len(series.readings) == 1 for one in points for series in one.series)


@pytest.mark.parametrize("condition", [Condition.GAD, Condition.SAD, Condition.PTSD])
def test_a_figure_across_diagnoses_is_never_drawn_as_this_disorders_own(condition: Condition) -> None:
    """H-058: the only time course of SAD and of GAD is Hartland's, of all anxiety."""
    drawn = by_hour(answer_of(Asked(condition)))
    (hartland,) = [s for one in drawn for s in one.series if s.label.startswith("Hartland")]
    assert hartland.label == "Hartland 2023 (across diagnoses)"
    assert all(f"anxiety, not {condition.value.upper()}" in reading.words for reading in hartland.readings)
    if condition is not Condition.PTSD:
        assert all(one.words.startswith("No study of this disorder alone") for one in drawn)


def test_a_remembered_rate_says_so_and_a_read_one_does_not() -> None:
    """H-058: the rates of Feder 2021 are remembered; the labels' dizziness is read."""
    rows = harms_of(answer_of(Asked(Condition.PTSD)), shipped().studies).rows
    feder = [rate for row in rows if row.study == "Feder 2021" for rate in row.rates]
    assert feder
    assert all(rate.unsure == "recalled, not verified" for rate in feder)
    dizzy = [rate for row in rows if row.effect == "Dizziness" and row.people for rate in row.rates]
    assert dizzy
    assert not any(rate.unsure for rate in dizzy)


def test_people_who_were_remembered_or_only_planned_are_not_counted_as_read() -> None:
    rows = {
        row.study: row for section in forest(Condition.ANXIETY, Measure.OR).sections for row in section.rows
    }
    assert rows["ANZCTR review 373410"].n == "40 (planned)"
    assert n_words(shipped().studies["hull-2022"]) == "1247 (recalled, not verified)"
    assert n_words(shipped().studies["abdallah-2022"]) == "158"
