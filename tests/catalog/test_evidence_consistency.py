"""The evidence base against itself: which printed numbers cannot be right, and that no others are suspected."""

from __future__ import annotations

from ataraxy.catalog.reviews import reviews
from ataraxy.catalog.studies import studies
from ataraxy.core.evidence.contradiction import Flaw
from ataraxy.core.evidence.study_consistency import findings_of_review, findings_of_study


def test_the_retracted_anxiety_analysis_is_told_and_nothing_else_of_a_study_but_one_percentage():
    told: dict[str, set[Flaw]] = {}
    for found in (found for one in studies().values() for found in findings_of_study(one)):
        told.setdefault(str(found.place), set()).add(found.kind)
    assert told == {
        "mills-2025, hama-cohort-1, reported 1": {Flaw.MIDPOINT, Flaw.P},
        "mills-2025, hama-cohort-2, reported 1": {Flaw.MIDPOINT, Flaw.P},
        # 17 of 138 are 12.3 %; 12.5 % was printed (17 of 136)
        "yale-2024, blood-pressure-raised, ketamine": {Flaw.SHARE},
    }


def test_the_mixed_units_of_one_review_are_told_and_no_other_pool():
    told = [found for one in reviews().values() for found in findings_of_review(one)]
    assert {str(found.place) for found in told} == {"almeida-2024, pcl5, reported 1"}
    assert {found.kind for found in told} == {Flaw.OUTSIDE, Flaw.P, Flaw.UNITS}
