"""Unwanted effects beside the comparator: counted people only, the same ones once, above 1 where ketamine brought more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ataraxy.catalog.studies import studies
from ataraxy.core.evidence.answer import Shown
from ataraxy.core.evidence.harm_pool import of_harm
from ataraxy.core.evidence.study import ArmRole, Condition, Figure, Harm, Seen, Study


def with_harm(gave: int, against: int, seen: Seen = Seen.READ) -> Study:
    """Feder 2021 (15 beside 15) with counts of nausea, invented."""
    study = studies()["feder-2021"]
    counts = {ArmRole.EXPERIMENTAL: gave, ArmRole.CONTROL: against}
    harms = tuple(
        Harm(
            "nausea",
            "Nausea",
            arm.key,
            Figure(Decimal(counts[arm.role]), seen),
            Figure(Decimal(15), Seen.READ),
        )
        for arm in study.arms
    )
    return replace(study, harms=harms)


def test_counts_in_both_arms_are_a_risk_ratio_and_of_100_people() -> None:
    found = of_harm(Condition.PTSD, "nausea", [with_harm(6, 3)])
    assert found is not None
    (row,) = found.forest.rows
    assert row.effect.value == pytest.approx(2.0)  # 6/15 beside 3/15
    assert "40 [20 to 64] had it with ketamine and 20 [7 to 45]" in found.words


def test_nobody_counted_is_no_pool_not_a_zero() -> None:
    assert of_harm(Condition.PTSD, "nausea", [studies()["feder-2014"]]) is None
    assert of_harm(Condition.PTSD, "dizziness", [with_harm(6, 3)]) is None


@pytest.mark.parametrize("condition", [Condition.GAD, Condition.SAD, Condition.PTSD])
def test_what_was_only_remembered_is_not_counted(condition: Condition) -> None:
    """H-058: the rates of Feder 2021 are remembered, so the base counts no unwanted effect of these disorders."""
    assert of_harm(condition, "nausea", studies().values()) is None
    assert of_harm(Condition.PTSD, "nausea", [with_harm(6, 3, Seen.RECALLED)]) is None


def test_retracted_unread_and_uncontrolled_studies_are_in_none() -> None:
    study = with_harm(6, 3)
    for barred in (
        replace(study, retracted_on=date(2026, 1, 1)),
        replace(study, unreviewed=True),
        replace(study, randomised=False),
    ):
        assert of_harm(Condition.PTSD, "nausea", [barred]) is None


def test_the_same_people_are_counted_once() -> None:
    study = with_harm(6, 3)
    again = replace(with_harm(9, 3), id="feder-again")
    found = of_harm(Condition.PTSD, "nausea", [study, again])
    assert found is not None and len(found.forest.rows) == 1


def test_two_trials_are_pooled_between_them() -> None:
    other = replace(with_harm(9, 3), id="another", cohort_id="another", registrations=(), doi="", pmid="")
    found = of_harm(Condition.PTSD, "nausea", [with_harm(6, 3), other])
    assert found is not None
    first = found.forest.pooled[0].result
    assert isinstance(first, Shown) and 2.0 < first.value < 3.0
    assert "(15 of 30 beside 6 of 30)" in found.words
