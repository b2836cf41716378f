from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.clinic.figures import bands as figure
from ataraxy.clinic.figures.types import Bands, Strand


def words_in(svg: str) -> str:
    return " ".join(re.findall(r">([^<>]+)</text>", svg))


def flat(value: float) -> Bands:
    return Bands("Level", "ng/mL", "Example", "", (0.0, 60.0), (Strand("ketamine", (0.0, value)),), 0.0, 60.0)


def test_the_picture_says_it_is_predicted_by_which_model_and_what_it_is_worth(bands: Bands) -> None:
    said = words_in(figure.draw(bands))
    for words in (
        "Predicted, not measured",
        "Example &lt;2020&gt;",
        "Arterial blood",
        "Exploratory",
        "ng/mL",
        "measured",
    ):
        assert words in said
    assert "180 (150 to 220) ng/mL at 40 min" in said


def test_every_limit_is_drawn_with_its_words_and_none_lies_on_another(bands: Bands) -> None:
    drawn = figure.draw(bands)
    assert "&gt; 160: call" in drawn and "&gt; 150: stop" in drawn
    places = sorted(float(y) for y in re.findall(r'text-(?:high|medium)"[^>]* y="([\d.]+)"', drawn))
    assert len(places) == 2 and places[1] - places[0] >= 12


def test_a_measured_value_is_a_dot_and_a_prediction_never_is(bands: Bands) -> None:
    assert figure.draw(bands).count('class="seen"') == 2  # one in the legend
    assert 'class="seen"' not in figure.draw(replace(bands, seen=()))


def test_a_model_without_a_spread_has_a_line_and_no_band(bands: Bands) -> None:
    bare = replace(bands, strands=(Strand("ketamine", bands.strands[0].middle),))
    assert 'class="area"' in figure.draw(bands) and 'class="area"' not in figure.draw(bare)
    assert figure.table(bare).columns == ("Min", "ketamine, middle")


def test_the_table_reads_the_band_off_between_its_points(bands: Bands) -> None:
    rows = {row[0]: row[1:] for row in figure.table(bands).rows}
    assert rows["0"][:3] == ("0.0", "0.0", "0.0")
    assert rows["90"][:3] == ("50", "68", "90")  # halfway from 60 to 120 min
    assert rows["240"][:3] == ("10", "15", "20")


def test_times_and_values_must_match(bands: Bands) -> None:
    with pytest.raises(ValueError, match="one for each"):
        figure.draw(replace(bands, strands=(Strand("ketamine", (1.0,)),)))
    with pytest.raises(ValueError, match="later end"):
        figure.draw(replace(bands, ends=0.0))


@given(st.floats(0.01, 20_000))
def test_the_scale_always_holds_the_highest_value(highest: float) -> None:
    assert highest <= figure.ceiling(flat(highest)) * (1 + 1e-9)
    assert figure.ceiling(flat(highest)) <= max(highest * 3, 0.5)


@given(st.floats(0.01, 20_000), st.floats(0.01, 20_000))
def test_pictures_side_by_side_share_a_scale(one: float, other: float) -> None:
    highest = max(one, other)
    scales = {figure.ceiling(replace(flat(v), highest=highest)) for v in (one, other)}
    assert len(scales) == 1
