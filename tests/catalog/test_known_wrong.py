"""What a file says is wrong with its late hours is what the engine gives: mended or worsened, the words must follow."""

from __future__ import annotations

import pytest

from ataraxy.catalog.effects import load_effect
from ataraxy.commands.validation.runs import crowds, injected, sprayed
from ataraxy.core.pharmacology.model import PkRoute

IV_MODELS = ("kamp-2020-spread", "otto-2021-both")
INJECTED = (PkRoute.SUBCUTANEOUS, PkRoute.INTRAMUSCULAR)


def above_4_at_2_h(crowd) -> float:
    return float((crowd.values[:, crowd.at_min == 120.0] > 4).mean())


def test_a_quarter_to_a_half_after_sprays_and_a_third_after_an_injection() -> None:
    words = load_effect("dissociation").known_wrong
    assert "a quarter (56 mg) to a half (84 mg)" in words and "about a third after 1 mg/kg" in words
    assert above_4_at_2_h(sprayed(56)) == pytest.approx(0.25, abs=0.05)
    assert above_4_at_2_h(sprayed(84)) == pytest.approx(0.5, abs=0.05)
    late = [above_4_at_2_h(injected(route)["dissociation"]) for route in INJECTED]
    assert sum(late) / 2 == pytest.approx(1 / 3, abs=0.05)


@pytest.mark.parametrize(
    ("effect", "left", "injected_left"), [("systolic", (3, 5), (7, 8)), ("diastolic", (2, 4), None)]
)
def test_so_many_mmhg_are_left_at_90_min(effect, left, injected_left) -> None:
    words = load_effect(effect).known_wrong
    assert f"{left[0]} to {left[1]} mmHg are left 90 min" in words
    for model in IV_MODELS:
        assert left[0] <= crowds(model)[effect].mean_at(90) <= left[1] + 0.5
    if injected_left:
        assert f"{injected_left[0]} to {injected_left[1]} mmHg after 1 mg/kg by injection" in words
        for route in INJECTED:
            rise = injected(route)[effect].mean_at(90)
            assert injected_left[0] - 0.5 <= rise <= injected_left[1] + 0.5
