"""Scoring: what is missing is told, what is impossible is refused."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.load import instruments
from ataraxy.core.errors import InputRefused
from ataraxy.core.scales.score import band_of, score, score_total
from ataraxy.core.scales.types import Instrument, Scoring

SUMMED = sorted(i.id for i in instruments().values() if i.scoring is Scoring.SUM)
summed = st.sampled_from(SUMMED).map(lambda key: instruments()[key])


@st.composite
def answered(draw: st.DrawFn) -> tuple[Instrument, list[int]]:
    instrument = draw(summed)
    one = st.integers(instrument.answers.lowest, instrument.answers.highest)
    return instrument, draw(st.lists(one, min_size=instrument.item_count, max_size=instrument.item_count))


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, "minimal"),
        (4, "minimal"),
        (5, "mild"),
        (9, "mild"),
        (10, "moderate"),
        (15, "severe"),
        (21, "severe"),
    ],
)
def test_gad7_bands_begin_at_5_10_and_15(scales: Mapping[str, Instrument], total: int, band: str) -> None:
    """Cut-offs 5, 10 and 15: Spitzer 2006."""
    found = score_total(scales["gad7"], Decimal(total)).band
    assert found is not None and found.label == band


def test_gad7_adds_its_seven_answers(scales: Mapping[str, Instrument]) -> None:
    assert score(scales["gad7"], [3, 2, 1, 0, 3, 2, 1]).total == 12


def test_a_missing_answer_is_told_and_never_counted_as_0(scales: Mapping[str, Instrument]) -> None:
    found = score(scales["gad7"], [3, 3, 3, None, 3, 3, 3])
    assert (found.total, found.missing, found.band) == (None, (4,), None)


def test_any_thought_of_self_harm_on_phq9_raises_a_concern(scales: Mapping[str, Instrument]) -> None:
    assert score(scales["phq9"], [0] * 8 + [1]).concerns
    assert not score(scales["phq9"], [3] * 8 + [0]).concerns


def test_the_concern_is_raised_although_other_answers_are_missing(scales: Mapping[str, Instrument]) -> None:
    found = score(scales["phq9"], [None] * 8 + [1])
    assert found.concerns and found.total is None


def test_an_unanswered_concern_item_is_missing_not_safe(scales: Mapping[str, Instrument]) -> None:
    found = score(scales["phq9"], [0] * 8 + [None])
    assert found.missing == (9,)
    assert found.concerns == ("PHQ-9 item 9 left out: a named person asks the patient today.",)


@pytest.mark.parametrize("answer", [-1, 4, True, "1", 1.0])
def test_an_answer_outside_the_range_is_refused_at_its_item(
    scales: Mapping[str, Instrument], answer: object
) -> None:
    with pytest.raises(InputRefused) as refused:
        score(scales["gad7"], [0, 0, answer, 0, 0, 0, 0])  # type: ignore[list-item]
    assert refused.value.field == "item-3"


@pytest.mark.parametrize("number", [0, 6, 8])
def test_too_few_or_too_many_answers_are_refused(scales: Mapping[str, Instrument], number: int) -> None:
    with pytest.raises(InputRefused):
        score(scales["gad7"], [0] * number)


@pytest.mark.parametrize("total", ["-1", "22", "3.5", "NaN", "Infinity"])
def test_an_impossible_total_is_refused(scales: Mapping[str, Instrument], total: str) -> None:
    with pytest.raises(InputRefused):
        score_total(scales["gad7"], Decimal(total))


def test_the_suicide_screener_is_never_summed(scales: Mapping[str, Instrument]) -> None:
    screener = scales["c-ssrs"]
    assert score(screener, [1, 1, 1, 1, 1, 1]).total is None
    with pytest.raises(InputRefused):
        score_total(screener, Decimal(3))


@pytest.mark.parametrize("item", [4, 5, 6])
def test_items_4_5_and_behaviour_are_high_risk(scales: Mapping[str, Instrument], item: int) -> None:
    """High: past-month item 4 or 5, or behaviour in the past 3 months (Columbia triage)."""
    answers: list[int | None] = [1 if number == item else 0 for number in range(1, 7)]
    found = score(scales["c-ssrs"], answers)
    assert found.category is not None and found.category.label == "high" and found.concerns


def test_a_missing_grave_answer_leaves_the_category_open(scales: Mapping[str, Instrument]) -> None:
    found = score(scales["c-ssrs"], [1, 0, 0, None, 0, 0])
    assert found.category is None and found.missing == (4,)
    assert "item 4 left out" in found.concerns[0]


def test_a_total_from_paper_does_not_say_what_item_9_was(scales: Mapping[str, Instrument]) -> None:
    assert "item 9 left out" in score_total(scales["phq9"], Decimal(4)).concerns[0]
    assert score_total(scales["gad7"], Decimal(4)).concerns == ()


@given(st.lists(st.none() | st.integers(0, 3), min_size=9, max_size=9))
def test_only_a_clear_no_to_item_9_raises_nothing(
    scales: Mapping[str, Instrument], answers: list[int | None]
) -> None:
    assert bool(score(scales["phq9"], answers).concerns) is (answers[8] != 0)


def test_no_yes_at_all_is_no_category(scales: Mapping[str, Instrument]) -> None:
    assert score(scales["c-ssrs"], [0] * 6).category is None


def test_full_alertness_is_five(scales: Mapping[str, Instrument]) -> None:
    """MOAA/S: the label counts below 5 as sedation."""
    band = band_of(scales["moaas"], Decimal(4))
    assert band is not None and band.label == "sedated"
    assert not scales["moaas"].higher_is_worse


@given(answered(), st.data())
def test_a_worse_answer_never_lowers_a_score(
    given_: tuple[Instrument, list[int]], data: st.DataObject
) -> None:
    instrument, answers = given_
    index = data.draw(st.integers(0, len(answers) - 1))
    worse = [*answers]
    worse[index] = data.draw(st.integers(answers[index], instrument.answers.highest))
    before, after = score(instrument, answers).total, score(instrument, worse).total
    assert before is not None and after is not None and after >= before


@given(answered())
def test_every_total_is_in_range_and_has_one_band(given_: tuple[Instrument, list[int]]) -> None:
    instrument, answers = given_
    found = score(instrument, answers)
    assert found.total is not None and instrument.total.holds(found.total)
    if instrument.bands:
        starts = [b for b in instrument.bands if b.from_ <= found.total]
        assert found.band == starts[-1]


@given(answered(), st.data())
def test_leaving_one_answer_out_leaves_no_total(
    given_: tuple[Instrument, list[int]], data: st.DataObject
) -> None:
    instrument, answers = given_
    index = data.draw(st.integers(0, len(answers) - 1))
    gappy: list[int | None] = [*answers]
    gappy[index] = None
    found = score(instrument, gappy)
    assert found.total is None and found.missing == (index + 1,)
