"""What a protocol's lines say about predicted values: who is held, stopped or called for, and who may go home.

Only lines about what is predicted can be looked at; the others are named, never taken as met.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.pharmacology.people import FloatArray
from ataraxy.core.protocol.types import (
    CheckKind,
    Comparison,
    DischargeCriterion,
    DischargeKind,
    Limit,
    Measure,
    Phase,
    Protocol,
    Rule,
    Status,
)

BoolArray = NDArray[np.bool_]
PREDICTED: Mapping[Measure, str] = {
    Measure.SYSTOLIC: "systolic",
    Measure.DIASTOLIC: "diastolic",
    Measure.PULSE_CUFF: "pulse",
    Measure.PULSE_OXIMETER: "pulse",
    Measure.HEART_RATE_ECG: "pulse",
    Measure.SEDATION: "sedation",
    Measure.DISSOCIATION: "dissociation",
}
WHOLE = ("sedation", "dissociation")  # a rater writes whole points: 4.6 is read as 5
COMPARE: Mapping[Comparison, Callable[..., Any]] = {
    Comparison.ABOVE: np.greater,
    Comparison.AT_LEAST: np.greater_equal,
    Comparison.BELOW: np.less,
    Comparison.AT_MOST: np.less_equal,
}
ALL = slice(None)
JUST_BEFORE_MIN = -1.5
SIGNS = {
    Comparison.ABOVE: ">",
    Comparison.AT_LEAST: "≥",
    Comparison.BELOW: "<",
    Comparison.AT_MOST: "≤",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """``output`` ``comparison`` ``value`` is what breaks it; ``from_baseline``: what is above the own baseline."""

    output: str
    comparison: Comparison
    value: float
    from_baseline: bool = False

    def broken(self, values: Mapping[str, FloatArray], minutes: slice = ALL) -> BoolArray:
        """Of each person at these minutes, (N, minutes); the first minute of ``values`` is before the dose."""
        level = values[self.output][:, minutes]
        if self.output in WHOLE:
            level = np.rint(level)
        if self.from_baseline:
            before = values[self.output][:, :1]
            level = level - (np.rint(before) if self.output in WHOLE else before)
        found: BoolArray = COMPARE[self.comparison](level, self.value)
        return found

    def __str__(self) -> str:
        rise = " above baseline" if self.from_baseline else ""
        return f"{self.output} {SIGNS[self.comparison]} {self.value:g}{rise}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the protocol that somebody crosses when any bound is broken from ``from_min`` to ``until_min``.

    ``starts``: of each session's dose; the minutes count from each of them, and one session is enough to cross it.
    """

    id: str
    action: str
    text: str
    source: str
    status: Status
    bounds: tuple[Bound, ...]
    from_min: float
    until_min: float
    starts: tuple[float, ...] = (0.0,)

    def crossed(self, values: Mapping[str, FloatArray], at_min: FloatArray) -> BoolArray:
        """Who crosses it, (N,)."""
        found = np.zeros(len(next(iter(values.values()))), dtype=bool)
        for place, start in enumerate(self.starts):
            # Before a later session is the minute before its dose, not all that was since the last one.
            since = start + (max(self.from_min, JUST_BEFORE_MIN) if place else self.from_min)
            begin = np.searchsorted(at_min, since)
            end = np.searchsorted(at_min, start + self.until_min, "right")
            for bound in self.bounds:
                found |= bound.broken(values, slice(begin, end)).any(axis=1)
        return found


@dataclass(frozen=True, slots=True)
class Stay:
    """When somebody may go: no bound broken any more, and ``least_min`` since the dose began.

    ``from_min``: the dose is over.
    """

    least_min: float
    from_min: float
    bounds: tuple[Bound, ...]

    def settled(
        self, values: Mapping[str, FloatArray], at_min: FloatArray, people: int
    ) -> tuple[FloatArray, BoolArray]:
        """The minute from which nothing is broken any more, (N,), and who is not there at the last minute."""
        broken = np.zeros((people, len(at_min)), dtype=bool)
        begin = int(np.searchsorted(at_min, self.from_min))
        for bound in self.bounds:
            broken[:, begin:] |= bound.broken(values, slice(begin, None))
        last = len(at_min) - 1 - broken[:, ::-1].argmax(axis=1)
        ever = broken.any(axis=1)
        late = ever & (last == len(at_min) - 1)
        when = np.where(ever, at_min[np.minimum(last + 1, len(at_min) - 1)], self.from_min)
        return when, late


@dataclass(frozen=True, slots=True)
class Lines:
    """``unpredicted``: (id, words) of lines that no prediction reaches."""

    held: tuple[Line, ...]
    stay: Stay
    unpredicted: tuple[tuple[str, str], ...]


def lines_of(
    protocol: Protocol,
    outputs: Sequence[str],
    end_min: float,
    until_min: float,
    starts: Sequence[float] = (0.0,),
) -> Lines:
    """The protocol's lines about these outputs, for a dose from 0 to ``end_min`` followed until ``until_min``.

    ``starts``: of each session, where there are several; the minutes count from each of them.
    """
    sessions = tuple(starts)
    held: list[Line] = []
    missing: list[tuple[str, str]] = []
    for check in protocol.arrival:
        if check.kind is CheckKind.LIMIT:
            bounds = _bounds(check.limits, outputs)
            if bounds:
                # Before the dose: the one minute that lies before it.
                words = check.text, check.source, check.status
                held.append(Line(check.id, "hold", *words, bounds, -np.inf, -1e-9, sessions))
            else:
                missing.append((check.id, check.text))
    for rule in protocol.rules:
        bounds, window = _bounds(rule.limits, outputs), _window(rule, end_min, until_min)
        if bounds and window:
            words = rule.text, rule.source, rule.status
            held.append(Line(rule.id, rule.action.value, *words, bounds, *window, sessions))
        else:
            missing.append((rule.id, rule.text))
    stay, left = _stay(protocol.discharge, outputs, end_min)
    return Lines(tuple(held), stay, (*missing, *left))


def _window(rule: Rule, end_min: float, until_min: float) -> tuple[float, float] | None:
    phases = {Phase.DOSING: (0.0, end_min), Phase.OBSERVATION: (end_min, until_min)}
    spans = [phases[phase] for phase in rule.phases if phase in phases]
    return (min(s for s, _ in spans), max(e for _, e in spans)) if spans else None


def _bounds(limits: Sequence[Limit], outputs: Sequence[str]) -> tuple[Bound, ...]:
    return tuple(
        Bound(PREDICTED[limit.measure], limit.comparison, float(limit.value))
        for limit in limits
        if PREDICTED.get(limit.measure) in outputs
    )


def _stay(
    criteria: Sequence[DischargeCriterion], outputs: Sequence[str], end_min: float
) -> tuple[Stay, tuple[tuple[str, str], ...]]:
    least, bounds, missing = 0.0, list[Bound](), list[tuple[str, str]]()
    for criterion in criteria:
        found = _bounds(criterion.limits, outputs)
        if criterion.kind is DischargeKind.MINIMUM_OBSERVATION:
            least = max(least, float(criterion.at_least_min or 0))
        elif criterion.kind is DischargeKind.LIMIT and found:
            bounds.extend(found)
        elif (
            criterion.kind is DischargeKind.BACK_TO_BASELINE
            and criterion.measure is not None
            and PREDICTED.get(criterion.measure) in outputs
        ):
            margin = float(criterion.margin or 0)
            bounds.append(Bound(PREDICTED[criterion.measure], Comparison.ABOVE, margin, from_baseline=True))
        else:
            missing.append((criterion.id, criterion.text))
    return Stay(least, end_min, tuple(bounds)), tuple(missing)
