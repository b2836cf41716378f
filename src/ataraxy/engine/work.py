"""What to simulate, as a value that any thread or machine can be given; and the answer for some of its people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.draws import MOST_SEED, Draws
from ataraxy.core.pharmacology.effect import EffectModel, names_of
from ataraxy.core.pharmacology.inputs import occasions_of
from ataraxy.core.pharmacology.model import PkModel
from ataraxy.core.pharmacology.people import FloatArray
from ataraxy.core.pharmacology.prepared import prepare
from ataraxy.core.pharmacology.regimen import Regimen
from ataraxy.core.pharmacology.simulate import TOLERANCE, Tier, run
from ataraxy.engine.crowd import Crowd
from ataraxy.engine.figures import Figure, Kind, exposures, figure_values, figures_of, totals
from ataraxy.engine.lines import BoolArray, Line, Stay
from ataraxy.engine.tally import Answer, Tally

BLOCK = 128  # people the compiled tier moves side by side; whole blocks are the faster to move and to count
CHUNK = 80 * BLOCK
CHUNK_BYTES = 48_000_000  # of curves a thread holds at once; half as much costs a tenth more in beginnings
FEWEST = 500  # people a chunk, however long their curves are
MOST_PEOPLE = 10**9
FEW = 200  # people for whom the compiled tier is not worth loading


@dataclass(frozen=True, slots=True)
class Work:
    """One regimen in many people.

    ``at_min``: ascending, the first of them before the first dose (the baseline). ``curves``: outputs whose band over
    time is told. ``figures``, ``held`` and ``stay``: what is told of each person (see ``planned``).

    Raises:
        InputRefused: nobody, a seed out of range, minutes out of order or without a baseline, two effects of one kind.
    """

    model: PkModel
    regimen: Regimen
    crowd: Crowd
    count: int
    seed: int
    at_min: tuple[float, ...]
    effects: tuple[EffectModel, ...] = ()
    curves: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    held: tuple[Line, ...] = ()
    stay: Stay | None = None
    variability: bool = True
    tier: Tier = Tier.NUMBA
    tolerance: float = TOLERANCE
    chunk: int = CHUNK

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MOST_PEOPLE:
            raise InputRefused(
                f"{self.count} people cannot be simulated.",
                f"Give a number from 1 to {MOST_PEOPLE}.",
                "count",
            )
        if not 0 <= self.seed < MOST_SEED:
            raise InputRefused(
                f"The seed {self.seed} is out of range.", "Give a whole number from 0 to 2^63 - 1.", "seed"
            )
        if self.chunk < 1:
            raise InputRefused(f"A chunk of {self.chunk} people is none.", "Give 1 or more.", "chunk")
        if not self.tolerance > 0:
            raise InputRefused(
                f"A tolerance of {self.tolerance} is none.", "Give a number above 0.", "tolerance"
            )
        self._check_minutes()

    def _check_minutes(self) -> None:
        at = np.array(self.at_min, dtype=np.float64)
        if len(at) < 2 or not np.isfinite(at).all() or not (np.diff(at) > 0).all():
            raise InputRefused(
                "The minutes are not ascending numbers, two at least.",
                "Give finite minutes in order.",
                "at_min",
            )
        first = min((dose.start_min for dose in self.regimen), default=np.inf)
        if at[0] >= first:
            raise InputRefused(
                "No minute lies before the first dose, so nobody has a baseline.",
                "Let the first minute be one before the dose.",
                "at_min",
            )

    @property
    def chunk_people(self) -> int:
        """People a chunk: fewer where their curves would fill the memory. The same on every machine."""
        told = len(self.model.analytes) + len(self.effects)
        fit = CHUNK_BYTES // (8 * len(self.at_min) * max(told, 1)) // BLOCK * BLOCK
        return max(1, min(self.chunk, self.count, max(fit, FEWEST)))

    def fresh(self) -> Tally:
        """A tally of nobody, to add to."""
        limits = {name: self._limits(name) for name in self.curves}
        return Tally.empty(
            len(self.at_min),
            limits,
            figures=len(self.figures),
            lines=len(self.held),
            expected=self.count,
            compiled=self.tier is Tier.NUMBA,
        )

    def _limits(self, output: str) -> tuple[float, ...]:
        bounds = [b for line in self.held for b in line.bounds if b.output == output and not b.from_baseline]
        return tuple(sorted({bound.value for bound in bounds}))

    def add(self, tally: Tally, first: int, count: int) -> None:
        """Simulate these people and count them in."""
        tally.add(answer(self, first, count))


def answer(work: Work, first: int, count: int) -> Answer:
    """The people numbered from ``first``, simulated.

    Raises:
        InputRefused: as ``simulate``.
    """
    people = work.crowd.people(first, count, work.seed)
    draws = Draws(work.seed, compiled=work.tier is Tier.NUMBA) if work.variability else None
    ready = prepare(work.model, work.regimen, people, effects=work.effects, draws=draws)
    at = np.array(work.at_min)
    told = frozenset([*(analyte.name for analyte in ready.network.readings), *names_of(work.effects)])
    found = run(ready, at, tier=work.tier, tolerance=work.tolerance, only=told)
    values = totals(found.values)
    needs_areas = any(figure.kind is Kind.EXPOSURE for figure in work.figures)
    areas = totals(exposures(ready)) if needs_areas else {}
    times, late = _times(work, values, at, count)
    figures = figure_values(work.figures, values, at, areas, times) if work.figures else np.zeros((count, 0))
    crossed = np.zeros((count, len(work.held)), dtype=bool)
    for place, line in enumerate(work.held):
        crossed[:, place] = line.crossed(values, at)
    return Answer(values, figures, crossed, late, found.achieved_error)


def _times(
    work: Work, values: Mapping[str, FloatArray], at: FloatArray, people: int
) -> tuple[dict[Kind, FloatArray], BoolArray]:
    """When effects have settled and when they may go; the last minute, and marked, for who is not there by then."""
    late = np.zeros((people, 2), dtype=bool)
    if work.stay is None:
        return {}, late
    settled, never = work.stay.settled(values, at, people)
    ready = np.maximum(settled, work.stay.least_min)
    late[:, 0] = never
    late[:, 1] = never | (ready > at[-1])
    return {Kind.SETTLED: settled, Kind.READY: np.minimum(ready, at[-1])}, late


# --- what a model tells ----------------------------------------------------------------------------


def analytes_of(model: PkModel) -> dict[str, str]:
    """What is measured in blood, with units: the sum of S and R first, where the model tells both."""
    names = [analyte.name for analyte in model.analytes]
    return dict.fromkeys(totals({name: np.zeros(0) for name in names}), "ng/mL")


def endpoints_of(effects: Sequence[EffectModel]) -> dict[str, str]:
    """What the effects tell, with units; an endpoint told twice goes by the effects' own names."""
    return dict(zip(names_of(effects), (effect.unit for effect in effects), strict=True))


def figures_for(
    model: PkModel, regimen: Regimen, effects: Sequence[EffectModel], *, stay: bool
) -> tuple[Figure, ...]:
    """Every figure that this model and these effects can tell of a person."""
    one = not model.occasion or len(occasions_of(regimen)) < 2
    return figures_of(analytes_of(model), effects, one_occasion=one, stay=stay)
