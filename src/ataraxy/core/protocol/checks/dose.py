"""The drug and the dose: a slipped decimal point here is an overdose."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ataraxy.core.protocol.checks.library import Library
from ataraxy.core.protocol.limits import RouteLimits
from ataraxy.core.protocol.problem import Problem
from ataraxy.core.protocol.types import BedsideKind, Dose, Protocol, Route

AMOUNTS = ("base", "salt")
SPRAY_ML = Decimal("0.01")


def dose_problems(protocol: Protocol, library: Library) -> Iterator[Problem]:
    """What is in the vial, how much of it, how fast."""
    yield from _drug(protocol, library)
    yield from _route_fields(protocol.dose)
    yield from _sprays(protocol)
    yield from _caps(protocol, library)
    limits = library.limits.route(protocol.dose.route)
    if limits is None:
        words = f"No safety limit is known for {protocol.dose.route.value!r}."
        yield Problem(("dose", "route"), words, "Add it to limits.toml after review.")
    else:
        yield from _route_limits(protocol, limits)


def _drug(protocol: Protocol, library: Library) -> Iterator[Problem]:
    drug = protocol.drug
    if (drug.name, drug.form) != ("ketamine", "racemic"):
        words = f"Every limit here is for racemic ketamine, not for {drug.form} {drug.name}."
        yield Problem(
            ("drug", "form"), words, "Esketamine acts at about half the dose: it needs its own limits."
        )
    if drug.amounts_as not in AMOUNTS:
        words = f"`amounts_as` cannot be {drug.amounts_as!r}."
        yield Problem(("drug", "amounts_as"), words, 'Write "base" or "salt": what every mg here means.')
    sold = library.limits.stock_mg_per_ml.values
    if drug.stock_mg_per_ml not in sold:
        shown = ", ".join(str(one) for one in sold)
        words = f"Vials of {drug.stock_mg_per_ml} mg/mL are not sold."
        yield Problem(("drug", "stock_mg_per_ml"), words, f"Look at the vial: {shown} mg/mL are.")


def _route_fields(dose: Dose) -> Iterator[Problem]:
    infusion = dose.route is Route.IV_INFUSION
    for name in ("duration_min", "infusion_mg_per_ml"):
        given = getattr(dose, name) is not None
        if infusion and not given:
            yield Problem(("dose",), f"An infusion needs `{name}`.", f"Add `{name}`.")
        if given and not infusion:
            yield Problem(("dose", name), f"An injection has no `{name}`.", "Remove it.")
    if dose.duration_min is not None and dose.duration_min < 1:
        yield Problem(("dose", "duration_min"), "An infusion takes time.", "Write at least 1 minute.")


def _sprays(protocol: Protocol) -> Iterator[Problem]:
    """A spray is measured out of the vial to 0.01 mL, and rests before the next."""
    dose = protocol.dose
    if (dose.route is Route.NASAL) != (dose.spray_mg is not None):
        words = "A dose by nose says how much one spray holds; no other does."
        yield Problem(("dose",), words, "Add `spray_mg`, or remove it.")
    if dose.spray_mg is None:
        return
    if dose.spray_mg <= 0 or dose.spray_mg > dose.cap_mg:
        words = f"A spray of {dose.spray_mg} mg cannot be given under a cap of {dose.cap_mg} mg."
        yield Problem(("dose", "spray_mg"), words, "Correct the number.")
    elif (dose.spray_mg / protocol.drug.stock_mg_per_ml) % SPRAY_ML:
        words = f"{dose.spray_mg} mg of {protocol.drug.stock_mg_per_ml} mg/mL is no whole number of {SPRAY_ML} mL."
        yield Problem(("dose", "spray_mg"), words, "Choose an amount that can be measured.")
    if not any(line.kind is BedsideKind.SPRAY_REST for line in protocol.bedside):
        words = "Nobody says how long the patient rests between two sprays."
        yield Problem(("bedside",), words, 'Add a [[bedside]] of kind = "spray-rest".')


def _caps(protocol: Protocol, library: Library) -> Iterator[Problem]:
    dose = protocol.dose
    doses = [one for indication in protocol.indications for one in indication.course.doses_mg_per_kg]
    light, heavy = min(library.limits.body_weight_kg.values), max(library.limits.body_weight_kg.values)
    for name in ("cap_mg", "cap_mg_per_kg"):
        if getattr(dose, name) <= 0:
            yield Problem(
                ("dose", name), f"A cap of {getattr(dose, name)} forbids every dose.", "Correct it."
            )
    if doses and dose.cap_mg < max(doses) * light:
        words = f"A cap of {dose.cap_mg} mg cuts the dose of everyone above {light} kg."
        yield Problem(
            ("dose", "cap_mg"), words, f"{max(doses)} mg/kg at {light} kg is {max(doses) * light} mg."
        )
    if dose.cap_mg > dose.cap_mg_per_kg * heavy:
        words = f"A cap of {dose.cap_mg} mg is never reached, not even at {heavy} kg."
        yield Problem(("dose", "cap_mg"), words, "Write the highest dose anyone should get.")
    if doses and dose.cap_mg_per_kg > max(doses):
        words = f"The cap of {dose.cap_mg_per_kg} mg/kg is above every dose of the course."
        yield Problem(
            ("dose", "cap_mg_per_kg"), words, f"Write the highest planned dose, {max(doses)} mg/kg."
        )


def _route_limits(protocol: Protocol, limits: RouteLimits) -> Iterator[Problem]:
    dose = protocol.dose
    if dose.cap_mg_per_kg > limits.most_mg_per_kg:
        words = f"{dose.cap_mg_per_kg} mg/kg is above the {limits.most_mg_per_kg} mg/kg this route allows."
        yield Problem(("dose", "cap_mg_per_kg"), words, "Correct the decimal point.")
    if dose.cap_mg > limits.most_mg:
        words = f"{dose.cap_mg} mg is above the {limits.most_mg} mg this route allows."
        yield Problem(("dose", "cap_mg"), words, "Correct the decimal point.")
    yield from _speed(dose, limits)
    if (
        dose.infusion_mg_per_ml is not None
        and not 0 < dose.infusion_mg_per_ml <= protocol.drug.stock_mg_per_ml
    ):
        words = f"{dose.infusion_mg_per_ml} mg/mL cannot be made from {protocol.drug.stock_mg_per_ml} mg/mL."
        yield Problem(("dose", "infusion_mg_per_ml"), words, "A dilution is weaker than the vial.")


def _speed(dose: Dose, limits: RouteLimits) -> Iterator[Problem]:
    most = limits.most_mg_per_kg_per_min
    if most is None or dose.duration_min is None or dose.duration_min < 1:
        return
    speed = dose.cap_mg_per_kg / Decimal(dose.duration_min)
    if speed > most:
        words = f"{dose.cap_mg_per_kg} mg/kg in {dose.duration_min} min is faster than {most} mg/kg a minute."
        yield Problem(("dose", "duration_min"), words, "Infuse more slowly.")
