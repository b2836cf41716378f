from __future__ import annotations

import pytest

from ataraxy.clinic.evidence.asked import SHOWN, Asked
from ataraxy.clinic.evidence.base import shipped
from ataraxy.clinic.evidence.certain import certainty_of
from ataraxy.clinic.evidence.disorder_page import page_of
from ataraxy.clinic.evidence.queries import answer_of
from ataraxy.core.evidence.certainty import Certainty
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


def test_with_few_studies_the_first_number_is_never_a_common_effect_nor_counts_anybody_twice(
    condition: Condition,
) -> None:
    """H-058."""
    for pool, shown in zip(answer_of(Asked(condition)).pools, page_of(Asked(condition)).pools, strict=True):
        pooled = [one for one in shown.headlines if one.is_pooled]
        if not pooled or len(pool.forests[0].rows) >= 5:
            continue
        assert not any("ommon effect" in one.note for one in pooled)
        assert len(pool.forests) == 1 or "beside themselves" in pooled[0].label


def test_a_study_alone_names_the_trials_that_found_nothing(condition: Condition) -> None:
    """H-061."""
    alone = [one for pool in page_of(Asked(condition)).pools for one in pool.headlines if not one.is_pooled]
    assert not any("repeated" in one.note for one in alone)
    if condition is Condition.PTSD:
        assert all("negative: Abdallah 2022, Dadabayev 2020" in one.note for one in alone)


def test_no_number_of_100_people_rests_on_counts_that_were_inferred(condition: Condition) -> None:
    """H-058: an odds ratio of Glue 2020 fits 8 of 12 beside 0 of 12, and 12 of 12 beside 4 of 12."""
    said = [one for pool in page_of(Asked(condition)).pools for one in pool.of_hundred]
    assert said
    assert all(one.basis for one in said)
    if condition is not Condition.PTSD:
        assert not any("responded with ketamine and" in one.words for one in said)
        assert any("12 beside 4 would fit as well" in one.words for one in said)


def test_the_certainty_is_of_the_pool_shown_first_and_told_of_other_disorders_in_it(
    condition: Condition,
) -> None:
    """H-061."""
    pool, shown = answer_of(Asked(condition)).pools[0], page_of(Asked(condition)).pools[0]
    found = certainty_of(pool.forests[0], shipped().studies)
    assert shown.sure is None or isinstance(found, Certainty)
    if isinstance(found, Certainty) and shown.sure is not None:
        assert shown.sure.why == found.why
    if condition is Condition.SAD:
        assert shown.sure is not None
        assert any(
            "People with other disorders are among those of Glue 2020" in why for why in shown.sure.why
        )
