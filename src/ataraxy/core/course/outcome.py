"""What became of each patient, and of all of them together: every count with its denominator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ataraxy.core.chart.events import Answer
from ataraxy.core.proportion import Proportion, wilson


@dataclass(frozen=True, slots=True)
class PatientOutcome:
    """One patient who began treatment. Without an answer the outcome is unknown, neither good nor bad."""

    answered: bool  # a score after the first dose, comparable with one before
    responded: Answer
    remitted: Answer
    worse: Answer
    stopped: bool  # the course was ended before its last session


@dataclass(frozen=True, slots=True)
class CohortOutcome:
    """``answered`` and ``stopped`` are of all who started; the others of those whose answer is known.

    ``silent`` is how many the other three say nothing about.
    """

    started: int
    silent: int
    answered: Proportion
    stopped: Proportion
    responded: Proportion
    remitted: Proportion
    worse: Proportion


def cohort_outcome(patients: Sequence[PatientOutcome]) -> CohortOutcome:
    """Count a clinic's patients. An answer that is not there is never counted as a no."""
    started = len(patients)
    answered = [p for p in patients if p.answered]
    return CohortOutcome(
        started=started,
        silent=started - len(answered),
        answered=wilson(len(answered), started),
        stopped=wilson(sum(p.stopped for p in patients), started),
        responded=_known([p.responded for p in answered]),
        remitted=_known([p.remitted for p in answered]),
        worse=_known([p.worse for p in answered]),
    )


def _known(answers: Sequence[Answer]) -> Proportion:
    known = [a for a in answers if a is not Answer.UNKNOWN]
    return wilson(sum(a is Answer.YES for a in known), len(known))
