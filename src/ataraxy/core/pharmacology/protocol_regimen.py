"""From a protocol to what is simulated: the doses of a session or of a whole course, as the protocol gives them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from itertools import groupby

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.model import Enantiomer, PkRoute
from ataraxy.core.pharmacology.regimen import SALT_PER_BASE, Dose, Regimen
from ataraxy.core.protocol.types import Course, Protocol, Route

MIN_PER_DAY = 1440.0
LEAST_MG_PER_KG, MOST_MG_PER_KG = Decimal("0.001"), Decimal(10)  # outside, mg or micrograms were meant
ROUTES: Mapping[Route, PkRoute] = {
    Route.IV_INFUSION: PkRoute.INTRAVENOUS,
    Route.SUBCUTANEOUS: PkRoute.SUBCUTANEOUS,
    Route.INTRAMUSCULAR: PkRoute.INTRAMUSCULAR,
    Route.NASAL: PkRoute.NASAL,
}
FORMS: Mapping[str, Enantiomer] = {
    "racemic": Enantiomer.RACEMIC,
    "S": Enantiomer.S,
    "R": Enantiomer.R,
}


def planned_doses(protocol: Protocol) -> tuple[Decimal, ...]:
    """Every dose that a course of the protocol plans, mg/kg, each once, ascending."""
    return tuple(sorted({dose for i in protocol.indications for dose in i.course.doses_mg_per_kg}))


def session_regimen(
    protocol: Protocol, mg_per_kg: Decimal | None = None, *, start_min: float = 0.0, beyond_cap: bool = False
) -> Regimen:
    """One session of the protocol.

    Args:
        mg_per_kg: as ordered; None: the largest the protocol plans.
        start_min: when it starts.
        beyond_cap: a dose above the protocol's mg/kg may be looked at, never given. The cap in mg holds all the same.

    Returns:
        One dose by the protocol's route and duration, in mg of base, capped in mg. The clinic's rounding to 0.1 mg is
        left out.

    Raises:
        InputRefused: a dose the protocol does not allow, or a form of ketamine not known here.
    """
    planned = planned_doses(protocol)
    ordered = mg_per_kg if mg_per_kg is not None else planned[-1] if planned else protocol.dose.cap_mg_per_kg
    if not ordered.is_finite() or ordered <= 0:
        raise InputRefused(f"{ordered} mg/kg is not a dose.", "Give a dose above zero.", "mg_per_kg")
    if not LEAST_MG_PER_KG <= ordered <= MOST_MG_PER_KG:
        raise InputRefused(
            f"{ordered} mg/kg is no dose of ketamine: the unit may be another.",
            f"Give milligrams for each kilogram, from {LEAST_MG_PER_KG} to {MOST_MG_PER_KG}, for example 0.5.",
            "mg_per_kg",
        )
    if ordered > protocol.dose.cap_mg_per_kg and not beyond_cap:
        raise InputRefused(
            f"{ordered} mg/kg is above the protocol's cap of {protocol.dose.cap_mg_per_kg} mg/kg.",
            "Choose a dose the protocol allows.",
            "mg_per_kg",
        )
    base = _base(protocol)
    return (
        Dose(
            route=ROUTES[protocol.dose.route],
            start_min=start_min,
            mg_per_kg=float(ordered) * base,
            duration_min=float(protocol.dose.duration_min or 0),
            most_mg=float(protocol.dose.cap_mg) * base,
            enantiomer=_form(protocol),
        ),
    )


def course_regimen(protocol: Protocol, course: Course) -> Regimen:
    """A whole course, its sessions as close together as the protocol allows; minutes from the first dose.

    Raises:
        InputRefused: as ``session_regimen``.
    """
    doses: list[Dose] = []
    for number, mg_per_kg in enumerate(course.doses_mg_per_kg):
        start_min = number * course.least_days_apart * MIN_PER_DAY
        doses.extend(session_regimen(protocol, mg_per_kg, start_min=start_min))
    return tuple(doses)


def _base(protocol: Protocol) -> float:
    """mg of base in a mg as this file counts them."""
    return 1.0 if protocol.drug.amounts_as == "base" else 1.0 / SALT_PER_BASE


def _form(protocol: Protocol) -> Enantiomer:
    form = FORMS.get(protocol.drug.form)
    if form is None:
        raise InputRefused(
            f"The protocol gives {protocol.drug.form!r} ketamine, which no model is fed with.",
            f"Known forms: {', '.join(FORMS)}.",
            "drug",
        )
    return form


def end_min(regimen: Regimen) -> float:
    """When the last of the doses is in; 0 without doses."""
    return max((dose.start_min + dose.duration_min for dose in regimen), default=0.0)


def regimen_in_words(regimen: Regimen) -> str:
    """Every dose as a label, those that follow each other alike told once: "6 x racemic ketamine 0.5 mg/kg ..."."""
    told = [(words, len(list(alike))) for words, alike in groupby(in_words(dose) for dose in regimen)]
    return "; ".join(words if times == 1 else f"{times} x {words}" for words, times in told)


def in_words(dose: Dose) -> str:
    """A dose as a label: amount, route, duration, cap."""
    amount = f"{dose.mg_per_kg:g} mg/kg" if dose.mg_per_kg is not None else f"{dose.mg:g} mg"
    cap = "" if math.isinf(dose.most_mg) else f", at most {dose.most_mg:g} mg"
    over = f" over {dose.duration_min:g} min" if dose.duration_min else ""
    return f"{dose.enantiomer.value} ketamine {amount} {dose.route.value}{over}{cap}"
