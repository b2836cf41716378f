"""The summary of findings: nothing without its people, its certainty and its reasons, and no outcome left out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ataraxy.clinic.evidence.asked import SHOWN, Asked
from ataraxy.clinic.evidence.base import shipped
from ataraxy.clinic.evidence.disorder_page import page_of
from ataraxy.clinic.evidence.findings import NOT_RATED, line_of
from ataraxy.clinic.evidence.queries import answer_of
from ataraxy.core.evidence.certainty import Certainty
from ataraxy.core.evidence.study import Condition, Finding


@pytest.mark.parametrize("condition", SHOWN)
def test_every_number_has_its_people_its_interval_its_certainty_and_why(condition: Condition) -> None:
    """H-061."""
    for row in page_of(Asked(condition)).findings:
        if row.is_seen:
            assert "people" in row.of and "interval" in row.interval and "favours ketamine" in row.side
            assert row.sure in ("Very low certainty", "Low certainty") and row.status == "proposed"
            assert row.why and row.for_patient
        else:
            assert row.sure == NOT_RATED and not row.hundred and row.comment


@pytest.mark.parametrize("condition", SHOWN)
def test_no_outcome_that_matters_is_left_out(condition: Condition) -> None:
    outcomes = " ".join(row.outcome.casefold() for row in page_of(Asked(condition)).findings)
    for wanted in ("response", "severity", "relapse", "dissociation", "nausea", "blood pressure"):
        assert wanted in outcomes


def test_trials_that_found_nothing_stand_in_the_line_they_gave_no_number_to() -> None:
    """H-061."""
    response = page_of(Asked(Condition.PTSD)).findings[0]
    assert "negative: Abdallah 2022, Dadabayev 2020" in response.comment
    assert response.comment.index("negative") < response.comment.index("positive")
    negative = [s for s in shipped().studies.values() if s.finding is Finding.NEGATIVE and s.randomised]
    assert {"abdallah-2022", "dadabayev-2020"} <= {s.id for s in negative}


def test_a_study_alone_is_rated_too_and_never_sure() -> None:
    pool = answer_of(Asked(Condition.PTSD)).pools[0]
    line = line_of(pool, shipped().studies)
    assert line.studies == 1 and isinstance(line.certainty, Certainty)
    assert line.certainty.words == "Very low certainty"


def test_the_first_number_counts_nobody_twice() -> None:
    """H-058."""
    response = page_of(Asked(Condition.SAD)).findings[0]
    assert "13.7 (people beside themselves)" in response.effect
    assert not any("14 of 30" in words for words in response.hundred)


def test_it_stands_before_every_pool_on_the_page(page: Callable[..., str]) -> None:
    told = page("disorder", "ptsd")
    assert told.index("Summary of findings") < told.index('id="trials"') < told.index('id="pool-1"')
    assert told.index('class="taken-back"') < told.index('id="pool-1"')
