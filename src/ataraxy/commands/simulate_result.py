"""What a simulation found, in the words and numbers that tables, pictures and files share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.model import Enantiomer, PkModel
from ataraxy.core.pharmacology.people import FloatArray
from ataraxy.core.pharmacology.protocol_regimen import in_words
from ataraxy.core.proportion import Proportion, wilson
from ataraxy.core.protocol.types import Status
from ataraxy.engine.figures import Figure, Kind
from ataraxy.engine.pair import Pair, PairTally
from ataraxy.engine.plan import Planned
from ataraxy.engine.run import Outcome
from ataraxy.engine.tally import Tally
from ataraxy.engine.work import Work

SHARES = (0.05, 0.5, 0.95)
LATE = {Kind.SETTLED: 0, Kind.READY: 1}
PLACEHOLDER = "placeholder variability"


def worth(work: Work) -> str:
    """How far a model may be trusted: its standing, and what its spread between people stands on."""
    model = work.model
    statuses = {variation.status for variation in model.between}
    words = [model.standing.value]
    if not statuses:
        words.append("no spread between people beyond their covariates")
    elif statuses == {Status.PROPOSED}:
        words.append(PLACEHOLDER)
    elif Status.PROPOSED in statuses:
        words.append(f"partly {PLACEHOLDER}")
    elif any(status.needs_signature for status in statuses):
        words.append("published variability, read second-hand")
    if model.enantiomer is not Enantiomer.RACEMIC:
        words.append(f"{model.enantiomer.value}-ketamine alone")
    return ", ".join(words)


def told_as(model: PkModel, output: str) -> str:
    """What an output is called: a model of one enantiomer tells that one alone, never "ketamine".

    A racemic dose feeds it half, and its level beside the whole would look like a disagreement of models.
    """
    single = model.enantiomer is not Enantiomer.RACEMIC and any(a.name == output for a in model.analytes)
    return f"{model.enantiomer.value}-{output}" if single else output


def figure_name(work: Work, figure: Figure) -> str:
    return f"{told_as(work.model, figure.output)} {figure.kind.value}".strip()


def effects_worth(work: Work) -> str:
    """The effect models with their standing."""
    return "; ".join(f"{effect.name} ({effect.standing.value})" for effect in work.effects)


def known_faults(effects: Sequence[EffectModel]) -> list[str]:
    """Where a curve is known to be wrong: told beside its figures, never only in the model's file."""
    return [
        f"{effect.endpoint.value.capitalize()}: {effect.known_wrong}"
        for effect in effects
        if effect.known_wrong
    ]


@dataclass(frozen=True, slots=True)
class Result:
    """One protocol in one model."""

    planned: Planned
    outcome: Outcome[Tally]

    @property
    def work(self) -> Work:
        return self.planned.work

    @property
    def people(self) -> int:
        return self.outcome.tally.people

    @property
    def quantiles(self) -> FloatArray:
        """5, 50 and 95 % of each figure, (3, figures)."""
        sketch = self.outcome.tally.figures
        assert sketch is not None
        return sketch.quantiles(SHARES)

    def not_reached(self, place: int, share: float) -> bool:
        """Whether this quantile of a time lies beyond the last minute."""
        kind = self.work.figures[place].kind
        return kind in LATE and int(self.outcome.tally.late[LATE[kind]]) > (1 - share) * self.people

    def crossing(self, place: int) -> Proportion:
        return wilson(int(self.outcome.tally.crossed[place]), self.people)

    @property
    def words(self) -> str:
        """Model, site, standing, population and people: what stands under every table and figure."""
        work, model = self.work, self.work.model
        return (
            f"{model.name}; sampled: {model.sampling_site.value}; {worth(work)}. "
            f"{self.people} people of {work.crowd.name} ({work.crowd.standing})."
        )

    def as_json(self) -> dict[str, Any]:
        work, q = self.work, self.quantiles
        return {
            "protocol": self.planned.protocol.id,
            "version": self.planned.protocol.version,
            "dose": [in_words(dose) for dose in work.regimen],
            "course": self.planned.course or None,
            "model": work.model.id,
            "model_name": work.model.name,
            "sampling_site": work.model.sampling_site.value,
            "standing": work.model.standing.value,
            "worth": worth(work),
            "population": work.crowd.name,
            "population_standing": work.crowd.standing,
            "enantiomer": work.model.enantiomer.value,
            "effects": {effect.id: effect.standing.value for effect in work.effects},
            "known_faults": known_faults(work.effects),
            "seed": work.seed,
            "people": self.people,
            "asked": self.outcome.asked,
            "complete": self.outcome.complete,
            "achieved_error": self.outcome.tally.error,
            "figures": [self._figure(place, q) for place in range(len(work.figures))],
            "lines": [self._line(place) for place in range(len(work.held))],
            "not_predicted": [line for line, _ in self.planned.lines.unpredicted],
        }

    def _figure(self, place: int, q: FloatArray) -> dict[str, Any]:
        figure = self.work.figures[place]
        told: dict[str, Any] = {"figure": figure_name(self.work, figure), "unit": figure.unit}
        for row, share in enumerate(SHARES):
            beyond = self.not_reached(place, share)
            told[f"q{round(100 * share):02d}"] = None if beyond else float(q[row, place])
        if figure.kind in LATE:
            told["not_by_the_last_minute"] = int(self.outcome.tally.late[LATE[figure.kind]])
        return told

    def _line(self, place: int) -> dict[str, Any]:
        line, share = self.work.held[place], self.crossing(place)
        return {
            "line": line.id,
            "action": line.action,
            "when": [str(bound) for bound in line.bounds],
            "status": line.status.value,
            "source": line.source,
            "count": share.count,
            "of": share.of,
            "share": share.share,
            "low": share.low,
            "high": share.high,
        }


@dataclass(frozen=True, slots=True)
class Paired:
    """Two protocols in the same people."""

    first: Planned
    second: Planned
    pair: Pair
    outcome: Outcome[PairTally]

    @property
    def sides(self) -> tuple[Result, Result]:
        tally, asked = self.outcome.tally, self.outcome.asked
        return (
            Result(self.first, Outcome(tally.first, asked)),
            Result(self.second, Outcome(tally.second, asked)),
        )

    @property
    def differences(self) -> FloatArray:
        """5, 50 and 95 % of each figure's difference, second minus first, person by person; (3, figures)."""
        return self.outcome.tally.differences.quantiles(SHARES)

    def as_json(self) -> dict[str, Any]:
        q, mean = self.differences, self.outcome.tally.differences.mean
        one, other = self.sides
        more = np.asarray(self.outcome.tally.more) / self.outcome.tally.people
        return {
            "first": one.as_json(),
            "second": other.as_json(),
            "differences": [
                {
                    "figure": figure_name(self.first.work, figure),
                    "unit": figure.unit,
                    "q05": float(q[0, i]),
                    "q50": float(q[1, i]),
                    "q95": float(q[2, i]),
                    "mean": float(mean[i]),
                    "share_higher_under_second": float(more[i]),
                }
                for i, figure in enumerate(self.first.work.figures)
            ],
            "lines": [
                {
                    "line": self.first.work.held[mine].id,
                    "only_first": int(self.outcome.tally.only[row, 0]),
                    "only_second": int(self.outcome.tally.only[row, 1]),
                }
                for row, (mine, _) in enumerate(self.pair.shared_lines)
            ],
        }
