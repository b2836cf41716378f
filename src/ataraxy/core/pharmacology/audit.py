"""What is wrong with a model or an effect: names, dimensions, conservation, variances. Every problem at once.

A file that passes can be simulated: every rate is a rate, nothing is made from nothing, nothing stays for ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache

import numpy as np

from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.effect import Shape as ResponseShape
from ataraxy.core.pharmacology.model import (
    Covariance,
    Covariate,
    Flow,
    Parameter,
    Path,
    PkModel,
    Residual,
    RouteIn,
    Saturable,
    Scaling,
    ScalingKind,
    Spread,
    Variation,
)
from ataraxy.core.pharmacology.units import (
    AMOUNT,
    AMOUNT_RATE,
    CLEARANCE,
    CONCENTRATION,
    FRACTION,
    KNOWN,
    PLAIN,
    RATE,
    TIME,
    VOLUME,
)
from ataraxy.core.protocol.problem import Path as Place
from ataraxy.core.protocol.problem import Problem

# What a person can be, in the engine's units; outside these a number is a slip of the pen or of the unit.
BOUNDS: Mapping[str, tuple[float, float]] = {
    VOLUME: (0.01, 5_000.0),  # L
    CLEARANCE: (1e-4, 50.0),  # L/min
    RATE: (1e-7, 100.0),  # 1/min
    TIME: (0.01, 527_040.0),  # min: up to a year
    FRACTION: (1e-9, 1.0),
    CONCENTRATION: (1e-3, 1e6),  # ng/mL
    AMOUNT: (1e-3, 1e4),  # mg
    AMOUNT_RATE: (1e-6, 1e4),  # mg/min
}
MOST_APPARENT = 2.0
MOST_VARIANCE = 4.0
MOST_RESIDUAL_SD = 3.0
MOST_STAGES = 50
REFERENCE_KG = 70.0
OLDEST_YEARS, HEAVIEST_KG = 110.0, 300.0
MANY_SD = 4.0
G_PER_MOL = (50.0, 1_000.0)
NUMERIC = {Covariate.WEIGHT_KG: HEAVIEST_KG, Covariate.AGE_YEARS: OLDEST_YEARS}
NO_BOUND = (-float("inf"), float("inf"))


@cache
def problems_of_model(model: PkModel) -> tuple[Problem, ...]:
    """Everything that is wrong with a pharmacokinetic model; each with the path of its line."""
    return tuple(_model(model))


@cache
def problems_of_effect(effect: EffectModel) -> tuple[Problem, ...]:
    """Everything that is wrong with an effect model; each with the path of its line."""
    return tuple(_effect(effect))


def _model(model: PkModel) -> Iterator[Problem]:
    apparent = {p.fraction for r in model.routes for p in r.paths if p.apparent and p.fraction}
    yield from _parameters(model.parameters, _used_by_model(model), apparent)
    yield from _variations("between", model.parameters, model.between, model.between_covariances, apparent)
    yield from _variations("occasion", model.parameters, model.occasion, model.occasion_covariances, apparent)
    yield from _twice("compartments", [c.name for c in model.compartments])
    yield from _twice("routes", [r.route.value for r in model.routes], "route")
    yield from _twice("analytes", [a.name for a in model.analytes])
    names = _Names(model)
    for i, compartment in enumerate(model.compartments):
        yield from names.role(("compartments", i, "volume"), compartment.volume, VOLUME)
    for i, flow in enumerate(model.flows):
        yield from _flow(names, flow, ("flows", i))
    for i, saturable in enumerate(model.saturable):
        yield from names.compartment(("saturable", i, "source"), saturable.source, with_volume=True)
        yield from names.compartment(("saturable", i, "target"), saturable.target)
        yield from names.role(("saturable", i, "vmax"), saturable.vmax, AMOUNT_RATE)
        yield from names.role(("saturable", i, "km"), saturable.km, CONCENTRATION)
    for i, route in enumerate(model.routes):
        yield from _route(names, route, ("routes", i))
    yield from _analytes(names, model)
    yield from _conservation(model, names)
    if not model.leaves_out:
        yield Problem(
            ("leaves_out",),
            "The model leaves nothing out, which no model does.",
            "Say what it leaves out: it is shown.",
        )


class _Names:
    """The names a file defines, and complaints about those it does not."""

    def __init__(self, model: PkModel | EffectModel) -> None:
        self.parameters = {parameter.name: parameter for parameter in model.parameters}
        compartments = model.compartments if isinstance(model, PkModel) else ()
        self.volumes = {compartment.name: compartment.volume for compartment in compartments}

    def role(
        self, path: Place, name: str | None, *dimensions: str, needed: str | None = None
    ) -> Iterator[Problem]:
        """``name`` is a parameter of one of these dimensions; None is fine unless ``needed`` says why not."""
        if name is None:
            if needed is not None:
                yield Problem(path[:-1], f"`{path[-1]}` is missing.", needed)
            return
        parameter = self.parameters.get(name)
        if parameter is None:
            known = ", ".join(self.parameters) or "none"
            yield Problem(path, f"There is no parameter {name!r}.", f"Parameters here: {known}.")
            return
        unit = KNOWN.get(parameter.unit)
        if unit is not None and unit.dimension not in dimensions:
            wanted = " or ".join(dimensions)
            units = ", ".join(u for u, kind in KNOWN.items() if kind.dimension in dimensions)
            yield Problem(
                path,
                f"`{path[-1]}` needs a {wanted}; {name!r} is a {unit.dimension} ({parameter.unit}).",
                f"Name another parameter, or write it in one of: {units}.",
            )

    def compartment(self, path: Place, name: str | None, *, with_volume: bool = False) -> Iterator[Problem]:
        if name is None:
            return
        if name not in self.volumes:
            known = ", ".join(self.volumes) or "none"
            yield Problem(path, f"There is no compartment {name!r}.", f"Compartments here: {known}.")
        elif with_volume and self.volumes[name] is None:
            yield Problem(
                path, f"The compartment {name!r} has no volume.", "Give it one, or write the flow as a rate."
            )

    def value(self, name: str | None) -> float | None:
        """The typical value in the engine's units at 70 kg; None where there is no such parameter."""
        parameter = self.parameters.get(name) if name is not None else None
        if parameter is None or parameter.unit not in KNOWN:
            return None
        return _in_engine(parameter, parameter.value)


def _in_engine(parameter: Parameter, value: Decimal) -> float:
    unit = KNOWN[parameter.unit]
    return float(value) * unit.to_engine * (REFERENCE_KG if unit.per_kg else 1.0)


def _twice(section: str, names: Sequence[str], key: str = "name") -> Iterator[Problem]:
    seen: set[str] = set()
    for i, name in enumerate(names):
        if name in seen:
            yield Problem((section, i, key), f"{name!r} stands twice.", "Give each its own name.")
        seen.add(name)


# --- parameters ------------------------------------------------------------------------------------


def _parameters(
    parameters: Sequence[Parameter], used: set[str], apparent: Iterable[str | None]
) -> Iterator[Problem]:
    yield from _twice("parameters", [p.name for p in parameters])
    for i, parameter in enumerate(parameters):
        path: Place = ("parameters", i)
        if parameter.unit not in KNOWN:
            yield Problem(
                (*path, "unit"),
                f"The unit {parameter.unit[:40]!r} is not known.",
                f"Write one of: {', '.join(KNOWN)}.",
            )
            continue
        yield from _value(parameter, path, parameter.name in set(apparent))
        for j, scaling in enumerate(parameter.scalings):
            yield from _scaling(parameter, scaling, (*path, "scalings", j))
        if parameter.name not in used:
            yield Problem(
                (*path, "name"), f"Nothing uses the parameter {parameter.name!r}.", "Use it or remove it."
            )


def _value(parameter: Parameter, path: Place, apparent: bool) -> Iterator[Problem]:
    unit = KNOWN[parameter.unit]
    lowest, highest = BOUNDS.get(unit.dimension, NO_BOUND)
    if apparent:
        highest = MOST_APPARENT
    value = _in_engine(parameter, parameter.value)
    if unit.dimension != PLAIN and value <= 0:
        yield Problem(
            (*path, "value"),
            f"{parameter.name!r} is {parameter.value} {parameter.unit}, not above zero.",
            "Correct the value.",
        )
    elif not lowest <= value <= highest:
        low, high = (_in_unit(parameter, bound) for bound in (lowest, highest))
        yield Problem(
            (*path, "value"),
            f"{parameter.name!r} is {parameter.value} {parameter.unit}: no person's {unit.dimension} is that.",
            f"Correct the value or the unit: it lies from {low:.3g} to {high:.3g} {parameter.unit}.",
        )


def _in_unit(parameter: Parameter, engine: float) -> float:
    unit = KNOWN[parameter.unit]
    return engine / unit.to_engine / (REFERENCE_KG if unit.per_kg else 1.0)


def _scaling(parameter: Parameter, scaling: Scaling, path: Place) -> Iterator[Problem]:
    counted = scaling.covariate in NUMERIC
    if scaling.kind is ScalingKind.TIMES:
        yield from _times(parameter, scaling, path, counted)
        return
    if not counted:
        yield Problem(
            (*path, "covariate"),
            f"{scaling.covariate.value} is no number.",
            'Use kind = "times" with `equals`.',
        )
        return
    if scaling.equals is not None:
        yield Problem((*path, "equals"), '`equals` belongs to kind "times".', "Remove it.")
    if scaling.reference is None or scaling.reference < 0:
        yield Problem(path, "The scaling has no reference.", "Say `reference`, such as 70 for a weight.")
        return
    if scaling.kind is ScalingKind.POWER and not (scaling.reference > 0 and abs(scaling.amount) <= 3):
        yield Problem(
            (*path, "amount"),
            f"A power of {scaling.amount} is not plausible.",
            "Write the exponent, as 0.75.",
        )
    if scaling.kind is ScalingKind.ABOVE and KNOWN[parameter.unit].dimension != PLAIN:
        most = NUMERIC[scaling.covariate] - float(scaling.reference)
        if float(parameter.value) + float(scaling.amount) * max(most, 0.0) <= 0:
            yield Problem(
                (*path, "amount"),
                f"{parameter.name!r} falls below zero before {scaling.covariate.value} reaches"
                f" {NUMERIC[scaling.covariate]:g}.",
                "Correct the amount; it is added for each unit above the reference.",
            )


def _times(parameter: Parameter, scaling: Scaling, path: Place, counted: bool) -> Iterator[Problem]:
    if counted or scaling.equals is None:
        yield Problem(
            path,
            'kind "times" needs a covariate of words, and `equals`.',
            'Write covariate = "ancestry", equals = "asian", or choose kind = "power".',
        )
    if not 0 < scaling.amount <= 10:
        yield Problem(
            (*path, "amount"), f"Times {scaling.amount} is not plausible.", "Give a factor above zero."
        )
    elif KNOWN[parameter.unit].dimension == FRACTION and parameter.value * scaling.amount >= 1 / Decimal(
        str(KNOWN[parameter.unit].to_engine)
    ):
        yield Problem((*path, "amount"), f"{parameter.name!r} reaches one or more.", "Correct the factor.")


# --- how people differ -----------------------------------------------------------------------------


def _variations(
    section: str,
    parameters: Sequence[Parameter],
    variations: Sequence[Variation],
    covariances: Sequence[Covariance],
    apparent: Iterable[str | None] = (),
) -> Iterator[Problem]:
    known = {parameter.name: parameter for parameter in parameters}
    yield from _twice(section, [v.parameter for v in variations], "parameter")
    for i, variation in enumerate(variations):
        parameter = known.get(variation.parameter)
        if parameter is None:
            yield Problem(
                (section, i, "parameter"),
                f"There is no parameter {variation.parameter!r}.",
                f"Parameters here: {', '.join(known)}.",
            )
        elif parameter.unit in KNOWN:
            yield from _variation(variation, parameter, (section, i), variation.parameter in set(apparent))
    if all(count == 1 for count in Counter(v.parameter for v in variations).values()):
        yield from _covariances(section, variations, covariances)


def _variation(variation: Variation, parameter: Parameter, path: Place, apparent: bool) -> Iterator[Problem]:
    if not 0 < variation.variance <= MOST_VARIANCE:
        yield Problem(
            (*path, "variance"),
            f"A variance of {variation.variance} is not plausible.",
            f"Give the variance of the eta, above 0 and up to {MOST_VARIANCE:g}; of a CV c it is ln(1 + c^2).",
        )
        return
    share = KNOWN[parameter.unit].dimension == FRACTION
    typical = _in_engine(parameter, parameter.value)
    if variation.spread is Spread.LOGIT and not (share and 0 < typical < 1):
        yield Problem(
            (*path, "spread"),
            f"Only a fraction between 0 and 1 differs on the logit scale; {parameter.name!r} does not.",
            'Write spread = "log".',
        )
    reach = float(np.exp(MANY_SD * float(variation.variance) ** 0.5))
    if variation.spread is Spread.LOG and share and not apparent and typical * reach > 1:
        yield Problem(
            (*path, "spread"),
            f"The fraction {parameter.name!r} would pass one in some people.",
            'Write spread = "logit", with the variance on that scale.',
        )


def _covariances(
    section: str, variations: Sequence[Variation], covariances: Sequence[Covariance]
) -> Iterator[Problem]:
    place = {variation.parameter: i for i, variation in enumerate(variations)}
    matrix = np.diag([float(v.variance) for v in variations])
    seen: set[frozenset[str]] = set()
    wrong = False
    for i, covariance in enumerate(covariances):
        path: Place = (f"{section}_covariances", i)
        pair = frozenset((covariance.first, covariance.second))
        unknown = [name for name in (covariance.first, covariance.second) if name not in place]
        if unknown or len(pair) == 1 or pair in seen:
            wrong = True
            cause = (
                f"{unknown[0]!r} has no variance." if unknown else "The pair stands twice, or with itself."
            )
            yield Problem(path, cause, f"Name two different parameters of [[{section}]], once.")
            continue
        seen.add(pair)
        first, second = place[covariance.first], place[covariance.second]
        matrix[first, second] = matrix[second, first] = float(covariance.value)
    if not wrong and len(covariances) and not _positive(matrix):
        yield Problem(
            (f"{section}_covariances",),
            "The variances and covariances contradict each other (not positive semi-definite).",
            "No covariance may be above the square root of the product of its two variances.",
        )


def _positive(matrix: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> bool:
    return bool(np.linalg.eigvalsh(matrix).min() >= -1e-9 * max(float(np.abs(matrix).max()), 1e-12))


# --- flows and routes ------------------------------------------------------------------------------


def _flow(names: _Names, flow: Flow, path: Place) -> Iterator[Problem]:
    yield from names.compartment((*path, "source"), flow.source, with_volume=flow.clearance is not None)
    yield from names.compartment((*path, "target"), flow.target)
    if flow.source == flow.target:
        yield Problem((*path, "target"), f"{flow.source!r} flows into itself.", "Name another compartment.")
    given = [kind for kind in ("clearance", "rate", "mean_time") if getattr(flow, kind) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "none"
        yield Problem(
            path, f"A flow has one kind of speed; here: {found}.", "Give clearance, or rate, or mean_time."
        )
    yield from names.role((*path, "clearance"), flow.clearance, CLEARANCE)
    yield from names.role((*path, "rate"), flow.rate, RATE)
    yield from names.role((*path, "mean_time"), flow.mean_time, TIME)
    yield from names.role((*path, "fraction"), flow.fraction, FRACTION)
    if flow.fraction is not None and flow.target is None:
        yield Problem(
            (*path, "fraction"), "What leaves the body has no fraction.", "Name a target, or remove it."
        )
    if not 1 <= flow.stages <= MOST_STAGES or (flow.stages != 1 and flow.mean_time is None):
        yield Problem(
            (*path, "stages"),
            f"{flow.stages} stages cannot be.",
            f"Give 1 to {MOST_STAGES}, and only beside mean_time.",
        )


def _route(names: _Names, route: RouteIn, place: Place) -> Iterator[Problem]:
    if not route.paths:
        yield Problem(place, f"The route {route.route.value} leads nowhere.", "Give it a path.")
    total: dict[str, float] = {}
    for i, path in enumerate(route.paths):
        yield from _path(names, path, (*place, "paths", i))
        share = _share(names, path)
        if share is not None and not path.apparent:
            total[path.enantiomer or ""] = total.get(path.enantiomer or "", 0.0) + share
    for share in total.values():
        if share > 1 + 1e-9:
            yield Problem(
                (*place, "paths"),
                f"The paths of {route.route.value} take in {share:.3g} times the dose.",
                "Let them share it (`rest_of`), or say `apparent = true` where the paper's own fractions do so.",
            )


def _path(names: _Names, path: Path, place: Place) -> Iterator[Problem]:
    yield from names.compartment((*place, "into"), path.into)
    yield from names.role((*place, "fraction"), path.fraction, FRACTION)
    yield from names.role((*place, "rest_of"), path.rest_of, FRACTION)
    yield from names.role((*place, "over"), path.over, TIME)
    yield from names.role((*place, "lag"), path.lag, TIME)
    for j, factor in enumerate(path.times):
        yield from names.role((*place, "times", j), factor, FRACTION)
    if path.fraction is not None and path.rest_of is not None:
        yield Problem(place, "A path is a fraction or the rest of one.", "Give one of the two.")
    if path.beyond is not None:
        yield from names.role((*place, "beyond", "mg"), path.beyond.mg, AMOUNT)
        yield from names.role((*place, "beyond", "factor"), path.beyond.factor, FRACTION)
        if path.fraction is None and path.rest_of is None:
            yield Problem((*place, "beyond"), "There is no fraction it could change.", "Give `fraction`.")


def _share(names: _Names, path: Path) -> float | None:
    """The largest share of a dose that takes this path; None where it cannot be said."""
    share = 1.0
    if path.fraction is not None or path.rest_of is not None:
        value = names.value(path.fraction or path.rest_of)
        if value is None:
            return None
        share = value if path.fraction is not None else 1.0 - value
    for factor in path.times:
        value = names.value(factor)
        if value is None:
            return None
        share *= value
    return share


def _analytes(names: _Names, model: PkModel) -> Iterator[Problem]:
    if not model.analytes:
        yield Problem(("analytes",), "The model tells no concentration.", "Add [[analytes]].")
    for i, analyte in enumerate(model.analytes):
        yield from names.compartment(("analytes", i, "compartment"), analyte.compartment, with_volume=True)
        if not G_PER_MOL[0] <= float(analyte.g_per_mol) <= G_PER_MOL[1]:
            yield Problem(
                ("analytes", i, "g_per_mol"),
                f"{analyte.g_per_mol} g/mol is not plausible.",
                "Ketamine is 237.73, norketamine 223.70, hydroxynorketamine 239.70 g/mol.",
            )
        if analyte.residual is not None:
            yield from _residual(analyte.residual, ("analytes", i, "residual"))


def _residual(residual: Residual, path: Place) -> Iterator[Problem]:
    for key in ("log_sd", "proportional_sd"):
        if not 0 <= getattr(residual, key) <= MOST_RESIDUAL_SD:
            yield Problem(
                (*path, key), "A standard deviation is not plausible.", "Give a fraction, such as 0.15."
            )
    if residual.additive_ng_per_ml < 0:
        yield Problem((*path, "additive_ng_per_ml"), "It is below zero.", "Correct the value.")
    if not (residual.log_sd or residual.proportional_sd or residual.additive_ng_per_ml):
        yield Problem(path, "The residual says no error.", "Give one, or leave the residual out.")


# --- conservation ----------------------------------------------------------------------------------


def _conservation(model: PkModel, names: _Names) -> Iterator[Problem]:
    """Nothing stays for ever, nothing stands unused, every route reaches what is measured."""
    onward: dict[str, set[str]] = {compartment.name: set() for compartment in model.compartments}
    leaving: set[str] = set()
    links: tuple[Flow | Saturable, ...] = (*model.flows, *model.saturable)
    for link in links:
        if link.source not in onward:
            continue
        if link.target is None or _loses(names, link):
            leaving.add(link.source)
        if link.target is not None and link.target in onward:
            onward[link.source].add(link.target)
    entered = {p.into for r in model.routes for p in r.paths}
    reached = set().union(*(_reach(onward, into) for into in entered if into in onward), entered)
    measured = {analyte.compartment for analyte in model.analytes}
    for i, compartment in enumerate(model.compartments):
        if not _reach(onward, compartment.name) & leaving:
            yield Problem(
                ("compartments", i),
                f"What enters {compartment.name!r} never leaves the body.",
                "Give a flow without a target, out of it or of what it flows into.",
            )
        if compartment.name not in reached:
            yield Problem(
                ("compartments", i),
                f"Nothing enters {compartment.name!r}.",
                "Let a flow or a route enter it.",
            )
    for i, route in enumerate(model.routes):
        if not any(_reach(onward, p.into) & measured for p in route.paths if p.into in onward):
            yield Problem(
                ("routes", i),
                f"The route {route.route.value} leads to nothing that is measured.",
                "Lead it on.",
            )


def _loses(names: _Names, link: Flow | Saturable) -> bool:
    """Whether some of a flow to another compartment is gone on the way."""
    fraction = names.value(link.fraction) if isinstance(link, Flow) else None
    return fraction is not None and fraction < 1


def _reach(onward: Mapping[str, set[str]], start: str) -> set[str]:
    """Every compartment that something in ``start`` can come to, itself included."""
    seen, todo = {start}, [start]
    while todo:
        for following in onward.get(todo.pop(), ()):
            if following not in seen:
                seen.add(following)
                todo.append(following)
    return seen


def _used_by_model(model: PkModel) -> set[str]:
    used: set[str | None] = {compartment.volume for compartment in model.compartments}
    for flow in model.flows:
        used |= {flow.clearance, flow.rate, flow.mean_time, flow.fraction}
    for saturable in model.saturable:
        used |= {saturable.vmax, saturable.km}
    for path in (p for r in model.routes for p in r.paths):
        used |= {path.fraction, path.rest_of, path.over, path.lag, *path.times}
        if path.beyond is not None:
            used |= {path.beyond.mg, path.beyond.factor}
    return {name for name in used if name is not None}


# --- effects ---------------------------------------------------------------------------------------

_NEEDED = "This shape of response needs it."
_ROLES: Mapping[ResponseShape, tuple[frozenset[str], frozenset[str]]] = {
    # what a shape needs, and what else it may have
    ResponseShape.LINEAR: (frozenset({"slope"}), frozenset({"baseline", "placebo"})),
    ResponseShape.SIGMOID: (frozenset({"top"}), frozenset({"baseline", "gamma"})),
    ResponseShape.RELATIVE: (frozenset({"baseline", "top"}), frozenset({"gamma"})),
    ResponseShape.OCCUPANCY: (frozenset(), frozenset()),
    ResponseShape.TURNOVER: (
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


def _effect(effect: EffectModel) -> Iterator[Problem]:
    names = _Names(effect)
    used = {getattr(effect, role) for role in _DIMENSIONS}
    used |= {name for d in effect.drivers for name in (d.constant, d.half_life, d.share)}
    yield from _parameters(effect.parameters, {name for name in used if name}, ())
    yield from _variations("between", effect.parameters, effect.between, effect.between_covariances)
    yield from _roles(effect, names)
    yield from _drivers(effect, names)
    yield from _scale(effect, names)
    if not effect.leaves_out:
        yield Problem(
            ("leaves_out",),
            "The effect leaves nothing out, which none does.",
            "Say what it leaves out: it is shown.",
        )


def _roles(effect: EffectModel, names: _Names) -> Iterator[Problem]:
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


def _drivers(effect: EffectModel, names: _Names) -> Iterator[Problem]:
    if not effect.drivers:
        yield Problem(("drivers",), "Nothing drives the effect.", "Add [[drivers]].")
    if effect.shape is not ResponseShape.OCCUPANCY and len(effect.drivers) > 1:
        yield Problem(
            ("drivers", 1), "Only an occupancy has several drivers.", "Keep one, or add a file for the other."
        )
    constant = None if effect.shape is ResponseShape.LINEAR else _NEEDED
    share = _NEEDED if effect.shape is ResponseShape.OCCUPANCY else None
    seen: set[tuple[str, str]] = set()
    for i, driver in enumerate(effect.drivers):
        path: Place = ("drivers", i)
        yield from names.role((*path, "constant"), driver.constant, CONCENTRATION, needed=constant)
        yield from names.role((*path, "half_life"), driver.half_life, TIME)
        yield from names.role((*path, "share"), driver.share, FRACTION, needed=share)
        if (driver.analyte, driver.enantiomer) in seen:
            yield Problem(path, "The same driver stands twice.", "Remove one.")
        seen.add((driver.analyte, driver.enantiomer))


def _scale(effect: EffectModel, names: _Names) -> Iterator[Problem]:
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
