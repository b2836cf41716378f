"""A trial as it enters a network: its treatments beside one of them, with what a shared arm makes them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ataraxy.core.evidence.series import FloatArray, Floats, effects, positive_definite


@dataclass(frozen=True, slots=True)
class Pair:
    """One comparison of a trial, ``first`` less ``second``, on the scale of analysis."""

    first: str
    second: str
    effect: float
    variance: float


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Effects (n,) of ``others`` beside ``base``, with their covariance (n, n)."""

    study: str
    base: str
    others: tuple[str, ...]
    effects: FloatArray
    covariance: FloatArray

    @property
    def treatments(self) -> frozenset[str]:
        return frozenset((self.base, *self.others))

    def contrast(self, first: str, second: str) -> tuple[float, float]:
        """Effect and variance of one of its treatments beside another."""
        row = np.array([(one == first) * 1.0 - (one == second) * 1.0 for one in self.others])
        return float(row @ self.effects), float(row @ self.covariance @ row)


def of_arms(study: str, treatments: Sequence[str], levels: Floats, variances: Floats) -> Trial:
    """A trial from its arms: the mean (or log odds, or log risk) of each, and the variance of that.

    Raises:
        ValueError: fewer than two arms, a treatment given twice, an impossible number.
    """
    y, v = effects(levels, variances)
    if len(treatments) != len(y):
        raise ValueError(f"{study}: {len(treatments)} treatments for {len(y)} arms: name one for each.")
    _distinct(study, treatments)
    return Trial(study, treatments[0], tuple(treatments[1:]), y[1:] - y[0], np.diag(v[1:]) + v[0])


def of_pairs(study: str, pairs: Sequence[Pair]) -> Trial:
    """A trial from its comparisons: one for two arms, every one of them for more (their variances tell the arms').

    Raises:
        ValueError: a comparison is missing or given twice, or they contradict each other.
    """
    names = sorted({name for pair in pairs for name in (pair.first, pair.second)})
    told = {frozenset((pair.first, pair.second)): pair for pair in pairs}
    effects([pair.effect for pair in pairs], [pair.variance for pair in pairs])
    wanted = [frozenset(two) for two in combinations(names, 2)]
    if len(names) < 2 or len(told) < len(pairs) or set(told) != set(wanted):
        raise ValueError(f"{study}: give each comparison of its {len(names)} treatments once.")
    base, others = names[0], names[1:]
    y = np.array([_turned(told[frozenset((base, one))], one).effect for one in others])
    v = np.array([told[frozenset((base, one))].variance for one in others])
    covariance = np.diag(v)
    for i, j in combinations(range(len(others)), 2):
        own = _turned(told[frozenset((others[i], others[j]))], others[i])
        if abs(own.effect - (y[i] - y[j])) > 1e-6 + 0.01 * np.sqrt(own.variance):
            raise ValueError(
                f"{study}: {others[i]} beside {others[j]} contradicts what each shows beside {base}: check the signs."
            )
        covariance[i, j] = covariance[j, i] = (v[i] + v[j] - own.variance) / 2
    return Trial(study, base, tuple(others), y, positive_definite(covariance, f"the arms of {study}"))


def _turned(pair: Pair, first: str) -> Pair:
    return pair if pair.first == first else Pair(pair.second, pair.first, -pair.effect, pair.variance)


def _distinct(study: str, treatments: Sequence[str]) -> None:
    if len(treatments) < 2 or len(set(treatments)) < len(treatments):
        raise ValueError(
            f"{study}: give two different treatments or more, each once; merge arms that are the same."
        )


def parts(trials: Sequence[Trial]) -> tuple[tuple[str, ...], ...]:
    """Treatments that are connected by trials, part by part."""
    groups: list[set[str]] = []
    for trial in trials:
        joined = set(trial.treatments)
        apart = []
        for group in groups:
            if group & joined:
                joined |= group
            else:
                apart.append(group)
        groups = [*apart, joined]
    return tuple(sorted(tuple(sorted(group)) for group in groups))
