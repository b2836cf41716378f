from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.clinic.figures import dose_response
from ataraxy.clinic.figures import effect_by_hour as figure
from ataraxy.clinic.figures.evidence import DoseResponse, EffectByHour, Reading, Series

HOURS = st.lists(st.floats(0.5, 4000), min_size=2, max_size=8, unique=True)


def plotted(hours: list[float]) -> EffectByHour:
    readings = tuple(Reading(hour, -0.5) for hour in hours)
    return EffectByHour("t", "SMD", False, "less", "more", (Series("one", readings),))


@given(HOURS)
def test_later_readings_lie_further_right(hours: list[float]) -> None:
    drawn = figure.draw(plotted(hours))
    marks = [float(x) for x in re.findall(r'class="point"[^>]* cx="([\d.]+)"', drawn)][: len(hours)]
    assert marks == sorted(marks)


def test_a_studys_readings_are_joined_and_a_reviews_are_not(by_hour: EffectByHour) -> None:
    only = replace(by_hour, series=by_hour.series[-1:])
    assert figure.draw(by_hour).count('class="series"') == 2
    assert 'class="series"' not in figure.draw(only)
    assert figure.draw(only).count('class="window"') == 2


def test_an_interval_that_runs_off_the_picture_ends_in_an_arrow(by_hour: EffectByHour) -> None:
    assert figure.draw(by_hour).count('class="arrow"') == 1


def test_the_table_has_every_reading_with_its_time(by_hour: EffectByHour) -> None:
    rows = figure.table(by_hour).rows
    assert len(rows) == 8
    assert ("A review", "0 h to 12 h", "−1.17 (−1.89 to −0.44)", "") in rows
    assert ("A study", "7 days", "−0.10 (−0.60 to 0.40)", "") in rows


@pytest.mark.parametrize(
    ("hour", "words"), [(1, "1 h"), (24, "1 day"), (36, "36 h"), (168, "7 days"), (672, "4 weeks")]
)
def test_hours_are_said_as_the_clinic_says_them(hour: float, words: str) -> None:
    assert figure.hour_words(hour) == words


def test_without_a_fit_no_curve_is_drawn_and_why_is_said(by_dose: DoseResponse) -> None:
    without = dose_response.draw(replace(by_dose, fit=None, words="Needs at least 3 studies; there is 1."))
    assert 'class="curve-second"' in dose_response.draw(by_dose)
    assert 'class="curve-second"' not in without
    assert "Needs at least 3 studies; there is 1." in without


def test_the_doses_table_has_every_dose(by_dose: DoseResponse) -> None:
    assert [row[1] for row in dose_response.table(by_dose).rows] == ["0.25", "0.5", "1"]
