from __future__ import annotations

import pytest

from ataraxy.clinic.evidence.asked import SHOWN, Asked
from ataraxy.clinic.evidence.disorder_page import page_of
from ataraxy.core.evidence.study import Condition

pytestmark = pytest.mark.parametrize("condition", SHOWN)


def test_no_pooled_number_stands_without_its_people_its_interval_and_its_certainty(
    condition: Condition,
) -> None:
    """H-061."""
    for pool in page_of(Asked(condition)).pools:
        for one in pool.headlines:
            assert "people" in one.of and ("studies" in one.of or "study" in one.of)
            assert "interval" in one.interval
            assert pool.sure is not None or pool.no_sure
            # either how sure by methods that trust few studies less, or that there is one study only
            assert one.others or "alone" in one.note


def test_a_pool_of_few_people_is_never_called_sure(condition: Condition) -> None:
    """H-061: no pool of this base has the people one trial large enough would take."""
    for pool in page_of(Asked(condition)).pools:
        assert pool.sure is None or pool.sure.words in ("Very low certainty", "Low certainty")


def test_every_picture_has_a_table(condition: Condition) -> None:
    page = page_of(Asked(condition))
    drawn = [*(p.forest for p in page.pools if p.forest), *page.hours, *page.doses, page.harms]
    assert all(one is not None and one.table.rows for one in drawn)


def test_the_first_question_is_always_drawn(condition: Condition) -> None:
    assert page_of(Asked(condition)).pools[0].forest is not None
