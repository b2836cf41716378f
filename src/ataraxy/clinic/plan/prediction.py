"""What a published model predicts for a typical person of this weight; a picture for understanding, never for dosing."""

from __future__ import annotations

import numpy as np

from ataraxy.catalog.typical import load_pk_model
from ataraxy.clinic.figures.types import PlannedDose, Plasma
from ataraxy.core.pharmacology.three_compartment import InfusionStep, plasma_mg_per_l
from ataraxy.core.protocol.dosing import DosePlan

UNTIL_MIN = 240.0
STEP_MIN = 2.0
NG_PER_ML = 1000.0  # of one mg/L


def typical_curve(dose: DosePlan) -> Plasma | None:
    """The typical curve of this dose; None where the model does not cover the route."""
    model = load_pk_model()
    if dose.route not in model.routes or dose.duration_min is None:
        return None
    at_min = np.arange(0.0, UNTIL_MIN + STEP_MIN, STEP_MIN)
    step = InfusionStep(0.0, float(dose.duration_min), float(dose.mg))
    curve = plasma_mg_per_l([step], model.for_weight(dose.weight_kg), at_min) * NG_PER_ML
    return Plasma(
        at_min=tuple(float(t) for t in at_min),
        ng_per_ml=tuple(float(c) for c in curve),
        doses=(PlannedDose(0.0, float(dose.duration_min), f"{dose.mg} mg over {dose.duration_min} min"),),
        model=model.name,
        site=model.sampling_site,
        leaves_out="; ".join(part.rstrip(".") for part in model.leaves_out),
        until_min=UNTIL_MIN,
    )
