"""What is wrong with an effect model: its roles, drivers and scale. Every problem at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ataraxy.core.pharmacology.audit_lines import Names, parameters_of, variations_of
from ataraxy.core.pharmacology.effect import EffectModel, Endpoint, Shape
from ataraxy.core.pharmacology.units import CONCENTRATION, FRACTION, KNOWN, PLAIN, RATE, TIME
from ataraxy.core.protocol.problem import Path as Place
from ataraxy.core.protocol.problem import Problem

_NEEDED = "This shape of response needs it."
_ROLES: Mapping[Shape, tuple[frozenset[str], frozenset[str]]] = {
    # what a shape needs, and what else it may have
    Shape.LINEAR: (frozenset({"slope"}), frozenset({"baseline", "placebo"})),
    Shape.SIGMOID: (frozenset({"top"}), frozenset({"baseline", "gamma"})),
    Shape.RELATIVE: (frozenset({"baseline", "top"}), frozenset({"gamma"})),
    Shape.OCCUPANCY: (frozenset(), frozenset()),
    Shape.TURNOVER: (
        frozenset({"baseline", "top", "kout"}),
        frozenset({"gamma", "responder", "placebo"}),
    ),
}
_DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "baseline": (PLAIN, FRACTION),
    "slope": (PLAIN,),
    "top": (PLAIN, FRACTION),
    "gamma": (PLAIN,),
    "kout": (RATE,),
    "responder": (FRACTION,),
    "placebo": (FRACTION,),
}


_ENDPOINT_UNITS: Mapping[Endpoint, str] = {
    Endpoint.SYSTOLIC: "mmHg",
    Endpoint.DIASTOLIC: "mmHg",
    Endpoint.PULSE: "beats/min",
    Endpoint.CARDIAC_OUTPUT: "L/min (output)",
    Endpoint.DISSOCIATION: "points",
    Endpoint.PERCEPTION: "points",
    Endpoint.DRUG_HIGH: "points",
    Endpoint.SEDATION: "points",
    Endpoint.OCCUPANCY: "fraction",
    Endpoint.ANXIETY: "points",
}


def effect_problems(effect: EffectModel) -> Iterator[Problem]:
    names = Names(effect)
    used = {getattr(effect, role) for role in _DIMENSIONS}
    used |= {name for d in effect.drivers for name in (d.constant, d.half_life, d.share)}
    yield from parameters_of(effect.parameters, {name for name in used if name}, ())
    yield from variations_of("between", effect.parameters, effect.between, effect.between_covariances)
    yield from _roles(effect, names)
    yield from _units(effect, names)
    yield from _drivers(effect, names)
    yield from _scale(effect, names)
    if not effect.leaves_out:
        yield Problem(
            ("leaves_out",),
            "The effect leaves nothing out, which none does.",
            "Say what it leaves out: it is shown.",
        )


def _roles(effect: EffectModel, names: Names) -> Iterator[Problem]:
    needed, allowed = _ROLES[effect.shape]
    for role, dimensions in _DIMENSIONS.items():
        name = getattr(effect, role)
        yield from names.role((role,), name, *dimensions, needed=_NEEDED if role in needed else None)
        if name is not None and role not in needed | allowed:
            yield Problem((role,), f"A {effect.shape.value} response has no {role}.", "Remove the line.")
    gamma = names.value(effect.gamma)
    if gamma is not None and not 0 < gamma <= 20:
        yield Problem(("gamma",), f"A steepness of {gamma:g} is not plausible.", "Give 0.5 to 10.")
    if effect.slope is not None and names.value(effect.slope) == 0:
        yield Problem(("slope",), "The slope is zero.", "Correct the value.")
    if effect.residual_sd is not None and effect.residual_sd <= 0:
        yield Problem(("residual_sd",), "It is not above zero.", "Correct it, or leave it out.")


def _units(effect: EffectModel, names: Names) -> Iterator[Problem]:
    """Each number in the unit its place asks for: a slope of the response's own unit, a share where a share is meant."""
    wanted = _ENDPOINT_UNITS[effect.endpoint]
    if effect.unit in KNOWN and effect.unit != wanted:
        yield Problem(
            ("unit",),
            f"{effect.endpoint.value} is told in {wanted}, not in {effect.unit}.",
            f"Write {wanted!r}.",
        )
    share = ("fraction", "percent")
    top = (*share, "ratio") if effect.shape in (Shape.RELATIVE, Shape.TURNOVER) else (wanted,)
    needed = {"baseline": (wanted,), "slope": (f"{wanted} per ng/mL",), "top": top, "gamma": ("ratio",)}
    for role, units in needed.items():
        parameter = names.parameters.get(getattr(effect, role) or "")
        if parameter is not None and parameter.unit in KNOWN and parameter.unit not in units:
            place = effect.parameters.index(parameter)
            yield Problem(
                ("parameters", place, "unit"),
                f"{parameter.name!r}, the {role} of {effect.endpoint.value}, is in {parameter.unit}.",
                f"Write it in {' or '.join(units)}.",
            )


def _drivers(effect: EffectModel, names: Names) -> Iterator[Problem]:
    if not effect.drivers:
        yield Problem(("drivers",), "Nothing drives the effect.", "Add [[drivers]].")
    if effect.shape is not Shape.OCCUPANCY and len(effect.drivers) > 1:
        yield Problem(
            ("drivers", 1), "Only an occupancy has several drivers.", "Keep one, or add a file for the other."
        )
    constant = None if effect.shape is Shape.LINEAR else _NEEDED
    share = _NEEDED if effect.shape is Shape.OCCUPANCY else None
    seen: set[tuple[str, str]] = set()
    for i, driver in enumerate(effect.drivers):
        path: Place = ("drivers", i)
        yield from names.role((*path, "constant"), driver.constant, CONCENTRATION, needed=constant)
        yield from names.role((*path, "half_life"), driver.half_life, TIME)
        yield from names.role((*path, "share"), driver.share, FRACTION, needed=share)
        if (driver.analyte, driver.enantiomer) in seen:
            yield Problem(path, "The same driver stands twice.", "Remove one.")
        seen.add((driver.analyte, driver.enantiomer))


def _scale(effect: EffectModel, names: Names) -> Iterator[Problem]:
    lowest = float("-inf") if effect.lowest is None else float(effect.lowest)
    highest = float("inf") if effect.highest is None else float(effect.highest)
    if not lowest < highest:
        yield Problem(("lowest",), "The scale ends before it begins.", "Let `lowest` be below `highest`.")
    baseline = names.value(effect.baseline)
    if baseline is not None and not lowest <= baseline <= highest:
        yield Problem(("baseline",), f"The baseline {baseline:g} is off the scale.", "Correct one of them.")
    if KNOWN.get(effect.unit) is None:
        yield Problem(
            ("unit",), f"The unit {effect.unit[:40]!r} is not known.", f"Write one of: {', '.join(KNOWN)}."
        )
