"""Virtual people: what they are like, and that they stay themselves however they are grouped."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.populations import load_population
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.people import People
from ataraxy.core.pharmacology.population import (
    Distribution,
    Quantile,
    Share,
    draw_people,
    problems_of_population,
    quantile,
)
from ataraxy.core.protocol.types import Status

CLINIC, STUDIES = load_population("clinic-adults"), load_population("perez-ruixo-2021")
SAID = ("ataraxy-proposal", Status.PROPOSED)
SEEDS = st.integers(0, 2**63 - 1)


def same(one: People, other: People) -> bool:
    return all(np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(People))


def joined(parts):
    return People(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(People)))


@given(SEEDS, st.integers(1, 60), st.integers(0, 60), st.integers(0, 10**9))
def test_people_are_themselves_however_they_are_grouped(seed, count, cut, first):
    cut = min(cut, count)
    whole = draw_people(CLINIC, count, seed, first)
    parts = [draw_people(CLINIC, cut, seed, first), draw_people(CLINIC, count - cut, seed, first + cut)]
    assert same(whole, joined(parts))


@given(SEEDS)
def test_another_seed_is_other_people(seed):
    one, other = draw_people(CLINIC, 20, seed), draw_people(CLINIC, 20, (seed + 1) % 2**63)
    assert not np.array_equal(one.weight_kg, other.weight_kg)


def test_the_first_people_of_a_seed_stay_who_they_were():
    """Pinned, so that no release quietly draws other people for an old seed."""
    people = draw_people(CLINIC, 3, 20261123)
    assert list(people.number) == [0, 1, 2]
    assert people.weight_kg == pytest.approx(
        [109.9350624619104, 63.41528253438381, 93.85912490936973], abs=1e-9
    )
    assert set(people.sex) == {"male"}


def test_the_people_of_the_esketamine_studies_are_like_them():
    """Perez-Ruixo 2021, table 2: 18 to 86 years (45), 39 to 170 kg (74), 58.4 % female, 13.7 % Asian."""
    people = draw_people(STUDIES, 200_000, 5)
    assert np.median(people.age_years) == pytest.approx(45, abs=0.3)
    assert np.median(people.weight_kg) == pytest.approx(74, abs=0.3)
    assert people.age_years.min() >= 18 and people.age_years.max() <= 86
    assert people.weight_kg.min() >= 39 and people.weight_kg.max() <= 170
    assert np.mean(people.sex == "female") == pytest.approx(0.584, abs=0.005)
    assert np.mean(np.isin(people.ancestry, ["asian", "japanese"])) == pytest.approx(0.137, abs=0.004)
    assert np.mean(people.ancestry == "japanese") == pytest.approx(0.137 * 0.643, abs=0.004)
    assert np.mean(people.disorder == "depression") == pytest.approx(0.688, abs=0.005)
    assert set(people.comedication) == {""}


def test_men_and_women_of_the_clinic_differ_in_height():
    people = draw_people(CLINIC, 20_000, 5)
    heights = [np.median(people.height_cm[people.sex == sex]) for sex in ("female", "male")]
    assert heights == pytest.approx([163, 177], abs=0.5)


@given(st.lists(st.floats(1e-12, 1 - 1e-12), min_size=1, max_size=30))
def test_a_quantile_grows_with_its_share_and_stays_inside(shares):
    for distribution in (*CLINIC.weight_kg, *STUDIES.age_years):
        found = quantile(distribution, np.sort(np.array(shares)))
        assert np.all(np.diff(found) >= 0)
        assert float(distribution.quantiles[0].value) <= found[0]
        assert found[-1] <= float(distribution.quantiles[-1].value)


def test_a_quantile_of_the_file_is_met():
    for row in STUDIES.weight_kg[0].quantiles:
        found = quantile(STUDIES.weight_kg[0], np.array([float(row.share)]))
        assert found[0] == pytest.approx(float(row.value))


def test_nobody_is_nobody():
    assert len(draw_people(CLINIC, 0, 1)) == 0


@pytest.mark.parametrize(("count", "seed", "first"), [(-1, 0, 0), (1, 0, -1), (1, -1, 0), (1, 2**63, 0)])
def test_an_impossible_draw_is_refused(count, seed, first):
    with pytest.raises(InputRefused):
        draw_people(CLINIC, count, seed, first)


def curve(*points, sex=None):
    rows = tuple(Quantile(Decimal(str(s)), Decimal(str(v)), *SAID) for s, v in points)
    return Distribution(rows, sex)


FAULTS = {
    "nobody is told": (replace(CLINIC, age_years=()), "not told for everybody"),
    "one sex is missing": (replace(CLINIC, height_cm=CLINIC.height_cm[:1]), "not told for everybody"),
    "told twice": (replace(CLINIC, age_years=CLINIC.age_years * 2), "not told for everybody"),
    "no most": (replace(CLINIC, age_years=(curve((0, 18), (0.9, 60)),)), "share 0 to share 1"),
    "out of order": (
        replace(CLINIC, age_years=(curve((0, 18), (0.5, 60), (0.4, 50), (1, 80)),)),
        "ascending",
    ),
    "older, younger": (replace(CLINIC, age_years=(curve((0, 18), (0.5, 60), (1, 50)),)), "ascending"),
    "a child": (replace(CLINIC, age_years=(curve((0, 8), (1, 80)),)), "No adult"),
    "kilograms as pounds": (replace(CLINIC, weight_kg=(curve((0, 100), (1, 400)),)), "No adult"),
    "shares beyond one": (replace(CLINIC, sex=(Share("female", Decimal(1), *SAID),) * 2), "do not add to 1"),
    "twice the same": (replace(CLINIC, sex=(Share("female", Decimal("0.5"), *SAID),) * 2), "stands twice"),
    "a word nobody knows": (
        replace(CLINIC, ancestry=(Share("elf", Decimal(1), *SAID),)),
        "'elf' is not known",
    ),
    "nothing left out": (replace(CLINIC, leaves_out=()), "leaves nothing out"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_a_cure(fault):
    spec, said = FAULTS[fault]
    problems = problems_of_population(spec)
    assert any(said in problem.cause for problem in problems)
    assert all(problem.cure for problem in problems)


def test_what_ships_has_no_problem():
    assert problems_of_population(CLINIC) == problems_of_population(STUDIES) == ()
