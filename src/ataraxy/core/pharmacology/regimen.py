"""What was given, by which way and when, in minutes from the start."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.model import Enantiomer, PkRoute

SALT_PER_BASE = 1.153  # mg of ketamine hydrochloride that hold one mg of ketamine base


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose of ketamine base: ``mg``, or ``mg_per_kg`` of body weight up to ``most_mg``.

    ``duration_min`` 0 is a bolus, a spray, an injection, a swallow; above 0 an even infusion.

    Raises:
        InputRefused: neither or both amounts, or a number that is negative or not one.
    """

    route: PkRoute
    start_min: float
    mg: float | None = None
    mg_per_kg: float | None = None
    duration_min: float = 0.0
    most_mg: float = math.inf
    enantiomer: Enantiomer = Enantiomer.RACEMIC

    def __post_init__(self) -> None:
        if (self.mg is None) == (self.mg_per_kg is None):
            raise InputRefused("A dose says its amount once.", "Give either mg or mg per kg, not both.", "mg")
        amount = self.mg if self.mg is not None else self.mg_per_kg
        for field, value in (("mg", amount), ("duration_min", self.duration_min), ("most_mg", self.most_mg)):
            if value is None or math.isnan(value) or value < 0:
                raise InputRefused(f"{field} is {value}.", "Give a number not below zero.", field)
        if (
            not math.isfinite(self.start_min)
            or not math.isfinite(self.duration_min)
            or math.isinf(amount or 0)
        ):
            raise InputRefused("A dose has no finite time or amount.", "Give plain numbers.", "start_min")


Regimen = tuple[Dose, ...]


@dataclass(frozen=True, slots=True)
class RateChange:
    """From ``at_min`` on the pump runs at ``mg_per_min``; 0 is a pause or the end."""

    at_min: float
    mg_per_min: float


def infusion_as_run(
    changes: Sequence[RateChange], until_min: float, enantiomer: Enantiomer = Enantiomer.RACEMIC
) -> Regimen:
    """An infusion as it really ran: one even piece between each change of the pump's rate and the next.

    Raises:
        InputRefused: changes out of order, a rate below zero, or an end before the last change.
    """
    times = [change.at_min for change in changes]
    if times != sorted(times) or (times and until_min < times[-1]):
        raise InputRefused(
            "The changes of the pump are not in the order of time.", "Give them as they happened.", "at_min"
        )
    ends = [*times[1:], until_min]
    return tuple(
        Dose(
            PkRoute.INTRAVENOUS,
            change.at_min,
            mg=_not_negative(change.mg_per_min) * (end - change.at_min),
            duration_min=end - change.at_min,
            enantiomer=enantiomer,
        )
        for change, end in zip(changes, ends, strict=True)
        if end > change.at_min and change.mg_per_min != 0
    )


def _not_negative(rate: float) -> float:
    if not rate >= 0 or math.isinf(rate):
        raise InputRefused(f"A rate of {rate} mg/min cannot be.", "Give a rate not below zero.", "mg_per_min")
    return rate


def base_mg(hydrochloride_mg: float) -> float:
    """mg of base in that much of the hydrochloride. Clinic labels count base."""
    return hydrochloride_mg / SALT_PER_BASE
