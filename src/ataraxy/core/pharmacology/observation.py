"""What was seen of a person: a plasma level, a blood pressure, a score, and how far it may lie from the truth."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.model import Residual
from ataraxy.core.pharmacology.units import CONCENTRATION, KNOWN

FREEDOM_RANGE = (2.0, 200.0)  # below 2 a t has no variance to speak of; above 200 it is the normal


@dataclass(frozen=True, slots=True)
class ResidualError:
    """How one observation differs from the model: assay, timing, model misfit, the scale's own noise.

    Either ``log_sd`` (normal on the log scale), or ``proportional_sd`` (fraction of the prediction) and
    ``additive_sd`` (the observation's unit) together: sd^2 = additive^2 + (proportional x prediction)^2.
    ``freedom``: Student's t with that many degrees, of that scale, where single readings go astray;
    None is the normal. ``lowest``/``highest``: the ends of a bounded scale, where values pile up.

    Raises:
        InputRefused: no spread at all, both kinds at once, or a number that cannot be.
    """

    log_sd: float = 0.0
    proportional_sd: float = 0.0
    additive_sd: float = 0.0
    freedom: float | None = None
    lowest: float = -math.inf
    highest: float = math.inf

    def __post_init__(self) -> None:
        for field in ("log_sd", "proportional_sd", "additive_sd"):
            _not_negative(getattr(self, field), field)
        linear = self.proportional_sd > 0 or self.additive_sd > 0
        if linear == (self.log_sd > 0):
            raise InputRefused(
                "A residual error is either on the log scale or not, and above zero.",
                "Give log_sd alone, or proportional_sd and additive_sd with at least one above zero.",
                "log_sd",
            )
        if self.freedom is not None and not FREEDOM_RANGE[0] <= self.freedom <= FREEDOM_RANGE[1]:
            raise InputRefused(
                f"Student's t cannot have {self.freedom} degrees of freedom here.",
                "Give 2 to 200 (4 resists outliers well), or leave it out for the normal.",
                "freedom",
            )
        if math.isnan(self.lowest) or math.isnan(self.highest) or not self.lowest < self.highest:
            raise InputRefused(
                f"A scale cannot run from {self.lowest} to {self.highest}.",
                "Give its lowest value below its highest.",
                "lowest",
            )
        if self.log_sd > 0 and self.bounded:
            raise InputRefused(
                "A scale with ends has no error on the log scale.", "Give additive_sd in points.", "log_sd"
            )

    @property
    def bounded(self) -> bool:
        return math.isfinite(self.lowest) or math.isfinite(self.highest)

    @property
    def needs_a_prediction_above_zero(self) -> bool:
        """Where nothing is predicted, this error explains no reading but nothing."""
        return self.additive_sd == 0


@dataclass(frozen=True, slots=True)
class Observation:
    """One reading: ``kind`` is an analyte or an endpoint, ``at_min`` from the start of the regimen.

    ``id`` is the device's or the form's own: the same id twice is one reading. ``below_limit``: the
    laboratory found less than ``value``.

    Raises:
        InputRefused: a value, time or unit that cannot be, with the field and the cure.
    """

    id: str
    kind: str
    at_min: float
    value: float
    unit: str
    residual: ResidualError
    below_limit: bool = False

    def __post_init__(self) -> None:
        if not (self.id and self.kind and self.unit):
            missing = next(field for field in ("id", "kind", "unit") if not getattr(self, field))
            raise InputRefused(f"An observation has no {missing}.", f"Give its {missing}.", missing)
        if not (math.isfinite(self.at_min) and math.isfinite(self.value)):
            wrong = "value" if math.isfinite(self.at_min) else "at_min"
            raise InputRefused(f"{wrong} is {getattr(self, wrong)}.", "Give a plain number.", wrong)
        if self.residual.needs_a_prediction_above_zero and self.value <= 0:
            raise InputRefused(
                f"{self.kind} of {self.value} {self.unit} has no likelihood under an error in proportion.",
                "Mark it below the limit of quantification and give the limit, or add additive_sd.",
                "value",
            )
        if not self.residual.lowest <= self.value <= self.residual.highest:
            raise InputRefused(
                f"{self.kind} of {self.value} lies off its scale.",
                f"Give {self.residual.lowest:g} to {self.residual.highest:g}.",
                "value",
            )


def distinct(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """Each reading once, in the order of time: what was sent twice counts once.

    Raises:
        InputRefused: one id with two different readings; nothing tells which is right.
    """
    by_id: dict[str, Observation] = {}
    for observation in observations:
        known = by_id.setdefault(observation.id, observation)
        if known != observation:
            raise InputRefused(
                f"Reading {observation.id} says {known.value:g} and {observation.value:g}.",
                "Leave out the one that was corrected.",
                "id",
            )
    return tuple(sorted(by_id.values(), key=lambda o: (o.at_min, o.kind, o.id)))


def in_unit(observation: Observation, unit: str) -> Observation:
    """The same reading in another unit of concentration; any other change of unit is refused.

    Raises:
        InputRefused: the two units do not measure the same, or are unknown.
    """
    if observation.unit == unit:
        return observation
    given, wanted = KNOWN.get(observation.unit), KNOWN.get(unit)
    if given is None or wanted is None or {given.dimension, wanted.dimension} != {CONCENTRATION}:
        raise InputRefused(
            f"{observation.kind} in {observation.unit} cannot be read as {unit}.",
            f"Give it in {unit}.",
            "unit",
        )
    factor = given.to_engine / wanted.to_engine
    error = observation.residual
    return replace(
        observation,
        value=observation.value * factor,
        unit=unit,
        residual=replace(
            error,
            additive_sd=error.additive_sd * factor,
            lowest=error.lowest * factor,
            highest=error.highest * factor,
        ),
    )


def residual_error(published: Residual, *, freedom: float | None = None) -> ResidualError:
    """A model's own residual error for samples in ng/mL; ``freedom`` for robustness against a bad sample."""
    return ResidualError(
        log_sd=float(published.log_sd),
        proportional_sd=float(published.proportional_sd),
        additive_sd=float(published.additive_ng_per_ml),
        freedom=freedom,
    )


def endpoint_error(effect: EffectModel, *, freedom: float | None = None) -> ResidualError:
    """An effect model's own residual error and the ends of its scale, in the effect's unit.

    Raises:
        InputRefused: the model does not say how far a reading lies from its curve.
    """
    if effect.residual_sd is None:
        raise InputRefused(
            f"{effect.name} does not say how far a reading lies from it.",
            "Leave such readings out, or give an error of their own.",
            "residual_sd",
        )
    return ResidualError(
        additive_sd=float(effect.residual_sd),
        freedom=freedom,
        lowest=-math.inf if effect.lowest is None else float(effect.lowest),
        highest=math.inf if effect.highest is None else float(effect.highest),
    )


def _not_negative(value: float, field: str) -> None:
    if not (value >= 0 and math.isfinite(value)):
        raise InputRefused(f"{field} is {value}.", "Give a number not below zero.", field)
