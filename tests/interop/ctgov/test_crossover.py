"""A crossover's groups: by treatment, by sequence, or not told; never guessed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ataraxy.core.evidence.study import Carryover, Design, Outcome
from ataraxy.interop.ctgov.sequence import Grouped, is_first_period, is_later_period, sort_of
from ataraxy.interop.taken import Taken, Weight

Json = dict[str, Any]
Read = Callable[[Json], Taken]


def means(outcome: Outcome) -> dict[str, str]:
    return {group.arm: str(group.mean.value) for group in outcome.groups if group.mean is not None}


def left_out(taken: Taken) -> str:
    return " ".join(note.words for note in taken.notes if note.weight is Weight.LEFT_OUT)


def by_sequence(told: Json) -> Json:
    found: Json = told["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][1]
    return found


def test_sequences_make_no_arms_their_treatments_do(crossover: Json, read: Read) -> None:
    study = read(crossover).study
    assert study.design is Design.CROSSOVER
    assert [arm.key for arm in study.arms] == ["ketamine", "normal-saline"]
    assert study.carryover is Carryover.NOT_SEEN
    assert study.washout_days is not None
    assert study.washout_days.value == 28


def test_groups_by_treatment_are_carried(crossover: Json, read: Read) -> None:
    response = read(crossover).study.outcomes[0]
    assert {g.arm: g.events and g.events.value for g in response.groups} == {
        "ketamine": 6,
        "normal-saline": 0,
    }
    assert not response.first_period


def test_a_sequence_in_the_first_period_is_its_first_treatment_and_later_ones_are_left_out(
    crossover: Json, read: Read
) -> None:
    taken = read(crossover)
    first = taken.study.outcomes[1]
    assert first.first_period
    assert means(first) == {"ketamine": "60.0", "normal-saline": "80.0"}
    assert len(taken.study.outcomes) == 2
    assert "a period after the first" in left_out(taken)


def test_a_sequence_without_its_period_is_not_carried(crossover: Json, read: Read) -> None:
    told = by_sequence(crossover)
    told["classes"] = [{"categories": told["classes"][0]["categories"]}]
    taken = read(crossover)
    assert len(taken.study.outcomes) == 1
    assert "which treatment its numbers belong to is not told" in left_out(taken)


def test_a_title_that_names_a_treatment_and_a_description_that_names_an_order_is_not_guessed(
    crossover: Json, read: Read
) -> None:
    told = by_sequence(crossover)
    told["groups"] = [
        {"id": "OG000", "title": "Ketamine", "description": "Ketamine, followed by saline 28 days later"},
        {"id": "OG001", "title": "Saline", "description": "Saline, then ketamine 28 days later"},
    ]
    told["classes"] = [{"categories": told["classes"][0]["categories"]}]
    taken = read(crossover)
    assert len(taken.study.outcomes) == 1
    assert "it is not guessed" in left_out(taken)


def test_arms_with_both_drugs_and_the_name_of_one_are_told(crossover: Json, read: Read) -> None:
    crossover["protocolSection"]["armsInterventionsModule"]["armGroups"] = [
        {
            "label": "Ketamine",
            "type": "EXPERIMENTAL",
            "interventionNames": ["Drug: Ketamine", "Drug: Saline"],
        },
        {"label": "Saline", "type": "EXPERIMENTAL", "interventionNames": ["Drug: Ketamine", "Drug: Saline"]},
    ]
    doubts = [note.words for note in read(crossover).notes if note.weight is Weight.DOUBT]
    assert sum("a treatment or a sequence" in words for words in doubts) == 2


@pytest.mark.parametrize(
    ("title", "description", "grouped", "drugs"),
    [
        ("Ketamine", "", Grouped.TREATMENT, ("ketamine",)),
        ("Placebo (normal saline)", "", Grouped.TREATMENT, ("saline",)),
        ("Active placebo (midazolam)", "", Grouped.TREATMENT, ("midazolam",)),
        ("Ketamine placebo", "", Grouped.TREATMENT, ("placebo",)),
        ("Ketamine First", "", Grouped.SEQUENCE, ("ketamine",)),
        ("Midazolam then Ketamine", "", Grouped.SEQUENCE, ("midazolam", "ketamine")),
        ("Ketamine/Midazolam", "", Grouped.SEQUENCE, ("ketamine", "midazolam")),
        ("Ketamine", "then saline", Grouped.UNKNOWN, ("ketamine",)),
        ("Group A", "", Grouped.UNKNOWN, ()),
    ],
)
def test_a_group_is_sorted_by_its_words(
    title: str, description: str, grouped: Grouped, drugs: tuple[str, ...]
) -> None:
    sort = sort_of(title, description)
    assert (sort.grouped, sort.drugs) == (grouped, drugs)


def test_a_text_that_names_both_periods_names_no_first_one() -> None:
    assert is_first_period("Period 1")
    assert not is_first_period("Period 1 and period 2")
    assert is_later_period("Second intervention")
    assert not is_first_period("Day 1")
