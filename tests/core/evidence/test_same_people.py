"""People are the same by cohort, registration, DOI or PMID; what nobody has read joins no two groups that were read."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from ataraxy.core.evidence.same_people import groups_of_people, spoken_for
from ataraxy.core.evidence.study import Condition, Design, Finding, Study


def study(key: str, *, nct: str = "", doi: str = "", unreviewed: bool = False) -> Study:
    return Study(
        id=key,
        source=key,
        title=key,
        design=Design.PARALLEL,
        conditions=(Condition.PTSD,),
        population="",
        cohort_id=key,
        finding=Finding.NOT_SEEN,
        registrations=(nct,) if nct else (),
        doi=doi,
        unreviewed=unreviewed,
    )


ONE, OTHER = study("one", nct="NCT00000001"), study("other", doi="10.1/other")
BRIDGE = study("bridge", nct="NCT00000001", doi="10.1/other")


def test_a_third_report_that_was_read_makes_two_one() -> None:
    group = groups_of_people((ONE, OTHER, BRIDGE))
    assert len(set(group.values())) == 1


@pytest.mark.parametrize("order", list(permutations((ONE, OTHER, replace(BRIDGE, unreviewed=True)))))
def test_one_that_nobody_read_leaves_two_apart_and_is_of_one_of_them(order: tuple[Study, ...]) -> None:
    """H-070."""
    group = groups_of_people(order)
    assert group["one"] != group["other"]
    assert group["bridge"] in spoken_for(order, group)


def test_two_unread_reports_join_through_a_third_that_is_unread_too() -> None:
    every = [replace(one, unreviewed=True) for one in (ONE, OTHER, BRIDGE)]
    group = groups_of_people(every)
    assert len(set(group.values())) == 1
    assert not spoken_for(every, group)


def test_an_unread_report_of_an_unread_report_of_read_people_is_of_those_people() -> None:
    """H-070: new number A, then a report under A and under the number of a read trial."""
    first = study("a-first", nct="NCT00000009", unreviewed=True)
    second = study("b-second", nct="NCT00000009", doi="10.1/other", unreviewed=True)
    every = (OTHER, first, second)
    group = groups_of_people(every)
    assert group["a-first"] == group["b-second"] == group["other"]
