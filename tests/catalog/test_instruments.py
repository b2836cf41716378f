"""The instruments as their sources have them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ataraxy.catalog.load import instruments
from ataraxy.core.scales.checks import instrument_problems
from ataraxy.core.scales.types import Band, Range, Rater

GAD7 = instruments()["gad7"]


@pytest.mark.parametrize(
    ("key", "items", "highest"),
    [
        ("gad7", 7, 21),
        ("phq9", 9, 27),
        ("hama", 14, 56),
        ("pcl5", 20, 80),
        ("cadss", 23, 92),
        ("lsas", 48, 144),
        ("madrs", 10, 60),
    ],
)
def test_items_and_range(key: str, items: int, highest: int) -> None:
    found = instruments()[key]
    assert (found.item_count, found.total) == (items, Range(0, highest))
    assert len(found.items) in (0, items)


def test_option_0_is_not_at_all() -> None:
    """Zorowitz 2021: 'Not at all sure' is a copying error."""
    assert [option.label for option in GAD7.options] == [
        "Not at all",
        "Several days",
        "More than half the days",
        "Nearly every day",
    ]


def test_loinc_codes_belong_to_their_instrument() -> None:
    """GAD-7 coded as 44249-1 (the PHQ-9 panel) is a known error; 70221-7 is the PCL-C."""
    assert (GAD7.loinc_panel, GAD7.loinc_total) == ("69737-5", "70274-6")
    assert instruments()["phq9"].loinc_panel == "44249-1"
    assert instruments()["pcl5"].loinc_panel == "101697-1"
    assert [item.loinc for item in GAD7.items][0::6] == ["69725-0", "69736-7"]
    codes = [item.loinc for i in instruments().values() for item in i.items if item.loinc]
    assert len(codes) == len(set(codes)) == 16


def test_recall_is_in_hours() -> None:
    recall = {key: instrument.recall_hours for key, instrument in instruments().items()}
    assert (recall["anxiety-now"], recall["gad7"], recall["phq9"], recall["pcl5"]) == (0, 336, 336, 720)
    assert recall["pcl5-week"] == 168


def test_only_self_rated_scales_with_words_can_be_asked_by_link() -> None:
    by_link = {key for key, one in instruments().items() if one.can_be_asked_by_link()}
    assert by_link == {"gad7", "phq9", "pcl5", "pcl5-week", "anxiety-now"}
    assert instruments()["hama"].rater is Rater.CLINICIAN


def test_phq9_item_9_goes_to_a_person() -> None:
    rule = instruments()["phq9"].concern_item
    assert rule is not None and (rule.item, rule.above) == (9, 0)
    assert "better off dead" in instruments()["phq9"].items[8].text


@pytest.mark.parametrize(
    "change",
    [
        {"item_count": 8},
        {"items": GAD7.items[:6]},
        {"options": GAD7.options[:3]},
        {"options": (*GAD7.options, GAD7.options[0])},
        {"total": Range(0, 20)},
        {"bands": GAD7.bands[1:]},
        {"bands": (GAD7.bands[0], GAD7.bands[2], GAD7.bands[1])},
        {"bands": (*GAD7.bands, Band(22, "beyond", "spitzer-2006", GAD7.bands[0].status))},
        {"recall_hours": -1},
        {"options": ()},
    ],
)
def test_an_instrument_that_contradicts_itself_is_refused(change: dict[str, Any]) -> None:
    assert list(instrument_problems(replace(GAD7, **change)))


def test_the_shipped_ones_do_not() -> None:
    assert [p for one in instruments().values() for p in instrument_problems(one)] == []
