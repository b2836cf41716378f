"""One study's doses beside its own reference: effects, and how far they share their error because they share a control."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ataraxy.core.evidence.series import FloatArray, Floats, finite, inverse, positive_definite

MOST_STEPS = 100


class Count(StrEnum):
    """What ``of`` counts beside the events of each dose (Greenland & Longnecker 1992)."""

    PEOPLE = "people"  # cumulative incidence: risk ratios
    PERSON_TIME = "person-time"  # incidence: rate ratios
    CONTROLS = "controls"  # people without the event: odds ratios


@dataclass(frozen=True, slots=True, eq=False)
class DoseArms:
    """Effects (n,) of n doses beside a reference dose of the same study, with their covariance (n, n)."""

    study: str
    reference: float
    doses: FloatArray
    effects: FloatArray
    covariance: FloatArray

    @classmethod
    def of(
        cls, study: str, reference: float, doses: Floats, effects: Floats, covariance: FloatArray
    ) -> DoseArms:
        """Raises: ValueError: a dose equal to the reference, lengths that differ, an impossible covariance."""
        x, y = finite(doses, "dose"), finite(effects, "effect")
        s = positive_definite(covariance, f"the doses of {study}")
        if not len(x) == len(y) == len(s) or len(x) == 0:
            raise ValueError(f"{study}: give one effect, and one row of the covariance, for each dose.")
        if (x == reference).any():
            raise ValueError(
                f"{study}: the reference dose {reference} has no effect beside itself: leave it out."
            )
        return cls(study, float(reference), x, y, s)


def of_events(study: str, doses: Floats, events: Floats, people: Floats, odds: bool = False) -> DoseArms:
    """Log risk ratios (log odds ratios if ``odds``) of each dose beside the first, from counted arms.

    Half an event, and a person, is added to every arm of a study in which an arm has none or all.

    Raises:
        ValueError: fewer than two arms, more events than people.
    """
    x, a, n = finite(doses, "dose"), finite(events, "number of events"), finite(people, "number of people")
    if not len(x) == len(a) == len(n) or len(x) < 2:
        raise ValueError(f"{study}: give events and people for two doses or more.")
    if (a < 0).any() or (a > n).any() or (n <= 0).any():
        raise ValueError(f"{study}: an arm has more events than people, or nobody: check its counts.")
    if (a == 0).any() or (a == n).any():
        a, n = a + 0.5, n + 1.0
    level = np.log(a / (n - a)) if odds else np.log(a / n)
    own = 1 / a + 1 / (n - a) if odds else 1 / a - 1 / n
    return DoseArms.of(study, x[0], x[1:], level[1:] - level[0], np.diag(own[1:]) + own[0])


def of_means(study: str, doses: Floats, means: Floats, sds: Floats, people: Floats) -> DoseArms:
    """Mean differences of each dose beside the first arm, which all share.

    Raises:
        ValueError: fewer than two arms, an SD or a number of people not above zero.
    """
    x, m = finite(doses, "dose"), finite(means, "mean")
    sd, n = finite(sds, "SD"), finite(people, "number of people")
    if not len(x) == len(m) == len(sd) == len(n) or len(x) < 2:
        raise ValueError(f"{study}: give mean, SD and people for two doses or more.")
    if (sd <= 0).any() or (n <= 0).any():
        raise ValueError(f"{study}: an SD and a number of people are above zero.")
    own = sd**2 / n
    return DoseArms.of(study, x[0], x[1:], m[1:] - m[0], np.diag(own[1:]) + own[0])


def of_standardised(
    study: str, reference: float, doses: Floats, smds: Floats, people: Sequence[float]
) -> DoseArms:
    """Standardised mean differences beside a shared control (``people``: control first), pooled SD of all arms.

    Source: Gleser & Olkin 2009: cov = 1 / n_control + d_i d_j / (2 N).
    """
    n, d = finite(people, "number of people"), finite(smds, "effect")
    if len(n) != len(d) + 1 or (n <= 0).any():
        raise ValueError(f"{study}: give the people of the control first, then of each dose.")
    covariance = np.diag(1 / n[1:]) + 1 / n[0] + np.outer(d, d) / (2 * n.sum())
    return DoseArms.of(study, reference, doses, d, covariance)


def of_adjusted(
    study: str,
    reference: float,
    doses: Floats,
    effects: Floats,
    ses: Floats,
    events: Floats,
    of: Floats,
    count: Count,
) -> DoseArms:
    """Adjusted log ratios beside a shared reference, with the covariance that fits them and the study's totals.

    Args:
        effects, ses: log ratios of the doses (n,), and their standard errors.
        events, of: crude events, and people (or person-time, or controls), of the reference and then each dose (n+1,).

    Source: Greenland & Longnecker 1992, Am J Epidemiol 135:1301-9.
    Raises:
        ValueError: lengths that differ, counts below zero, totals that no table with these effects has.
    """
    b, se = finite(effects, "effect"), finite(ses, "standard error")
    a, n = finite(events, "number of events"), finite(of, f"number of {count.value}")
    if (
        not len(b) == len(se) == len(a) - 1 == len(n) - 1
        or (se <= 0).any()
        or (n <= 0).any()
        or (a < 0).any()
    ):
        raise ValueError(
            f"{study}: give the reference and each dose their counts, and each dose its log ratio."
        )
    own = _own(_expected(study, b, a, n, count), a + n if count is Count.CONTROLS else n, count)
    correlation = own[0] / np.sqrt(np.outer(own[0] + own[1:], own[0] + own[1:]))
    np.fill_diagonal(correlation, 1.0)
    return DoseArms.of(study, reference, doses, b, correlation * np.outer(se, se))


def _own(events: FloatArray, whole: FloatArray, count: Count) -> FloatArray:
    """Each arm's own part of the variance."""
    if count is Count.CONTROLS:
        return np.asarray(1 / events + 1 / (whole - events))
    return np.asarray(1 / events - 1 / whole) if count is Count.PEOPLE else np.asarray(1 / events)


def _expected(study: str, b: FloatArray, a: FloatArray, n: FloatArray, count: Count) -> FloatArray:
    """Events of each arm with the study's totals that have exactly the adjusted ratios, by Newton's steps."""
    total = float(a.sum())
    whole = a + n if count is Count.CONTROLS else n  # people of each arm
    found = whole[1:] * total / whole.sum()
    if not _possible(found, total, whole, count):
        raise ValueError(f"{study}: nobody, or everybody, had the event: there is no ratio to correct.")
    for _ in range(MOST_STEPS):
        first = total - found.sum()
        gap = b + _log_level(first, whole[0], count) - _log_level(found, whole[1:], count)
        slope = np.diag(_bend(found, whole[1:], count)) + _bend(first, whole[0], count)
        step = inverse(slope) @ gap
        size = 1.0
        while not _possible(found + size * step, total, whole, count):
            size /= 2
            if size < 1e-12:
                raise ValueError(
                    f"{study}: no table with these totals has these ratios: check counts and ratios."
                )
        found = found + size * step
        if np.abs(step).max() < 1e-11 * total:
            return np.concatenate([[total - found.sum()], found])
    raise ValueError(f"{study}: no table with these totals has these ratios: check counts and ratios.")


def _log_level(events: FloatArray | float, whole: FloatArray | float, count: Count) -> FloatArray:
    if count is Count.CONTROLS:
        return np.asarray(np.log(events) - np.log(np.subtract(whole, events)))
    return np.asarray(np.log(events) - np.log(whole))


def _bend(events: FloatArray | float, whole: FloatArray | float, count: Count) -> FloatArray:
    """How fast the level rises with events."""
    own = 1 / np.asarray(events, dtype=np.float64)
    return np.asarray(own + 1 / np.subtract(whole, events)) if count is Count.CONTROLS else own


def _possible(found: FloatArray, total: float, whole: FloatArray, count: Count) -> bool:
    every = np.concatenate([[total - found.sum()], found])
    return bool((every > 0).all() and (count is Count.PERSON_TIME or (every < whole).all()))
