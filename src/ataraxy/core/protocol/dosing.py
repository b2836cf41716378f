"""Dose arithmetic, done once and step by step, so that a clinician can follow every number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Protocol, Route

MG, ML, ML_PER_H, MG_PER_MIN = Decimal("0.1"), Decimal("0.01"), Decimal("0.1"), Decimal("0.0001")

# Outside these an adult's weight is taken for a slip of the keyboard: proposed here, not clinical limits.
LIGHTEST_KG, HEAVIEST_KG = Decimal(30), Decimal(350)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the arithmetic, as it is shown."""

    label: str
    formula: str
    result: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class DosePlan:
    """What to draw up and how fast to give it. The infusion's fields are None for an injection.

    ``mg`` is rounded down to 0.1 mg, so no rounding passes a cap; everything after it is worked out from the
    rounded mg. Volumes are rounded down to 0.01 mL, so never more is drawn up than ordered; ``held_mg`` is what
    the volume of stock really holds. mL/h are rounded to 0.1.
    """

    route: Route
    mg_per_kg: Decimal  # as ordered
    weight_kg: Decimal
    mg: Decimal
    capped: bool
    stock_ml: Decimal
    held_mg: Decimal
    steps: tuple[Step, ...]
    duration_min: int | None = None
    concentration_mg_per_ml: Decimal | None = None
    infusion_ml: Decimal | None = None
    diluent_ml: Decimal | None = None
    rate_mg_per_min: Decimal | None = None
    rate_ml_per_h: Decimal | None = None
    sprays: int | None = None  # into the nose: whole ones only, one after the other
    spray_mg: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Infusion:
    infusion_ml: Decimal
    diluent_ml: Decimal
    rate_mg_per_min: Decimal
    rate_ml_per_h: Decimal


def plan_dose(protocol: Protocol, mg_per_kg: Decimal, weight_kg: Decimal) -> DosePlan:
    """The dose for one person on one day.

    Raises:
        InputRefused: an impossible weight, or a dose per kg the protocol does not allow.
    """
    _check_weight(weight_kg)
    _check_dose(protocol, mg_per_kg)
    dose, stock = protocol.dose, protocol.drug.stock_mg_per_ml
    mg, capped, steps = _mg(protocol, mg_per_kg, weight_kg)
    sprays = None
    if dose.spray_mg is not None:
        sprays = _sprays(mg, dose.spray_mg)
        words = f"{mg} mg / {dose.spray_mg} mg each, whole sprays only: {sprays}"
        mg = sprays * dose.spray_mg
        steps.append(Step("Sprays", words, mg, "mg"))
    # Hazard: rounded half up, a volume would hold up to 0.25 mg more than ordered, at 50 mg/mL.
    stock_ml = (mg / stock).quantize(ML, ROUND_DOWN)
    if stock_ml <= 0:
        raise InputRefused(f"{mg} mg is less than {ML} mL of stock.", "Check the dose.", "mg_per_kg")
    held_mg = _held(stock_ml, stock)
    steps.append(Step("Volume of stock", f"{mg} mg / {stock} mg/mL, rounded down to {ML}", stock_ml, "mL"))
    steps.append(Step("The volume holds", f"{stock_ml} mL x {stock} mg/mL", held_mg, "mg"))
    plan = DosePlan(
        dose.route,
        mg_per_kg,
        weight_kg,
        mg,
        capped,
        stock_ml,
        held_mg,
        tuple(steps),
        sprays=sprays,
        spray_mg=dose.spray_mg,
    )
    if dose.duration_min is None or dose.infusion_mg_per_ml is None:
        return plan
    infusion = _infusion(mg, stock_ml, dose.duration_min, dose.infusion_mg_per_ml)
    shown = tuple(_infusion_steps(infusion, mg, stock_ml, dose.duration_min, dose.infusion_mg_per_ml))
    return DosePlan(
        route=dose.route,
        mg_per_kg=mg_per_kg,
        weight_kg=weight_kg,
        mg=mg,
        capped=capped,
        stock_ml=stock_ml,
        held_mg=held_mg,
        steps=(*plan.steps, *shown),
        duration_min=dose.duration_min,
        concentration_mg_per_ml=dose.infusion_mg_per_ml,
        infusion_ml=infusion.infusion_ml,
        diluent_ml=infusion.diluent_ml,
        rate_mg_per_min=infusion.rate_mg_per_min,
        rate_ml_per_h=infusion.rate_ml_per_h,
    )


def _check_weight(weight_kg: Decimal) -> None:
    if not weight_kg.is_finite() or weight_kg <= 0:
        raise InputRefused(f"A weight of {weight_kg} kg is not a weight.", "Weigh the patient.", "weight_kg")
    if not LIGHTEST_KG <= weight_kg <= HEAVIEST_KG:
        raise InputRefused(
            f"A weight of {weight_kg} kg is not plausible for an adult.",
            "Check the entry: is it in kg, is the decimal point right?",
            "weight_kg",
        )


def _check_dose(protocol: Protocol, mg_per_kg: Decimal) -> None:
    if not mg_per_kg.is_finite() or mg_per_kg <= 0:
        raise InputRefused(f"{mg_per_kg} mg/kg is not a dose.", "Enter a dose above zero.", "mg_per_kg")
    cap = protocol.dose.cap_mg_per_kg
    if mg_per_kg > cap:
        raise InputRefused(
            f"{mg_per_kg} mg/kg is above the protocol's cap of {cap} mg/kg.",
            "Choose a dose the protocol allows.",
            "mg_per_kg",
        )


def _mg(protocol: Protocol, mg_per_kg: Decimal, weight_kg: Decimal) -> tuple[Decimal, bool, list[Step]]:
    """The mg, whether the cap cut it, and the lines that say so."""
    cap = protocol.dose.cap_mg
    by_weight = mg_per_kg * weight_kg
    capped = by_weight > cap
    mg = min(by_weight, cap).quantize(MG, ROUND_DOWN)
    if mg <= 0:
        raise InputRefused(
            f"{mg_per_kg} mg/kg for {weight_kg} kg is less than {MG} mg.", "Check the dose.", "mg_per_kg"
        )
    steps = [Step("By weight", f"{mg_per_kg} mg/kg x {weight_kg} kg", by_weight, "mg")]
    if capped:
        steps.append(Step("Cap", f"{by_weight} mg is above the protocol's cap: {cap} mg instead", cap, "mg"))
    steps.append(Step("Dose", f"rounded down to {MG} mg, so never above a cap", mg, "mg"))
    return mg, capped, steps


def _sprays(mg: Decimal, spray_mg: Decimal) -> int:
    """Hazard: rounded up, the last spray would pass the dose that was ordered."""
    whole = int(mg // spray_mg)
    if whole < 1:
        raise InputRefused(
            f"{mg} mg is less than one spray of {spray_mg} mg.", "Check the dose.", "mg_per_kg"
        )
    return whole


def _held(stock_ml: Decimal, stock_mg_per_ml: Decimal) -> Decimal:
    """The mg in a volume, to 0.1 mg where that is exact."""
    held = stock_ml * stock_mg_per_ml
    short = held.quantize(MG, ROUND_DOWN)
    return short if short == held else held


def _infusion(mg: Decimal, stock_ml: Decimal, duration_min: int, mg_per_ml: Decimal) -> _Infusion:
    infusion_ml = (mg / mg_per_ml).quantize(ML, ROUND_DOWN)
    if infusion_ml < stock_ml:
        raise InputRefused(
            f"The infusion ({mg_per_ml} mg/mL) would be stronger than the stock.",
            "Correct the protocol file.",
        )
    return _Infusion(
        infusion_ml=infusion_ml,
        diluent_ml=infusion_ml - stock_ml,
        rate_mg_per_min=(mg / duration_min).quantize(MG_PER_MIN, ROUND_HALF_UP),
        rate_ml_per_h=(mg / mg_per_ml * 60 / duration_min).quantize(ML_PER_H, ROUND_HALF_UP),
    )


def _infusion_steps(
    infusion: _Infusion, mg: Decimal, stock_ml: Decimal, duration_min: int, mg_per_ml: Decimal
) -> Iterator[Step]:
    total, rate = infusion.infusion_ml, infusion.rate_mg_per_min
    yield Step("Volume of infusion", f"{mg} mg / {mg_per_ml} mg/mL, rounded down to {ML}", total, "mL")
    yield Step("Diluent", f"{total} mL - {stock_ml} mL of stock", infusion.diluent_ml, "mL")
    yield Step("Rate", f"{mg} mg / {duration_min} min, rounded to {MG_PER_MIN}", rate, "mg/min")
    formula = f"{mg} mg / {mg_per_ml} mg/mL / {duration_min} min x 60, rounded to {ML_PER_H}"
    yield Step("Pump", formula, infusion.rate_ml_per_h, "mL/h")
