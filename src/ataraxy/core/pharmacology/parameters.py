"""The parameters of each person: the typical value, what their covariates do to it, and how they differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol as Shape

import numpy as np

from ataraxy.core.pharmacology.draws import Draws, normals, uniforms
from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.model import (
    Covariance,
    Parameter,
    PkModel,
    Scaling,
    ScalingKind,
    Spread,
    Variation,
)
from ataraxy.core.pharmacology.people import FloatArray, People
from ataraxy.core.pharmacology.units import KNOWN

PARAMETERS, RESPONDERS, OCCASIONS = 0, 900, 1000  # streams of draws; an effect's own starts at 100


class Varied(Shape):
    """What both kinds of model have."""

    @property
    def parameters(self) -> tuple[Parameter, ...]: ...
    @property
    def between(self) -> tuple[Variation, ...]: ...
    @property
    def between_covariances(self) -> tuple[Covariance, ...]: ...


def covariance_matrix(variations: Sequence[Variation], covariances: Sequence[Covariance]) -> FloatArray:
    """The covariance of the etas, in the order of ``variations``; shape (k, k)."""
    matrix = np.diag([float(v.variance) for v in variations]).reshape(len(variations), len(variations))
    place = {v.parameter: i for i, v in enumerate(variations)}
    for covariance in covariances:
        i, j = place[covariance.first], place[covariance.second]
        matrix[i, j] = matrix[j, i] = float(covariance.value)
    return matrix


def root_of(matrix: FloatArray) -> FloatArray:
    """A lower triangle L with L L' the matrix; a variance of zero is allowed."""
    root = np.zeros_like(matrix)
    for j in range(len(matrix)):
        left = matrix[j, j] - root[j, :j] @ root[j, :j]
        root[j, j] = np.sqrt(max(left, 0.0))
        if root[j, j] > 0:
            root[j + 1 :, j] = (matrix[j + 1 :, j] - root[j + 1 :, :j] @ root[j, :j]) / root[j, j]
    return root


def draw_etas(model: Varied, people: People, draws: Draws | None, stream: int = PARAMETERS) -> FloatArray:
    """How each person differs from the typical one; shape (len(model.between), N), zeros without draws."""
    k = len(model.between)
    if draws is None or not draws.between or k == 0:
        return np.zeros((k, len(people)))
    return _correlate(
        covariance_matrix(model.between, model.between_covariances),
        normals(draws.seed, people.number, k, stream, compiled=draws.compiled),
    )


def draw_occasion_etas(model: PkModel, people: People, draws: Draws | None, occasion: int) -> FloatArray:
    """How this person differs from themselves on this occasion; shape (len(model.occasion), N)."""
    k = len(model.occasion)
    if draws is None or not draws.occasions or k == 0:
        return np.zeros((k, len(people)))
    return _correlate(
        covariance_matrix(model.occasion, model.occasion_covariances),
        normals(draws.seed, people.number, k, OCCASIONS + occasion, compiled=draws.compiled),
    )


def responds(share: FloatArray, people: People, draws: Draws | None, place: int) -> FloatArray:
    """1.0 for a person who responds, 0.0 for one who does not; without draws the share itself."""
    if draws is None or not draws.between:
        return share
    yes: FloatArray = (uniforms(draws.seed, people.number, 1, RESPONDERS + place)[0] < share).astype(
        np.float64
    )
    return yes


def _correlate(covariance: FloatArray, standard: FloatArray) -> FloatArray:
    """Row by row with plain additions, so that the last bit does not depend on how many people there are."""
    root = root_of(covariance)
    etas = np.zeros_like(standard)
    for i in range(len(root)):
        for j in range(i + 1):
            if root[i, j] != 0.0:
                etas[i] += root[i, j] * standard[j]
    return etas


def parameter_values(
    model: PkModel, people: People, etas: FloatArray, occasion_etas: FloatArray
) -> dict[str, FloatArray]:
    """Every parameter of every person in the engine's units (mg, L, min, ng/mL); each of shape (N,)."""
    values = typical_values(model.parameters, people)
    vary(values, model.between, etas)
    vary(values, model.occasion, occasion_etas)
    return values


def effect_values(effect: EffectModel, people: People, etas: FloatArray) -> dict[str, FloatArray]:
    """The same for an effect, its names prefixed by the effect's id."""
    values = typical_values(effect.parameters, people)
    vary(values, effect.between, etas)
    return {f"{effect.id}/{name}": value for name, value in values.items()}


def typical_values(parameters: Sequence[Parameter], people: People) -> dict[str, FloatArray]:
    """Typical values after covariates, before anyone differs."""
    values = {}
    for parameter in parameters:
        unit = KNOWN[parameter.unit]
        value = np.full(len(people), float(parameter.value))
        if unit.per_kg:
            value = value * people.weight_kg
        for scaling in parameter.scalings:
            value = _scaled(value, scaling, people)
        values[parameter.name] = value * unit.to_engine
    return values


def _scaled(value: FloatArray, scaling: Scaling, people: People) -> FloatArray:
    column = getattr(people, scaling.covariate.value)
    amount = float(scaling.amount)
    if scaling.kind is ScalingKind.TIMES:
        return np.where(column == scaling.equals, value * amount, value)
    number: FloatArray = column.astype(np.float64)
    reference = float(scaling.reference or 0)
    if scaling.kind is ScalingKind.ABOVE:
        return value + amount * np.maximum(number - reference, 0.0)
    scaled: FloatArray = value * (number / reference) ** amount
    return scaled


def vary(values: dict[str, FloatArray], variations: Sequence[Variation], etas: FloatArray) -> None:
    """Let people differ, in place: times exp(eta), or eta added to the logit."""
    for variation, eta in zip(variations, etas, strict=True):
        typical = values[variation.parameter]
        if variation.spread is Spread.LOGIT:
            odds = typical / (1.0 - typical) * np.exp(eta)
            values[variation.parameter] = odds / (1.0 + odds)
        else:
            values[variation.parameter] = typical * np.exp(eta)
