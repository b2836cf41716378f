from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ataraxy.clinic.evidence.asked import SHOWN, Asked
from ataraxy.clinic.evidence.base import shipped
from ataraxy.clinic.evidence.queries import (
    answer_of,
    found,
    listed_for,
    missing_of,
    narrowed,
    studies_of,
)
from ataraxy.core.evidence.study import Activity, ArmRole, Condition, GivenBy


@pytest.mark.parametrize("condition", SHOWN)
@pytest.mark.parametrize(
    "narrowed_to", [{"route": GivenBy.IV}, {"route": GivenBy.SC}, {"against": Activity.INERT}]
)
def test_no_filter_makes_a_trial_one_that_was_never_done(
    condition: Condition, narrowed_to: dict[str, Any]
) -> None:
    """H-061: what nobody has shown is of the base, not of the question."""
    assert missing_of(Asked(condition, **narrowed_to)) == missing_of(Asked(condition))


def test_narrowing_by_route_and_dose_leaves_only_such_arms() -> None:
    asked = Asked(Condition.PTSD, route=GivenBy.IV, dose=Decimal("0.5"))
    for study in narrowed(asked).studies:
        for arm in study.arms:
            if arm.role is ArmRole.EXPERIMENTAL:
                assert arm.route is GivenBy.IV
                assert arm.dose is not None and arm.dose.value == Decimal("0.5")


@pytest.mark.parametrize("condition", SHOWN)
@pytest.mark.parametrize("against", [None, *Activity])
def test_every_study_of_a_disorder_is_inside_or_outside_what_was_asked(
    condition: Condition, against: Activity | None
) -> None:
    split = narrowed(Asked(condition, against=against))
    names = [study.id for study in (*split.studies, *split.outside)]
    assert sorted(names) == sorted(study.id for study in studies_of(condition, shipped()))


def test_only_studies_of_the_comparator_asked_for_are_pooled() -> None:
    inert = answer_of(Asked(Condition.SAD, against=Activity.INERT))
    rows = {row.study for pool in inert.pools for forest in pool.forests for row in forest.rows}
    assert rows == {"taylor-2018"}


@pytest.mark.parametrize("condition", SHOWN)
def test_a_retracted_study_is_listed_everywhere_and_pooled_nowhere(condition: Condition) -> None:
    answer = answer_of(Asked(condition))
    rows = {row.study for pool in answer.pools for forest in pool.forests for row in forest.rows}
    assert all(shipped().studies[study].retracted_on is None for study in rows)
    assert "mills-2025" in {study.id for study in listed_for(condition, shipped())}


def test_that_nobody_tried_the_vein_in_gad_alone_is_said() -> None:
    words = missing_of(Asked(Condition.GAD))
    assert any("intravenous" in one and "generalised anxiety" in one for one in words)
    assert set(words) <= set(missing_of(Asked(Condition.ANXIETY)))


@pytest.mark.parametrize(
    ("words", "study"),
    [
        ("nct02083926", "taylor-2018"),
        ("ACTRN12616001096448", "mills-2025"),
        ("retracted", "mills-2025"),
        ("negative ptsd", "abdallah-2022"),
        ("midazolam sad", "glue-2020"),
    ],
)
def test_a_study_is_found_by_number_drug_result_and_disorder(words: str, study: str) -> None:
    assert study in {one.id for one in found(words, shipped().studies.values())}


def test_a_search_needs_every_word() -> None:
    assert found("taylor zebra", shipped().studies.values()) == []
    assert len(found("", shipped().studies.values())) == len(shipped().studies)


@pytest.mark.parametrize("condition", SHOWN)
@pytest.mark.parametrize("route", [None, GivenBy.IV, GivenBy.SC])
def test_no_study_is_pooled_that_the_page_does_not_list(condition: Condition, route: GivenBy | None) -> None:
    """H-057: what only lends its harms comes past no filter into a pool."""
    asked = Asked(condition, route=route)
    listed = {study.id for study in narrowed(asked).studies}
    pooled = {row.study for pool in answer_of(asked).pools for forest in pool.forests for row in forest.rows}
    assert pooled <= listed
    assert "rodriguez-2013" not in pooled  # obsessive-compulsive disorder
