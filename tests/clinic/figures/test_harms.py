from __future__ import annotations

import re
from dataclasses import replace

import pytest

from ataraxy.clinic.figures import harms as figure
from ataraxy.clinic.figures.evidence import HarmRate, Harms


def test_a_rate_never_stands_without_its_denominator_or_the_word_that_none_was_printed() -> None:
    assert figure.rate_words(HarmRate("k", 33.3, 5, 15, 15.2, 58.3)) == "5 of 15, 33 % (15 to 58)"
    assert figure.rate_words(HarmRate("k", 29.4, of=231)) == "29.4 % of 231, counts not printed"
    assert figure.rate_words(HarmRate("k", 29.4)) == "29.4 %, counts not printed"


@pytest.mark.parametrize("narrow", [False, True])
def test_the_comparator_is_a_square_and_ketamine_a_dot(harms: Harms, narrow: bool) -> None:
    drawn = figure.draw(replace(harms, narrow=narrow))
    assert len(re.findall('class="point"', drawn)) == 1 + 2  # the legend's, and one an arm of ketamine
    assert len(re.findall('class="reference-mark"', drawn)) == 1 + 1


def test_the_table_has_every_arm_of_every_effect(harms: Harms) -> None:
    assert figure.table(harms).rows == (
        ("Dizziness", "A", "ketamine", "5 of 15, 33 % (15 to 58)"),
        ("Dizziness", "A", "midazolam", "2 of 15, 13 % (4 to 38)"),
        ("Nausea", "B", "ketamine", "29.4 %, counts not printed"),
    )


@pytest.mark.parametrize("narrow", [False, True])
def test_rates_of_other_people_are_said_to_be_theirs(harms: Harms, narrow: bool) -> None:
    others = replace(
        harms, narrow=narrow, rows=tuple(replace(row, people="adults with depression") for row in harms.rows)
    )
    assert figure.draw(others).count("other people: adults with depression") >= 2
    assert figure.table(others).rows[0][1] == "A (other people: adults with depression)"


def test_a_remembered_rate_never_stands_as_one_that_was_read() -> None:
    """H-058."""
    words = figure.rate_words(HarmRate("k", 33.0, unsure="recalled, not verified"))
    assert words == "33 %, recalled, not verified"
    assert figure.rate_words(HarmRate("k", 33.3, 5, 15, 15.2, 58.3, unsure="x")).endswith(", x")
