from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ataraxy.clinic.figures import proportions as figure
from ataraxy.clinic.figures.types import Proportion, Proportions


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_share_never_stands_without_its_denominator(count: int, more: int) -> None:
    row = Proportion("Responded", count, count + more, 0.0, 100.0)
    assert f"{count} of {count + more}" in figure.words(row)


def test_nobody_in_the_denominator_is_said_and_not_drawn(proportions: Proportions) -> None:
    only = replace(proportions, rows=(Proportion("Relapsed", 0, 0),))
    drawn = figure.draw(only)
    assert "nobody yet (0 of 0)" in drawn
    assert 'class="point"' not in drawn and 'class="interval"' not in drawn


def test_the_mark_lies_inside_its_interval(proportions: Proportions) -> None:
    drawn = figure.draw(proportions)
    intervals = re.findall(r'class="interval"[^>]* x1="([\d.]+)"[^>]* x2="([\d.]+)"', drawn)
    marks = re.findall(r'class="point"[^>]* cx="([\d.]+)"', drawn)
    assert len(intervals) == len(marks) == 2
    assert all(float(a) < float(x) < float(b) for (a, b), x in zip(intervals, marks, strict=True))


def test_published_results_are_drawn_hollow_and_named(proportions: Proportions) -> None:
    drawn = figure.draw(proportions)
    assert len(re.findall('class="reference-mark"', drawn)) == 1
    assert ">published: 54 %</text>" in drawn


def test_the_table_has_count_share_interval_and_reference(proportions: Proportions) -> None:
    assert figure.table(proportions).rows == (
        ("Completed", "9 of 12", "75 %", "47 to 91 %", ""),
        ("Responded", "6 of 11", "55 %", "28 to 79 %", "published: 54 %"),
        ("Relapsed", "0 of 0", "", "", ""),
    )
