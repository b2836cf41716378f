"""A small model in closed form and a linear one whose posterior is known exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from ataraxy.core.pharmacology.observation import Observation, ResidualError
from ataraxy.core.pharmacology.prior import Prior


@dataclass(frozen=True)
class TwoCompartments:
    """35 mg over 40 min into two compartments: CL 80 L/h, V1 63 L, Q 120 L/h, V2 207 L, each 30 % apart."""

    at_min: np.ndarray
    prior: Prior

    def predict(self, etas, person=None):
        cl, v1, q, v2 = np.array([80 / 60, 63.0, 2.0, 207.0])[:, None] * np.exp(etas.T)
        k10, k12, k21 = cl / v1, q / v1, q / v2
        total = k10 + k12 + k21
        root = np.sqrt(total * total - 4 * k10 * k21)
        fast = (total + root) / 2
        slow = k10 * k21 / fast
        on = np.minimum(self.at_min, 40.0)
        parts = []
        for rate, weight in ((fast, (fast - k21) / (fast - slow)), (slow, (k21 - slow) / (fast - slow))):
            filled = -np.expm1(-rate[:, None] * on) * np.exp(-rate[:, None] * (self.at_min - on))
            parts.append((weight / v1 / rate)[:, None] * filled)
        return 1000 * 35 / 40 * (parts[0] + parts[1])

    def readings(self, values, residual, *, below=None):
        flags = [False] * len(values) if below is None else below
        return [
            Observation(f"s{i}", "ketamine", float(t), float(v), "ng/mL", residual, bool(b))
            for i, (t, v, b) in enumerate(zip(self.at_min, values, flags, strict=True))
        ]


@dataclass(frozen=True)
class Linear:
    """Predictions that are straight lines of the effects, with errors of fixed size: all is known exactly."""

    slopes: np.ndarray
    prior: Prior

    def predict(self, etas, person=None):
        return 100 + etas @ self.slopes.T

    def readings(self, values, sd):
        return [
            Observation(f"s{i}", "score", float(i), float(v), "points", ResidualError(additive_sd=sd))
            for i, v in enumerate(values)
        ]

    def exact(self, values, sd):
        """Mean, covariance and log evidence."""
        precision = np.linalg.inv(self.prior.covariance) + self.slopes.T @ self.slopes / sd**2
        covariance = np.linalg.inv(precision)
        mean = covariance @ self.slopes.T @ (np.asarray(values) - 100) / sd**2
        whole = self.slopes @ self.prior.covariance @ self.slopes.T + sd**2 * np.eye(len(values))
        away = np.asarray(values) - 100
        _, size = np.linalg.slogdet(2 * np.pi * whole)
        return mean, covariance, -0.5 * (away @ np.linalg.solve(whole, away) + size)


@pytest.fixture(scope="session")
def two_compartments() -> TwoCompartments:
    prior = Prior(("cl", "v1", "q", "v2"), 0.09 * np.eye(4) + 0.01)
    return TwoCompartments(np.array([40.0, 90.0, 180.0, 480.0]), prior)


@pytest.fixture(scope="session")
def linear() -> Linear:
    covariance = np.array([[0.5, 0.2, 0.0], [0.2, 0.4, -0.1], [0.0, -0.1, 0.3]])
    slopes = np.array([[3.0, 1.0, 0.0], [1.0, -2.0, 1.0], [0.5, 0.5, 4.0], [2.0, 0.0, -1.0]])
    return Linear(slopes, Prior(("a", "b", "c"), covariance))
