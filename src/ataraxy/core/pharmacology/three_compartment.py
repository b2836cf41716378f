"""Plasma concentration in a three-compartment model, in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

REFERENCE_KG = 70.0
CLEARANCE_POWER = 0.75  # CL and Q grow with weight to this power, volumes with weight itself


@dataclass(frozen=True, slots=True)
class ThreeCompartment:
    """One person's constants: volumes in L, clearances in L/min. Drug enters and leaves by the centre."""

    v1_l: float
    v2_l: float
    v3_l: float
    cl_l_per_min: float
    q2_l_per_min: float
    q3_l_per_min: float

    def __post_init__(self) -> None:
        values = (self.v1_l, self.v2_l, self.v3_l, self.cl_l_per_min, self.q2_l_per_min, self.q3_l_per_min)
        if not all(np.isfinite(v) and v > 0 for v in values):
            raise ValueError("every volume and clearance of the model is above zero")

    def scaled(self, weight_kg: float, reference_kg: float = REFERENCE_KG) -> ThreeCompartment:
        """The same model for another weight: clearances by weight^0.75, volumes by weight."""
        size = weight_kg / reference_kg
        flow = size**CLEARANCE_POWER
        return ThreeCompartment(
            self.v1_l * size,
            self.v2_l * size,
            self.v3_l * size,
            self.cl_l_per_min * flow,
            self.q2_l_per_min * flow,
            self.q3_l_per_min * flow,
        )


@dataclass(frozen=True, slots=True)
class InfusionStep:
    """``mg`` given evenly from ``start_min`` on; over 0 min it is a bolus."""

    start_min: float
    duration_min: float
    mg: float

    def __post_init__(self) -> None:
        if not (self.duration_min >= 0 and self.mg >= 0 and np.isfinite(self.start_min + self.mg)):
            raise ValueError("an infusion step has a finite start, a duration and an amount not below zero")


def plasma_mg_per_l(steps: Sequence[InfusionStep], model: ThreeCompartment, at_min: FloatArray) -> FloatArray:
    """Concentration in the central compartment, by superposition of steps.

    Args:
        steps: infusion steps; minutes from session start. May overlap, may be empty.
        model: one person's constants, already scaled to their weight.
        at_min: shape (n,), minutes from session start, any order.

    Returns:
        Shape (n,), mg/L (= mcg/mL). Zero before the first step; a bolus counts from its own minute on.

    Source: linear mammillary model; constants from catalog/pk_models/.
    """
    weight_per_l, rate_per_min = modes(model)
    at = np.asarray(at_min, dtype=np.float64)
    total = np.zeros_like(at)
    for step in steps:
        total += _one_step(step, weight_per_l, rate_per_min, at)
    return total


def modes(model: ThreeCompartment) -> tuple[FloatArray, FloatArray]:
    """The unit-bolus curve as a sum of exponentials: weights (1/L) and rates (1/min), slowest first.

    The flows between the volumes make a symmetric matrix; divided by the roots of the volumes it stays
    symmetric, so its eigenvalues are real and its eigenvectors orthonormal.
    """
    q2, q3 = model.q2_l_per_min, model.q3_l_per_min
    flows = np.array(
        [
            [model.cl_l_per_min + q2 + q3, -q2, -q3],
            [-q2, q2, 0.0],
            [-q3, 0.0, q3],
        ]
    )
    root = np.sqrt(np.array([model.v1_l, model.v2_l, model.v3_l]))
    rates, vectors = np.linalg.eigh(flows / np.outer(root, root))
    return vectors[0] ** 2 / model.v1_l, rates


def _one_step(step: InfusionStep, weight_per_l: FloatArray, rate: FloatArray, at: FloatArray) -> FloatArray:
    """While the step runs each mode fills towards its plateau; then each decays from where it was."""
    since = at - step.start_min
    started = since >= 0 if step.duration_min == 0 else since > 0
    since = np.where(started, since, 0.0)[..., np.newaxis]
    if step.duration_min == 0:
        shape = np.exp(-rate * since)
    else:
        ran = np.minimum(since, step.duration_min)
        shape = -np.expm1(-rate * ran) / (rate * step.duration_min) * np.exp(-rate * (since - ran))
    curve: FloatArray = np.where(started, step.mg * (shape @ weight_per_l), 0.0)
    return curve
