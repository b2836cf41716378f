from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.clinic.figures import plasma as figure
from ataraxy.clinic.figures.types import Plasma


def words_in(svg: str) -> str:
    return " ".join(re.findall(r">([^<>]+)</text>", svg))


def test_the_picture_names_its_model_its_site_and_what_it_leaves_out(plasma: Plasma) -> None:
    said = words_in(figure.draw(plasma))
    for words in (
        "Predicted, not measured",
        "Example 2020",
        "arterial plasma",
        "differences between people",
        "ng/mL",
    ):
        assert words in said
    assert "90 % of people" in said


def test_the_peak_is_that_of_the_shown_hours(plasma: Plasma) -> None:
    assert figure.peak(plasma) == (40.0, 180.0)
    assert figure.peak(replace(plasma, until_min=20.0)) == (20.0, 100.0)


def test_the_table_reads_the_curve_off_between_its_points(plasma: Plasma) -> None:
    rows = dict(figure.table(plasma).rows)
    assert rows["0"] == "0" and rows["40"] == "180" and rows["240"] == "15"
    assert rows["80"] == "75"  # a third of the way from 90 (at 60 min) to 45 (at 120 min)


def test_times_and_values_must_match(plasma: Plasma) -> None:
    with pytest.raises(ValueError, match="one for each time"):
        figure.draw(replace(plasma, ng_per_ml=(1.0,)))


@given(st.floats(0.01, 20_000))
def test_the_scale_always_has_room_above_the_peak(highest: float) -> None:
    assert highest < figure.ceiling(highest) <= max(10.0, highest * 3)
