"""The dose of today: what would be given now, every number of it, and everything that speaks against it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from ataraxy.core.chart.chart import Chart
from ataraxy.core.chart.events import GrantKind
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.dosing import DosePlan, plan_dose
from ataraxy.core.protocol.types import Measure, Protocol
from ataraxy.core.session.dose import MG_STEP
from ataraxy.core.session.events import DoseStarted
from ataraxy.core.session.state import SessionState

PER_KG_STEP = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Shown:
    """The numbers a person saw in step 1, as text; step 2 sends them back and they must still be the same."""

    mg: str
    mg_per_kg: str
    weight_kg: str
    rate: str  # mL/h; empty for an injection


def dose_of_today(protocol: Protocol, state: SessionState) -> DosePlan:
    """The planned dose at the weight measured today.

    Raises:
        InputRefused: no weight was measured, or the arithmetic refuses it.
    """
    if state.planned_mg_per_kg is None:
        raise InputRefused("This session was never opened.", "Book it again.")
    weight = state.latest(Measure.WEIGHT)
    if weight is None:
        raise InputRefused("The weight was not measured today.", "Weigh the patient first.", "weight_kg")
    return plan_dose(protocol, state.planned_mg_per_kg, weight.value)


def shown(plan: DosePlan) -> Shown:
    """The numbers of a plan as step 1 shows them."""
    rate = "" if plan.rate_ml_per_h is None else str(plan.rate_ml_per_h)
    return Shown(str(plan.mg), str(plan.mg_per_kg), str(plan.weight_kg), rate)


def started(
    plan: DosePlan, syringe: UUID | None = None, *, already_in: bool = False, past: str = ""
) -> DoseStarted:
    """The event that begins this dose. ``mg_per_kg`` is what is really given, after cap and rounding.

    An injection is what its syringe holds; sprays are those that are planned.
    """
    rounded = plan.capped or plan.sprays is not None
    given = plan.mg_per_kg if not rounded else (plan.mg / plan.weight_kg).quantize(PER_KG_STEP)
    return DoseStarted(
        mg=plan.mg if plan.duration_min is not None else plan.held_mg,
        mg_per_kg=given,
        weight_kg=plan.weight_kg,
        route=plan.route,
        duration_min=plan.duration_min,
        rate_mg_per_min=plan.rate_mg_per_min,
        concentration_mg_per_ml=plan.concentration_mg_per_ml,
        syringe=syringe,
        sprays=plan.sprays,
        spray_mg=plan.spray_mg,
        already_in=already_in,
        past=past,
    )


def unplanned(
    protocol: Protocol, state: SessionState, mg: Decimal | None, syringe: UUID | None = None
) -> DoseStarted:
    """An injection or a first spray that is in though its dose cannot be worked out: the mg as told, unchecked.

    Hazard: nobody weighed the patient, so what went in is refused, and the mg in them are counted too low ever after.

    Raises:
        InputRefused: an infusion, which is not in at once; or nobody says how much it was.
    """
    dose, weight = protocol.dose, state.latest(Measure.WEIGHT)
    if dose.duration_min is not None:
        raise InputRefused("An infusion is not in at once.", "Start it, or stop it and say what is in.")
    told = dose.spray_mg if dose.spray_mg is not None else mg
    if told is None or told <= 0:
        raise InputRefused("It is not known how much went in.", "Say how many mg it was.", "told_mg")
    per_kg = (told / weight.value).quantize(PER_KG_STEP) if weight else None
    return DoseStarted(
        mg=told,
        mg_per_kg=per_kg,
        weight_kg=weight.value if weight else None,
        route=dose.route,
        syringe=syringe,
        sprays=None if dose.spray_mg is None else 1,
        spray_mg=dose.spray_mg,
        already_in=True,
    )


def is_other_mg(told: Decimal, planned: Decimal) -> bool:
    """Whether another amount went in than was planned."""
    return abs(told - planned) >= MG_STEP


def consent_gap(chart: Chart, protocol: Protocol) -> str | None:
    """Why no treatment consent is in force on this very protocol text, or None."""
    if GrantKind.TREATMENT in chart.grants_in_force(protocol.id, protocol.version, protocol.sha256):
        return None
    signed = any(GrantKind.TREATMENT in consent.in_force for consent in chart.consents)
    return (
        "the consent is for another version of the protocol" if signed else "no treatment consent is in force"
    )
