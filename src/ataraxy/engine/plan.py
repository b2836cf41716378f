"""From names in the catalog to what is simulated: a protocol's session, in a model, in a crowd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches

import numpy as np

from ataraxy.catalog.pk import for_adults, load_model, models
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.model import PkModel, PkRoute
from ataraxy.core.pharmacology.protocol_regimen import end_min, session_regimen
from ataraxy.core.pharmacology.regimen import Regimen
from ataraxy.core.pharmacology.simulate import Tier
from ataraxy.core.protocol.types import Protocol
from ataraxy.engine.crowd import Crowd
from ataraxy.engine.lines import Lines, lines_of
from ataraxy.engine.work import FEW, Work, analytes_of, endpoints_of, figures_for

# Shown side by side unless others are asked for: one sampled in an artery and one in a vein where both exist.
USUAL_MODELS: Mapping[PkRoute, tuple[str, ...]] = {
    PkRoute.INTRAVENOUS: ("kamp-2020-spread", "otto-2021-both"),
    PkRoute.SUBCUTANEOUS: ("kamp-2020-im-sc",),
    PkRoute.INTRAMUSCULAR: ("kamp-2020-im-sc",),
    PkRoute.ORAL: ("kamp-2020-by-mouth",),
    PkRoute.SUBLINGUAL: ("kamp-2020-by-mouth",),
}
USUAL_EFFECTS = ("systolic", "diastolic", "dissociation", "sedation")
BEFORE_MIN, FINE_MIN, COARSE_MIN, FINE_UNTIL_MIN = -1.0, 2.0, 5.0, 240.0
USUAL_HOURS, LEAST_HOURS, MOST_HOURS = 8.0, 1.0, 24.0 * 90


@dataclass(frozen=True, slots=True)
class Planned:
    """A work, and what the protocol's lines say about it; ``course``: which whole course it is, if it is one."""

    protocol: Protocol
    work: Work
    lines: Lines
    course: str = ""


def session_times(end: float, until_min: float) -> tuple[float, ...]:
    """Minutes to look at: one before the dose, every 2 to four hours after its end, every 5 from then; its end."""
    fine = min(end + FINE_UNTIL_MIN, until_min)
    at = [np.arange(0.0, fine, FINE_MIN), np.arange(fine, until_min, COARSE_MIN), [end, until_min]]
    every = np.unique(np.concatenate([[BEFORE_MIN], *at]))
    return tuple(every[every <= until_min].tolist())


def plan(
    protocol: Protocol,
    model: PkModel,
    crowd: Crowd,
    effects: Sequence[EffectModel],
    *,
    count: int,
    seed: int,
    hours: float = USUAL_HOURS,
    mg_per_kg: Decimal | None = None,
    regimen: Regimen | None = None,
) -> Planned:
    """One session of a protocol in a crowd.

    Args:
        hours: followed from the start of the dose.
        mg_per_kg: as ordered; None: the largest the protocol plans. May lie beyond its cap, to look at.
        regimen: instead of the protocol's own.

    Raises:
        InputRefused: a model of children or of another route, people, hours or a seed out of range.
    """
    for_adults(model)
    given = regimen or session_regimen(protocol, mg_per_kg, beyond_cap=True)
    check_route(model, given)
    end = end_min(given)
    if not LEAST_HOURS <= hours <= MOST_HOURS or hours * 60 <= end:
        raise InputRefused(
            f"{hours:g} hours cannot be followed.",
            f"Give {LEAST_HOURS:g} to {MOST_HOURS:g} hours, beyond the end of the dose.",
            "hours",
        )
    lines = lines_of(protocol, tuple(endpoints_of(effects)), end, hours * 60)
    at = sorted({*session_times(end, hours * 60), min(lines.stay.least_min, hours * 60)} - {0.0} | {0.0})
    work = Work(
        model=model,
        regimen=given,
        crowd=crowd,
        count=count,
        seed=seed,
        at_min=tuple(at),
        effects=tuple(effects),
        curves=(*analytes_of(model), *endpoints_of(effects)),
        figures=figures_for(model, given, effects, stay=True),
        held=lines.held,
        stay=lines.stay,
        tier=Tier.NUMPY if count <= FEW else Tier.NUMBA,
    )
    return Planned(protocol, work, lines)


def given_otherwise(planned: Planned, work: Work) -> Planned:
    """The same protocol and people with another dose or duration: its lines hold from the new end of the dose."""
    lines = lines_of(
        planned.protocol, tuple(endpoints_of(work.effects)), end_min(work.regimen), work.at_min[-1]
    )
    return Planned(planned.protocol, replace(work, held=lines.held, stay=lines.stay), lines)


def check_route(model: PkModel, regimen: Regimen) -> None:
    """Whether the model knows every way the doses are given.

    Raises:
        InputRefused: it does not; says which models do.
    """
    for dose in regimen:
        if model.route_in(dose.route) is None:
            know = [m.id for m in models().values() if m.adults and m.route_in(dose.route) is not None]
            raise InputRefused(
                f"{model.name} does not know the {dose.route.value} route.",
                f"Choose one that does: {', '.join(know)}.",
                "model",
            )


def usual_models(routes: Sequence[PkRoute]) -> tuple[str, ...]:
    """The models shown when none is asked for: those that know every one of these routes.

    Raises:
        InputRefused: no model knows them all.
    """
    wanted = dict.fromkeys(name for route in routes for name in USUAL_MODELS.get(route, ()))
    known = tuple(n for n in wanted if all(load_model(n).route_in(route) is not None for route in routes))
    if not known:
        named = " and ".join(dict.fromkeys(route.value for route in routes))
        raise InputRefused(f"No usual model knows {named}.", "Name one with --model.", "model")
    return known


def resolve(name: str, known: Sequence[str], noun: str) -> str:
    """The one that is meant: the name itself, or a part of it that fits a single one.

    Raises:
        InputRefused: none or several fit; says which there are.
    """
    if name in known:
        return name
    fits = [one for one in known if one.startswith(name)] or [one for one in known if name and name in one]
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise InputRefused(f"{name[:60]!r} may be several {noun}s.", f"Which one: {', '.join(fits)}?", noun)
    close = get_close_matches(name, known, 1)
    cure = f"Did you mean {close[0]}? " if close else ""
    raise InputRefused(f"There is no {noun} {name[:60]!r}.", f"{cure}There are: {', '.join(known)}.", noun)
