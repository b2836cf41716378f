"""What is wrong with a pharmacokinetic model: flows, routes, conservation. Every problem at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import product

from ataraxy.core.pharmacology.audit_lines import Names, parameters_of, twice, variations_of
from ataraxy.core.pharmacology.model import Flow, Path, PkModel, Residual, RouteIn, Saturable
from ataraxy.core.pharmacology.units import (
    AMOUNT,
    AMOUNT_RATE,
    CLEARANCE,
    CONCENTRATION,
    FRACTION,
    RATE,
    TIME,
    VOLUME,
)
from ataraxy.core.protocol.problem import Path as Place
from ataraxy.core.protocol.problem import Problem

MOST_RESIDUAL_SD = 3.0
MOST_STAGES = 50
MOST_ENDS = 8  # fractions of one route that differ between people: more are not looked at together
G_PER_MOL = (50.0, 1_000.0)


def model_problems(model: PkModel) -> Iterator[Problem]:
    apparent = {p.fraction for r in model.routes for p in r.paths if p.apparent and p.fraction}
    yield from parameters_of(model.parameters, _used_by_model(model), apparent)
    yield from variations_of("between", model.parameters, model.between, model.between_covariances, apparent)
    yield from variations_of(
        "occasion", model.parameters, model.occasion, model.occasion_covariances, apparent
    )
    yield from twice("compartments", [c.name for c in model.compartments])
    yield from twice("routes", [r.route.value for r in model.routes], "route")
    yield from twice("analytes", [a.name for a in model.analytes])
    names = Names(model)
    for i, compartment in enumerate(model.compartments):
        yield from names.role(("compartments", i, "volume"), compartment.volume, VOLUME)
    for i, flow in enumerate(model.flows):
        yield from _flow(names, flow, ("flows", i))
    for i, saturable in enumerate(model.saturable):
        yield from names.compartment(("saturable", i, "source"), saturable.source, with_volume=True)
        yield from names.compartment(("saturable", i, "target"), saturable.target)
        yield from names.role(("saturable", i, "vmax"), saturable.vmax, AMOUNT_RATE)
        yield from names.role(("saturable", i, "km"), saturable.km, CONCENTRATION)
    differing = {v.parameter for v in (*model.between, *model.occasion)}
    for i, route in enumerate(model.routes):
        yield from _route(names, route, ("routes", i), differing)
    yield from _analytes(names, model)
    yield from _conservation(model, names)
    if not model.leaves_out:
        yield Problem(
            ("leaves_out",),
            "The model leaves nothing out, which no model does.",
            "Say what it leaves out: it is shown.",
        )


# --- flows and routes ------------------------------------------------------------------------------


def _flow(names: Names, flow: Flow, path: Place) -> Iterator[Problem]:
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


def _route(names: Names, route: RouteIn, place: Place, differing: Collection[str]) -> Iterator[Problem]:
    if not route.paths:
        yield Problem(place, f"The route {route.route.value} leads nowhere.", "Give it a path.")
    for i, path in enumerate(route.paths):
        yield from _path(names, path, (*place, "paths", i))
    for share in _taken_in(names, route, differing):
        if share > 1 + 1e-9:
            yield Problem(
                (*place, "paths"),
                f"The paths of {route.route.value} take in {share:.3g} times the dose.",
                "Let them share it (`rest_of`), or say `apparent = true` where the paper's own fractions do so.",
            )


def _path(names: Names, path: Path, place: Place) -> Iterator[Problem]:
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


def _taken_in(names: Names, route: RouteIn, differing: Collection[str]) -> Iterator[float]:
    """The largest share of a dose that all paths of an enantiomer take in together, in anybody.

    A fraction that differs between people comes near nothing in one and near everything in another; the sum is
    linear in each, so that its largest value lies where each is at one of its ends.
    """
    paths = [path for path in route.paths if not path.apparent]
    ends = sorted(
        {n for p in paths for n in (p.fraction, p.rest_of, *p.times) if n in differing and n is not None}
    )
    for enantiomer in dict.fromkeys(path.enantiomer for path in paths):
        mine = [path for path in paths if path.enantiomer == enantiomer]
        sums = []
        for chosen in product((0.0, 1.0), repeat=min(len(ends), MOST_ENDS)):
            shares = [_share(names, path, dict(zip(ends, chosen, strict=False))) for path in mine]
            sums.append(sum(share for share in shares if share is not None))
        typical = [_share(names, path, {}) for path in mine]
        yield max([*sums, sum(share for share in typical if share is not None)])


def _share(names: Names, path: Path, at: Mapping[str, float]) -> float | None:
    """The largest share of a dose that takes this path, with some fractions set; None where it cannot be said."""
    share = 1.0
    for name in (path.fraction or path.rest_of, *path.times):
        value = None if name is None else at.get(name, names.value(name))
        if value is None:
            if name is None:
                continue
            return None
        share *= 1.0 - value if name == path.rest_of else value
    return share


def _analytes(names: Names, model: PkModel) -> Iterator[Problem]:
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


def _conservation(model: PkModel, names: Names) -> Iterator[Problem]:
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


def _loses(names: Names, link: Flow | Saturable) -> bool:
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
