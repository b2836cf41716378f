"""The curve is the model's own, at the end of the infusion and in proportion to the dose."""

from __future__ import annotations

from decimal import Decimal

from ataraxy.clinic.plan.prediction import typical_curve
from ataraxy.clinic.plan.shelf import shelf
from ataraxy.core.protocol.dosing import plan_dose


def curve(protocol_id: str, mg_per_kg: str, weight: str) -> object:
    protocol = next(s.protocol for s in shelf() if s.protocol.id == protocol_id)
    return typical_curve(plan_dose(protocol, Decimal(mg_per_kg), Decimal(weight)))


def test_the_peak_is_the_published_one_at_the_end_of_the_infusion() -> None:
    """About 253 ng/mL arterial after 35 mg in 40 min for 70 kg (facts on Kamp 2020, doi 10.1016/j.bja.2020.06.067)."""
    shown = curve("iv-racemic-0.5", "0.5", "70")
    assert shown is not None
    peak = max(shown.ng_per_ml)  # type: ignore[attr-defined]
    assert shown.at_min[shown.ng_per_ml.index(peak)] == 40.0  # type: ignore[attr-defined]
    assert 250 < peak < 256


def test_no_curve_is_drawn_for_a_route_the_model_does_not_cover() -> None:
    assert curve("sc-ascending", "0.5", "70") is None
