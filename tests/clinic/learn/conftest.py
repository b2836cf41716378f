"""Cohorts of any size and fate, as values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def cohort() -> Callable[..., Any]:
    """cohort(started, answered, responded) -> a GAD cohort of that many people."""

    def make(started: int, answered: int, responded: int) -> Any:
        from ataraxy.catalog.load import instruments
        from ataraxy.clinic.learn.queries.outcomes import Cohort, Window
        from ataraxy.core.chart.events import Answer
        from ataraxy.core.course.outcome import PatientOutcome, cohort_outcome
        from ataraxy.core.proportion import wilson
        from ataraxy.core.protocol.types import Disorder

        def person(n: int) -> PatientOutcome:
            if n >= answered:
                return PatientOutcome(False, Answer.UNKNOWN, Answer.UNKNOWN, Answer.UNKNOWN, False)
            yes = Answer.YES if n < responded else Answer.NO
            return PatientOutcome(True, yes, yes, Answer.NO, False)

        return Cohort(
            disorder=Disorder.GAD,
            protocol_id="sc-ascending",
            version="2026.5",
            title="Subcutaneous",
            scale=instruments()["gad7"],
            outcome=cohort_outcome([person(n) for n in range(started)]),
            silent=wilson(started - answered, started),
            windows=(Window("After a week", wilson(answered, started)),),
        )

    return make
