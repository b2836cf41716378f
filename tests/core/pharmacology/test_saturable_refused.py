"""An elimination that saturates is never left out in silence."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from ataraxy.catalog.pk import load_model
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.audit import problems_of_model
from ataraxy.core.pharmacology.model import PkRoute, Saturable
from ataraxy.core.pharmacology.people import one_person
from ataraxy.core.pharmacology.regimen import Dose
from ataraxy.core.pharmacology.simulate import simulate


def test_a_model_that_saturates_is_refused_by_the_linear_engine() -> None:
    linear = load_model("kamp-2020")
    plain = replace(linear.parameters[0], scalings=())
    vmax = replace(plain, name="vmax", value=Decimal(5), unit="mg/min")
    km = replace(plain, name="km", value=Decimal("0.1"), unit="mg/L")
    model = replace(
        linear,
        parameters=(*linear.parameters, vmax, km),
        saturable=(Saturable("central", "vmax", "km"),),
    )
    assert not list(problems_of_model(model))
    dose = Dose(PkRoute.INTRAVENOUS, 0.0, mg=35.0, duration_min=40.0)
    with pytest.raises(InputRefused, match="saturates"):
        simulate(model, (dose,), one_person(70.0), np.array([40.0]))
