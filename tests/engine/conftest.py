"""A small work: the clinic's infusion in virtual people, told in full."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ataraxy.catalog.effects import load_effect
from ataraxy.catalog.load import protocols
from ataraxy.catalog.pk import load_model
from ataraxy.catalog.populations import load_population
from ataraxy.core.pharmacology.simulate import Tier
from ataraxy.engine.crowd import crowd_of
from ataraxy.engine.plan import USUAL_EFFECTS, Planned, plan


@pytest.fixture(scope="session")
def planned() -> Callable[..., Planned]:
    """planned(count=300, model="otto-2021-both", chunk=100, tier=...) -> a planned work."""

    def make(
        count: int = 300,
        *,
        protocol: str = "iv-racemic-0.5",
        model: str = "kamp-2020-spread",
        effects: tuple[str, ...] = USUAL_EFFECTS,
        seed: int = 7,
        tier: Tier = Tier.NUMPY,
        **more: Any,
    ) -> Planned:
        found = plan(
            protocols()[protocol],
            load_model(model),
            crowd_of(load_population("clinic-adults")),
            [load_effect(name) for name in effects],
            count=count,
            seed=seed,
        )
        return replace(found, work=replace(found.work, tier=tier, **more))

    return make
