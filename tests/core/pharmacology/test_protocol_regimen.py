"""A protocol's dose as the engine is fed with it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ataraxy.catalog.load import protocols
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.inputs import dose_mg
from ataraxy.core.pharmacology.model import Enantiomer, PkRoute
from ataraxy.core.pharmacology.people import one_person
from ataraxy.core.pharmacology.protocol_regimen import (
    ROUTES,
    course_regimen,
    end_min,
    in_words,
    planned_doses,
    session_regimen,
)
from ataraxy.core.protocol.types import Route

IV, SC = protocols()["iv-racemic-0.5"], protocols()["sc-ascending"]


def test_an_infusion_is_given_over_its_minutes_by_weight_up_to_its_cap() -> None:
    (dose,) = session_regimen(IV)
    assert (dose.route, dose.mg_per_kg, dose.duration_min) == (PkRoute.INTRAVENOUS, 0.5, 40.0)
    assert dose.enantiomer is Enantiomer.RACEMIC
    assert dose_mg(dose, one_person(70))[0] == 35.0
    assert dose_mg(dose, one_person(150))[0] == float(IV.dose.cap_mg)
    assert in_words(dose) == "racemic ketamine 0.5 mg/kg intravenous over 40 min, at most 60 mg"


def test_an_injection_has_no_duration_and_the_largest_planned_dose_is_meant() -> None:
    (dose,) = session_regimen(SC)
    assert (dose.route, dose.mg_per_kg, dose.duration_min) == (PkRoute.SUBCUTANEOUS, 1.0, 0.0)
    assert planned_doses(SC) == (Decimal("0.25"), Decimal("0.5"), Decimal(1))


def test_a_dose_above_the_cap_is_refused_unless_only_looked_at() -> None:
    with pytest.raises(InputRefused, match="above the protocol's cap"):
        session_regimen(IV, Decimal("0.6"))
    (dose,) = session_regimen(IV, Decimal("0.6"), beyond_cap=True)
    assert (dose.mg_per_kg, dose.most_mg) == (0.6, 60.0)


@pytest.mark.parametrize("wrong", ["0", "-1", "NaN", "Infinity"])
def test_what_is_no_dose_is_refused(wrong: str) -> None:
    with pytest.raises(InputRefused, match="not a dose"):
        session_regimen(IV, Decimal(wrong))


def test_amounts_told_as_salt_hold_less_base() -> None:
    salt = replace(IV, drug=replace(IV.drug, amounts_as="salt"))
    (dose,) = session_regimen(salt)
    assert dose.mg_per_kg == pytest.approx(0.5 / 1.153)
    assert dose.most_mg == pytest.approx(60 / 1.153)


@pytest.mark.parametrize("slip", ["500", "35", "1e-400", "0.0005"])
def test_mg_and_micrograms_taken_for_mg_per_kg_are_refused_though_a_cap_would_hide_them(slip: str) -> None:
    with pytest.raises(InputRefused, match="the unit may be another") as refused:
        session_regimen(IV, Decimal(slip), beyond_cap=True)
    assert refused.value.field == "mg_per_kg" and "for example 0.5" in refused.value.cure


def test_a_form_no_model_knows_is_refused() -> None:
    with pytest.raises(InputRefused, match="no model is fed with"):
        session_regimen(replace(IV, drug=replace(IV.drug, form="mixed")))


def test_a_course_is_its_sessions_as_close_as_allowed() -> None:
    course = IV.indications[0].course
    regimen = course_regimen(IV, course)
    assert [dose.start_min for dose in regimen] == [n * course.least_days_apart * 1440 for n in range(6)]
    assert end_min(regimen) == 5 * course.least_days_apart * 1440 + 40


def test_every_route_of_a_protocol_is_a_route_of_the_engine() -> None:
    assert set(ROUTES) == set(Route)
