from __future__ import annotations

import re
from dataclasses import replace
from math import log
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.clinic.figures import forest as figure
from ataraxy.clinic.figures.effect_axis import EffectAxis
from ataraxy.clinic.figures.evidence import Forest, ForestRow, ForestSection
from ataraxy.clinic.figures.forest_marks import box_side, study_mark

AXIS = EffectAxis(-2.0, 2.0, 0.0, 400.0)


@pytest.mark.parametrize("narrow", [False, True])
def test_a_retracted_study_is_struck_through_with_its_date_and_nothing_of_it_is_drawn(
    forest: Forest, narrow: bool
) -> None:
    drawn = figure.draw(replace(forest, narrow=narrow))
    assert re.search(r'class="text-struck"[^>]*text-decoration="line-through"[^>]*>Mills 2025<', drawn)
    assert "Retracted 31 March 2026" in drawn
    without = figure.draw(replace(forest, narrow=narrow, left_out=()))
    marks = r'class="(box|box-hollow|whisker|diamond|diamond-hollow)"'
    assert re.findall(marks, drawn) == re.findall(marks, without)


@pytest.mark.parametrize("narrow", [False, True])
def test_a_negative_trial_without_numbers_keeps_its_row_and_says_so(forest: Forest, narrow: bool) -> None:
    drawn = figure.draw(replace(forest, narrow=narrow))
    words = " ".join(
        part.text or "" for part in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")
    )
    assert "Negative: no difference" in words
    assert "Nobody & <co> 2022" in words


def test_both_analyses_of_the_crossovers_stand_under_their_headings(forest: Forest) -> None:
    drawn = figure.draw(forest)
    assert "As if arms were independent" in drawn and "Each person with themselves" in drawn
    assert "28.9 (3.45 to 243)" in drawn and "13.7 (1.80 to 105)" in drawn


def test_no_pool_is_said_in_words(forest: Forest) -> None:
    assert "No randomised trial of IV ketamine in GAD alone was found." in figure.draw(forest)
    assert "No randomised trial of IV ketamine in GAD alone was found." in figure.describe(forest)


def test_the_prediction_interval_is_drawn_and_said(forest: Forest) -> None:
    drawn = figure.draw(forest)
    assert 'class="prediction"' in drawn
    assert "The next study would be expected at 0.20 to 9000." in drawn


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_heavier_study_never_has_a_smaller_box(one: float, other: float) -> None:
    light, heavy = sorted((one, other))
    assert box_side(light) <= box_side(heavy)


def test_an_interval_that_is_cut_ends_in_an_arrow_and_one_inside_in_a_bar() -> None:
    inside = study_mark(ForestRow("a", "", "", "", "", 0.0, -1.0, 1.0, 50.0), AXIS, 10.0)
    cut = study_mark(ForestRow("a", "", "", "", "", 0.0, -5.0, 1.0, 50.0), AXIS, 10.0)
    assert sum('class="arrow"' in part for part in inside) == 0
    assert sum('class="arrow"' in part for part in cut) == 1


def test_a_study_that_weighs_nothing_here_is_hollow() -> None:
    (mark,) = study_mark(ForestRow("a", "", "", "", "", 0.5), AXIS, 10.0)
    assert 'class="box-hollow"' in mark


def test_the_table_holds_every_row_pool_and_exclusion(forest: Forest) -> None:
    rows = figure.table(forest).rows
    firsts = [row[0] for row in rows]
    assert firsts.count("Taylor 2018") == 2
    assert (
        "Mills 2025",
        "",
        "",
        "",
        "−4.0 (−10.6 to −1.9)",
        "",
        "Retracted 31 March 2026. The journal took it back.",
    ) in rows
    told = {row[0]: row[-1] for row in rows}
    assert told["Nobody & <co> 2022"] == "Negative: no difference"
    assert told["Glue 2017"] == "In no pool. Shares people with Glue 2020."


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.05, 4)), min_size=1, max_size=10), st.booleans())
def test_every_box_lies_where_its_estimate_lies(effects: list[tuple[float, float]], narrow: bool) -> None:
    rows = tuple(
        ForestRow(f"s{i}", "", "9", "IV", "saline", v, v - e, v + e, 100 / len(effects))
        for i, (v, e) in enumerate(effects)
    )
    drawn = figure.draw(Forest("t", "SMD", False, "less", "more", (ForestSection("", rows),), narrow=narrow))
    boxes = re.findall(r'class="box"[^>]* x="([\d.]+)"[^>]* width="([\d.]+)"', drawn)
    places = [float(x) + float(w) / 2 for x, w in boxes]
    assert len(places) == len(effects)
    for (v1, _), p1 in zip(effects, places, strict=True):
        for (v2, _), p2 in zip(effects, places, strict=True):
            assert v1 <= v2 + 1e-9 or p1 >= p2 - 0.05


def test_an_estimate_of_a_ratio_is_shown_as_a_ratio(forest: Forest) -> None:
    one = ForestRow("One", "", "9", "", "", log(2.0), log(0.5), log(8.0), 100.0)
    drawn = figure.draw(replace(forest, sections=(ForestSection("", (one,)),)))
    assert ">2.00 (0.50 to 8.00)<" in drawn
