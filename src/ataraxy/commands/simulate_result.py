"""What a simulation found, in the words and numbers that tables, pictures and files share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ataraxy.core.pharmacology.people import FloatArray
from ataraxy.core.pharmacology.protocol_regimen import in_words
from ataraxy.core.proportion import Proportion, wilson
from ataraxy.engine.figures import Kind
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
    words = [model.standing.value]
    if not model.between:
        words.append("no spread between people beyond their covariates")
    elif any(variation.status.needs_signature for variation in model.between):
        words.append(PLACEHOLDER)
    return ", ".join(words)


def effects_worth(work: Work) -> str:
    """The effect models with their standing."""
    return "; ".join(f"{effect.name} ({effect.standing.value})" for effect in work.effects)


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
            "effects": {effect.id: effect.standing.value for effect in work.effects},
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
        told: dict[str, Any] = {"figure": figure.name, "unit": figure.unit}
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
                    "figure": figure.name,
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
