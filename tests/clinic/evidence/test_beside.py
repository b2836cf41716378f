"""What reviews printed, beside ours: whose it is, of which scale, and why ours says nothing to it."""

from __future__ import annotations

import pytest

from ataraxy.clinic.evidence.asked import Asked
from ataraxy.clinic.evidence.disorder_page import BesideShown, page_of
from ataraxy.core.evidence.study import Activity, Condition, GivenBy, Measure


def printed(asked: Asked) -> list[BesideShown]:
    return [one for pool in page_of(asked).pools for one in pool.published]


def test_a_pool_ours_gives_again_is_not_said_unseen_on_a_narrowed_page() -> None:
    (whole,) = [one for one in printed(Asked(Condition.SAD)) if one.review == "whittaker-2021"]
    assert "28.94" in whole.ours
    narrowed = Asked(Condition.SAD, route=GivenBy.IV)
    (part,) = [one for one in printed(narrowed) if one.review == "whittaker-2021"]
    assert part.ours == "not recomputed here: filters leave some of its studies out"


def test_inputs_that_were_not_seen_are_said_to_be_so() -> None:
    (whittaker,) = [one for one in printed(Asked(Condition.PTSD)) if one.review == "whittaker-2021"]
    assert whittaker.ours == "not recomputed: its inputs were not seen"


def test_points_of_an_unseen_scale_stand_apart_with_their_unit() -> None:
    page = page_of(Asked(Condition.PTSD))
    assert not [one for one in printed(Asked(Condition.PTSD)) if one.review == "du-2021"]
    (du,) = page.apart
    assert (du.review, "scale that was not seen" in du.measure) == ("du-2021", True)


@pytest.mark.parametrize("condition", [Condition.GAD, Condition.SAD, Condition.PTSD])
def test_a_pool_across_diagnoses_says_whose_it_is(condition: Condition) -> None:
    """H-058."""
    across = [one for one in printed(Asked(condition)) if one.review == "hartland-2023"]
    assert across
    assert all(one.scope.startswith("across diagnoses") for one in across)


def test_narrowing_makes_nobodys_result_go_away() -> None:
    """H-061: beside a felt comparator one trial is left; the negative one beside placebo is still named."""
    asked = Asked(Condition.PTSD, measure=Measure.OR, against=Activity.PSYCHOACTIVE)
    (alone,) = page_of(asked).pools[0].headlines
    assert "Abdallah 2022 (negative)" in alone.note
