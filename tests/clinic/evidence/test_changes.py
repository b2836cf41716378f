"""How sure, and what changes it: with too few studies the words stand, with enough the numbers do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from math import isfinite

import pytest

from ataraxy.clinic.evidence.asked import SHOWN, Asked
from ataraxy.clinic.evidence.base import shipped
from ataraxy.clinic.evidence.changes import Probe, probes
from ataraxy.clinic.evidence.sure_page import sure_page_of
from ataraxy.core.evidence.ask import ask
from ataraxy.core.evidence.study import (
    Activity,
    Arm,
    ArmRole,
    Condition,
    Design,
    Figure,
    Finding,
    GivenBy,
    Group,
    Measure,
    Outcome,
    OutcomeKind,
    Seen,
    Study,
)

QUESTIONS = 12


def figure(value: float) -> Figure:
    return Figure(Decimal(str(value)), Seen.READ)


def trial(i: int) -> Study:
    """One of a dozen invented trials in PTSD: three doses, two comparators, three hours, two scales each."""
    control = ("saline", Activity.INERT) if i % 2 else ("midazolam", Activity.PSYCHOACTIVE)
    dose = (0.2, 0.5, 1.0)[i % 3]
    arms = (
        Arm(
            "k",
            f"ketamine {dose} mg/kg",
            "ketamine",
            ArmRole.EXPERIMENTAL,
            route=GivenBy.IV,
            dose=figure(dose),
            dose_unit="mg/kg",
        ),
        Arm("c", control[0], control[0], ArmRole.CONTROL, control[1]),
    )
    hour = figure((24, 72, 168)[(i // 2) % 3])

    def scale(key: str, down: float) -> Outcome:
        groups = (
            Group("k", figure(20 + i), mean=figure(30 - down - i / 3), sd=figure(10 + i % 4)),
            Group("c", figure(20 + i), mean=figure(30), sd=figure(11)),
        )
        return Outcome(
            key, key, key.upper(), OutcomeKind.CONTINUOUS, hour=hour, primary=key == "caps5", groups=groups
        )

    return Study(
        id=f"trial-{i:02}", source="x", title=f"Trial {i}", design=Design.PARALLEL, conditions=(Condition.PTSD,),
        population="", cohort_id=f"trial-{i:02}", finding=Finding.MIXED, year=2010 + i, n=figure(40 + 2 * i),
        randomised=True, blinded=True, arms=arms, outcomes=(scale("caps5", 2.0), scale("pcl5", 1.0)),
    )  # fmt: skip


def asked_of(k: int) -> tuple[Probe, ...]:
    base: Mapping[str, Study] = {one.id: one for one in (trial(i) for i in range(k))}
    (pool,) = ask(Condition.PTSD, base, {}, measure=Measure.SMD).pools
    return probes(pool.forests[0], base)


@pytest.fixture(scope="module")
def of_many() -> tuple[Probe, ...]:
    return asked_of(12)


def test_with_a_dozen_studies_every_question_has_its_answer(of_many: tuple[Probe, ...]) -> None:
    assert len(of_many) == QUESTIONS
    assert [one.asks for one in of_many if not one.is_answered] == []
    for one in of_many:
        for row in one.table.rows if one.table else ():
            assert all(cell is not None for cell in row)


def test_leaving_one_out_leaves_each_out_once(of_many: tuple[Probe, ...]) -> None:
    assert of_many[0].table is not None
    assert [row[0] for row in of_many[0].table.rows] == [f"Trial {i:02}" for i in range(12)]


def test_what_was_known_by_year_ends_with_all(of_many: tuple[Probe, ...]) -> None:
    assert of_many[2].table is not None
    assert [row[2] for row in of_many[2].table.rows] == [str(k) for k in range(1, 13)]


def test_more_of_the_drug_and_the_hour_are_told_with_an_interval(of_many: tuple[Probe, ...]) -> None:
    by_dose = next(one for one in of_many if "on the dose" in one.asks)
    assert by_dose.table is not None
    assert [row[0] for row in by_dose.table.rows] == ["Intercept", "Dose, mg/kg"]
    assert all("to" in row[1] for row in by_dose.table.rows)


def test_three_levels_take_both_scales_of_every_study(of_many: tuple[Probe, ...]) -> None:
    (three,) = [one for one in of_many if "three-level" in one.asks]
    assert three.words.startswith("24 effects of 12 studies")


@pytest.mark.parametrize("k", [2, 3, 9])
def test_what_needs_more_studies_says_how_many_and_gives_no_number(k: int) -> None:
    """H-071: never a number that is not sound."""
    for one in asked_of(k):
        if one.is_answered:
            continue
        assert one.table is None
        assert re.fullmatch(rf"Too few studies \(k = {k}; needs \d+\)\.", one.words), one


def test_small_study_tests_wait_for_ten(of_many: tuple[Probe, ...]) -> None:
    waits = [one for one in asked_of(9) if not one.is_answered]
    assert {"Egger", "Begg", "Trim"} <= {
        w for one in waits for w in ("Egger", "Begg", "Trim") if w in one.asks
    }
    assert all("needs 10" in one.words for one in waits if "Egger" in one.asks)


def test_a_year_or_a_dose_nobody_saw_is_said() -> None:
    base = {one.id: one for one in (trial(i) for i in range(3))}
    base["trial-01"] = replace(base["trial-01"], year=None)
    (pool,) = ask(Condition.PTSD, base, {}, measure=Measure.SMD).pools
    by_year = probes(pool.forests[0], base)[2]
    assert not by_year.is_answered and "The year of Trial 01 was not seen" in by_year.words


@pytest.mark.parametrize("condition", SHOWN)
def test_of_the_base_as_it_stands_every_pool_says_what_it_cannot_answer(condition: Condition) -> None:
    """H-071: no pool of this base has the studies for a regression, a funnel's test, a network or three levels."""
    page = sure_page_of(Asked(condition))
    assert page.pools
    for pool in page.pools:
        assert len(pool.answered) + len(pool.unanswered) == QUESTIONS
        assert len(pool.domains) >= 5 and pool.started
        assert not any("egression" in one.asks or "Network" in one.asks for one in pool.answered)
        for one in pool.answered:
            cells = [cell for row in (one.table.rows if one.table else ()) for cell in row]
            assert not any(cell in ("nan", "inf") for cell in cells)


def test_the_page_stands_beside_the_disorders_own(page: Callable[..., str]) -> None:
    told = page("sure", "sad", query="?route=iv")
    assert "Too few studies (k = 1; needs 10)." in told
    assert "Risk of bias" in told and "Imprecision" in told
    assert page("disorder", "sad").count("/disorder/sad/sure/") == 1


def test_every_number_of_the_invented_dozen_is_finite(of_many: tuple[Probe, ...]) -> None:
    numbers = [
        float(x)
        for one in of_many
        if one.table
        for row in one.table.rows
        for x in re.findall(r"\d+\.\d+", " ".join(row))
    ]
    assert len(numbers) > 50 and all(isfinite(x) for x in numbers)


def test_what_ships_is_what_was_asked() -> None:
    assert Asked(Condition.SAD).base == shipped()
