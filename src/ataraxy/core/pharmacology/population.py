"""Virtual populations: documented shares and quantiles of what people are, and people drawn from them.

A distribution is its quantiles, joined by straight lines: what is documented (least, median, most) stands in the
file as read, what is chosen between them says that it is proposed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.draws import uniforms
from ataraxy.core.pharmacology.model import Standing
from ataraxy.core.pharmacology.people import ANCESTRIES, SEXES, FloatArray, IntArray, People, TextArray
from ataraxy.core.protocol.problem import Path, Problem
from ataraxy.core.protocol.status import Status

ABSENT = ("unknown", "none")  # written so in a file, told as ""
COVARIATES = 1  # the stream of draws: parameters have stream 0
DRAWN = ("sex", "ancestry", "disorder", "comedication", "age_years", "weight_kg", "height_cm")
BOUNDS = {"age_years": (18.0, 110.0), "weight_kg": (30.0, 300.0), "height_cm": (120.0, 230.0)}
SHARES_SUM = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Quantile:
    """``share`` of the people have at most ``value``."""

    share: Decimal
    value: Decimal
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class Distribution:
    """Quantiles from share 0 to share 1; of one sex where ``sex`` says so."""

    quantiles: tuple[Quantile, ...]
    sex: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the people are ``value``."""

    value: str
    share: Decimal
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class PopulationSpec:
    """One population, whole, with what it leaves out: shown wherever its band is."""

    id: str
    version: str
    name: str
    source: str
    standing: Standing
    cohort: str
    leaves_out: tuple[str, ...]
    age_years: tuple[Distribution, ...]
    weight_kg: tuple[Distribution, ...]
    height_cm: tuple[Distribution, ...]
    sex: tuple[Share, ...]
    ancestry: tuple[Share, ...]
    disorder: tuple[Share, ...]
    comedication: tuple[Share, ...]


# --- drawing ---------------------------------------------------------------------------------------


def draw_people(spec: PopulationSpec, count: int, seed: int, first: int = 0) -> People:
    """Virtual people of a population; bit-identical for a seed and a person, however they are grouped.

    Args:
        spec: a population without problems.
        count: how many.
        seed: from 0 to 2^63 - 1.
        first: the number of the first, so that the next chunk goes on where this one ends.

    Raises:
        InputRefused: a count or a number below zero, or a seed out of range.
    """
    if count < 0 or first < 0:
        raise InputRefused("The number of people is below zero.", "Give 0 or more.", "count")
    number: IntArray = np.arange(first, first + count, dtype=np.int64)
    drawn = dict(zip(DRAWN, uniforms(seed, number, len(DRAWN), COVARIATES), strict=True))
    sex = _choose(spec.sex, drawn["sex"])
    return People(
        number=number,
        weight_kg=_spread(spec.weight_kg, drawn["weight_kg"], sex),
        age_years=_spread(spec.age_years, drawn["age_years"], sex),
        height_cm=_spread(spec.height_cm, drawn["height_cm"], sex),
        sex=sex,
        ancestry=_choose(spec.ancestry, drawn["ancestry"]),
        disorder=_choose(spec.disorder, drawn["disorder"]),
        comedication=_choose(spec.comedication, drawn["comedication"]),
    )


def _choose(shares: Sequence[Share], uniform: FloatArray) -> TextArray:
    """One of the values for each uniform, by cumulated shares; the last takes what rounding leaves."""
    words = np.array(["" if share.value in ABSENT else share.value for share in shares])
    total, edges = Decimal(0), []
    for share in shares[:-1]:
        total += share.share
        edges.append(float(total))
    chosen: TextArray = words[np.searchsorted(np.array(edges), uniform, side="right")]
    return chosen


def _spread(distributions: Sequence[Distribution], uniform: FloatArray, sex: TextArray) -> FloatArray:
    value = np.empty_like(uniform)
    for distribution in distributions:
        theirs = np.ones(len(sex), dtype=bool) if distribution.sex is None else sex == distribution.sex
        value[theirs] = quantile(distribution, uniform[theirs])
    return value


def quantile(distribution: Distribution, uniform: FloatArray) -> FloatArray:
    """The value that this share of the people do not pass; straight between the quantiles of the file."""
    share = np.array([float(q.share) for q in distribution.quantiles])
    value = np.array([float(q.value) for q in distribution.quantiles])
    place = np.clip(np.searchsorted(share, uniform, side="right") - 1, 0, len(share) - 2)
    slope = (value[1:] - value[:-1]) / (share[1:] - share[:-1])
    # Step by step, so that no machine fuses the multiplication with the addition.
    rise = (uniform - share[place]) * slope[place]
    found: FloatArray = value[place] + rise
    return found


# --- checks ----------------------------------------------------------------------------------------


def problems_of_population(spec: PopulationSpec) -> tuple[Problem, ...]:
    """Everything that is wrong with a population; each with the path of its line."""
    return tuple(_problems(spec))


def _problems(spec: PopulationSpec) -> Iterator[Problem]:
    for name, bounds in BOUNDS.items():
        yield from _distributions(getattr(spec, name), name, bounds)
    for name, known in (("sex", SEXES), ("ancestry", ANCESTRIES), ("disorder", ()), ("comedication", ())):
        yield from _shares(getattr(spec, name), name, known)
    if not spec.leaves_out:
        yield Problem(("leaves_out",), "The population leaves nothing out.", "Say what it leaves out.")


def _distributions(
    distributions: Sequence[Distribution], name: str, bounds: tuple[float, float]
) -> Iterator[Problem]:
    sexes = [distribution.sex for distribution in distributions]
    if sexes != [None] and sorted(str(sex) for sex in sexes) != sorted(SEXES):
        yield Problem(
            (name,), f"`{name}` is not told for everybody, once.", 'Give one, or one for "female" and "male".'
        )
    for i, distribution in enumerate(distributions):
        yield from _quantiles(distribution.quantiles, (name, i, "quantiles"), bounds)


def _quantiles(quantiles: Sequence[Quantile], path: Path, bounds: tuple[float, float]) -> Iterator[Problem]:
    shares = [q.share for q in quantiles]
    if len(shares) < 2 or shares[0] != 0 or shares[-1] != 1:
        yield Problem(
            path, "The quantiles do not go from share 0 to share 1.", "Give the least and the most."
        )
    for i, quantile_ in enumerate(quantiles):
        if not bounds[0] <= quantile_.value <= bounds[1]:
            yield Problem(
                (*path, i, "value"),
                f"No adult of the clinic has {quantile_.value}.",
                f"Give {bounds[0]:g} to {bounds[1]:g}.",
            )
        if i and not (quantile_.share > shares[i - 1] and quantile_.value >= quantiles[i - 1].value):
            yield Problem((*path, i), "The quantiles are not in ascending order.", "Order them by share.")


def _shares(shares: Sequence[Share], name: str, known: tuple[str, ...]) -> Iterator[Problem]:
    if abs(sum((share.share for share in shares), Decimal(0)) - 1) > SHARES_SUM:
        yield Problem((name,), f"The shares of `{name}` do not add to 1.", "Correct them.")
    seen: set[str] = set()
    for i, share in enumerate(shares):
        if known and share.value not in (*known, *ABSENT):
            yield Problem(
                (name, i, "value"),
                f"{share.value[:40]!r} is not known here.",
                f"Choose one of: {', '.join((*known, *ABSENT))}.",
            )
        if share.value in seen or not 0 <= share.share <= 1:
            yield Problem((name, i), "It stands twice, or its share is not from 0 to 1.", "Correct it.")
        seen.add(share.value)
