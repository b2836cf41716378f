"""Dose arithmetic."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.dosing import HEAVIEST_KG, LIGHTEST_KG, plan_dose
from ataraxy.core.protocol.types import (
    Approval,
    Dose,
    Drug,
    Protocol,
    Route,
    Status,
    WeightBasis,
)

CAP_MG, CAP_MG_PER_KG, STOCK, INFUSION, MINUTES = Decimal(60), Decimal("0.5"), Decimal(50), Decimal(1), 40


def _protocol(dose):
    drug = Drug("ketamine", "racemic", "hydrochloride", "base", STOCK, "test", Status.LABEL)
    none = dict.fromkeys(
        (
            "indications",
            "eligibility",
            "consent",
            "course_rules",
            "arrival",
            "monitoring",
            "rules",
            "discharge",
            "check_ins",
        ),
        (),
    )
    return Protocol(
        "test", "1", "Test", ("nobody",), Approval.OFF_LABEL, "", "US", drug, dose, sha256="0" * 64, **none
    )


INFUSED = _protocol(
    Dose(
        "dose",
        "dose",
        "test",
        Status.TRIAL,
        Route.IV_INFUSION,
        WeightBasis.ACTUAL,
        CAP_MG,
        CAP_MG_PER_KG,
        MINUTES,
        INFUSION,
    )
)
INJECTED = _protocol(
    Dose("dose", "dose", "test", Status.TRIAL, Route.SUBCUTANEOUS, WeightBasis.ACTUAL, CAP_MG, CAP_MG_PER_KG)
)

WEIGHTS = st.decimals(LIGHTEST_KG, HEAVIEST_KG, places=1)
DOSES = st.decimals(Decimal("0.1"), CAP_MG_PER_KG, places=2)
PROTOCOLS = st.sampled_from((INFUSED, INJECTED))


# --- laws ----------------------------------------------------------------------------------------


@given(PROTOCOLS, DOSES, WEIGHTS)
def test_no_dose_passes_a_cap(protocol, mg_per_kg, weight_kg):
    plan = plan_dose(protocol, mg_per_kg, weight_kg)
    assert 0 < plan.mg <= CAP_MG
    assert plan.mg <= mg_per_kg * weight_kg <= CAP_MG_PER_KG * weight_kg
    assert plan.capped is (mg_per_kg * weight_kg > CAP_MG)


@given(PROTOCOLS, DOSES, WEIGHTS, WEIGHTS)
def test_a_heavier_person_never_gets_less(protocol, mg_per_kg, one, other):
    light, heavy = sorted((one, other))
    assert plan_dose(protocol, mg_per_kg, light).mg <= plan_dose(protocol, mg_per_kg, heavy).mg


@given(DOSES, WEIGHTS)
def test_the_same_weight_gives_the_same_dose_by_every_route(mg_per_kg, weight_kg):
    infused, injected = (plan_dose(p, mg_per_kg, weight_kg) for p in (INFUSED, INJECTED))
    assert (infused.mg, infused.stock_ml) == (injected.mg, injected.stock_ml)
    assert plan_dose(INFUSED, mg_per_kg, weight_kg) == infused


@given(DOSES, WEIGHTS)
def test_volumes_rates_and_mg_agree_within_their_rounding(mg_per_kg, weight_kg):
    plan = plan_dose(INFUSED, mg_per_kg, weight_kg)
    assert 0 <= plan.mg - plan.infusion_ml * INFUSION < Decimal("0.01") * INFUSION
    assert abs(plan.rate_mg_per_min * MINUTES - plan.mg) <= Decimal("0.00005") * MINUTES
    assert abs(plan.rate_ml_per_h * MINUTES / 60 * INFUSION - plan.mg) <= Decimal("0.05") * MINUTES / 60
    assert plan.stock_ml + plan.diluent_ml == plan.infusion_ml


@given(PROTOCOLS, DOSES, WEIGHTS, st.sampled_from(("10", "25", "50", "100")))
def test_what_is_drawn_up_never_holds_more_than_ordered(protocol, mg_per_kg, weight_kg, stock):
    """Hazard: half up to 0.01 mL is up to 0.25 mg too much at 50 mg/mL, also above a cap."""
    protocol = replace(protocol, drug=replace(protocol.drug, stock_mg_per_ml=Decimal(stock)))
    plan = plan_dose(protocol, mg_per_kg, weight_kg)
    assert plan.held_mg == plan.stock_ml * Decimal(stock)
    assert 0 <= plan.mg - plan.held_mg < Decimal("0.01") * Decimal(stock)


@given(PROTOCOLS, DOSES, WEIGHTS)
def test_every_number_of_the_plan_is_shown_with_its_arithmetic(protocol, mg_per_kg, weight_kg):
    plan = plan_dose(protocol, mg_per_kg, weight_kg)
    shown = {(step.result, step.unit) for step in plan.steps}
    assert {(plan.mg, "mg"), (plan.stock_ml, "mL"), (plan.held_mg, "mg")} <= shown
    if plan.infusion_ml is not None:
        assert {(plan.infusion_ml, "mL"), (plan.rate_ml_per_h, "mL/h")} <= shown
    assert all(step.formula for step in plan.steps)
    assert any("cap:" in step.formula for step in plan.steps) is plan.capped


# --- one person, worked by hand ------------------------------------------------------------------


def test_seventy_kilograms_at_half_a_milligram_worked_by_hand():
    """0.5 mg/kg over 40 min (Zarate 2006; Feder 2021): 35 mg, 0.70 mL of 50 mg/mL, 35 mL at 52.5 mL/h."""
    plan = plan_dose(INFUSED, Decimal("0.5"), Decimal(70))
    assert [str(n) for n in (plan.mg, plan.stock_ml, plan.infusion_ml, plan.diluent_ml)] == [
        "35.0",
        "0.70",
        "35.00",
        "34.30",
    ]
    assert (str(plan.rate_mg_per_min), str(plan.rate_ml_per_h)) == ("0.8750", "52.5")
    assert [step.label for step in plan.steps] == [
        "By weight",
        "Dose",
        "Volume of stock",
        "The volume holds",
        "Volume of infusion",
        "Diluent",
        "Rate",
        "Pump",
    ]


def test_an_injection_of_a_volume_between_two_marks_worked_by_hand():
    """0.5 mg/kg at 71.3 kg: 35.65, so 35.6 mg; of 50 mg/mL 0.712 mL, drawn to 0.71, which holds 35.5 mg."""
    plan = plan_dose(INJECTED, Decimal("0.5"), Decimal("71.3"))
    assert [str(n) for n in (plan.mg, plan.stock_ml, plan.held_mg)] == ["35.6", "0.71", "35.5"]
    high = plan_dose(INJECTED, Decimal("0.5"), Decimal("71.6"))  # 35.8 mg is 0.716 mL: half up would hold 36
    assert [str(n) for n in (high.mg, high.stock_ml, high.held_mg)] == ["35.8", "0.71", "35.5"]


def test_the_dose_is_rounded_down_and_the_rate_follows_the_rounded_dose():
    plan = plan_dose(INFUSED, Decimal("0.5"), Decimal("70.3"))  # 35.15 mg
    assert plan.mg == Decimal("35.1")
    assert plan.rate_mg_per_min == Decimal("0.8775")
    assert plan.rate_ml_per_h == Decimal("52.7")  # 52.65, a half goes up


def test_a_heavy_person_gets_the_cap_and_is_told():
    plan = plan_dose(INFUSED, Decimal("0.5"), Decimal(150))
    assert (plan.mg, plan.capped) == (Decimal("60.0"), True)
    assert "above the protocol's cap" in plan.steps[1].formula


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("weight", ["0", "-70", "NaN", "Infinity", "sNaN", "29.9", "350.1", "700"])
def test_an_implausible_weight_is_refused_beside_its_field(weight):
    with pytest.raises(InputRefused) as refused:
        plan_dose(INFUSED, Decimal("0.5"), Decimal(weight))
    assert refused.value.field == "weight_kg"
    assert refused.value.cure


@pytest.mark.parametrize("weight", ["30", "350"])
def test_the_ends_of_the_plausible_weights_are_taken(weight):
    assert plan_dose(INFUSED, Decimal("0.1"), Decimal(weight)).mg > 0


@pytest.mark.parametrize("mg_per_kg", ["0", "-0.5", "NaN", "0.51", "5"])
def test_a_dose_outside_the_protocol_is_refused(mg_per_kg):
    with pytest.raises(InputRefused) as refused:
        plan_dose(INFUSED, Decimal(mg_per_kg), Decimal(70))
    assert refused.value.field == "mg_per_kg"


def test_a_dose_too_small_to_draw_up_is_refused():
    with pytest.raises(InputRefused, match="less than"):
        plan_dose(INFUSED, Decimal("0.001"), Decimal(70))


def test_an_infusion_stronger_than_its_stock_is_refused():
    strong = replace(INFUSED, dose=replace(INFUSED.dose, infusion_mg_per_ml=Decimal(100)))
    with pytest.raises(InputRefused, match="stronger"):
        plan_dose(strong, Decimal("0.5"), Decimal(70))
