"""What changes between two bases, field by field, and what that does to every pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.studies import studies
from ataraxy.core.evidence.answer import Analysis, Shown
from ataraxy.core.evidence.difference import Change, differences, differences_of_study
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.pool_difference import PoolChange, PoolChanges, pool_changes
from ataraxy.core.evidence.study import Condition, Figure, Measure, Seen, Study

BASE = dict(studies())
FEDER = BASE["feder-2021"]


def without(*keys: str) -> dict[str, Study]:
    return {key: study for key, study in BASE.items() if key not in keys}


def test_the_same_base_differs_in_nothing() -> None:
    assert differences(BASE, BASE) == ()
    assert pool_changes(BASE, BASE) == PoolChanges((), 0, ())


def test_a_study_that_comes_or_goes_is_one_difference() -> None:
    (gone,) = differences(BASE, without("feder-2021"))
    (come,) = differences(without("feder-2021"), BASE)
    assert (gone.change, gone.study, gone.before) == (Change.REMOVED, "feder-2021", FEDER.title)
    assert (come.change, come.after, come.path) == (Change.ADDED, FEDER.title, "")


def test_a_changed_number_is_told_with_its_path_and_both_values() -> None:
    outcome = FEDER.outcomes[1]
    group = replace(outcome.groups[0], events=Figure(Decimal("9"), Seen.SECOND_HAND))
    changed = replace(
        FEDER,
        outcomes=(
            FEDER.outcomes[0],
            replace(outcome, groups=(group, *outcome.groups[1:])),
            *FEDER.outcomes[2:],
        ),
    )
    (one,) = differences_of_study(FEDER, changed)
    assert (one.change, one.path) == (Change.CHANGED, "outcomes[caps5-response].groups[ketamine].events")
    assert (one.before, one.after) == ("10 (read)", "9 (second-hand)")


def test_how_a_number_was_seen_and_its_printed_digits_count_as_a_change() -> None:
    assert FEDER.n is not None
    inferred = replace(FEDER, n=replace(FEDER.n, seen=Seen.INFERRED))
    printed = replace(FEDER, n=replace(FEDER.n, value=Decimal("30.0")))
    assert [one.path for one in differences_of_study(FEDER, inferred)] == ["n"]
    assert [one.path for one in differences_of_study(FEDER, printed)] == ["n"]


def test_parts_are_found_by_their_keys_and_not_by_their_order() -> None:
    turned = replace(FEDER, arms=FEDER.arms[::-1], harms=FEDER.harms[::-1])
    assert differences_of_study(FEDER, turned) == ()
    fewer = replace(FEDER, harms=FEDER.harms[1:])
    (one,) = differences_of_study(FEDER, fewer)
    assert one.change is Change.REMOVED
    assert one.path == "harms[blurred-vision Blurred vision ketamine]"


@given(keys=st.sets(st.sampled_from(sorted(BASE))), others=st.sets(st.sampled_from(sorted(BASE))))
def test_differences_turn_with_the_bases(keys: set[str], others: set[str]) -> None:
    one, two = ({key: BASE[key] for key in told} for told in (keys, others))
    there, back = differences(one, two), differences(two, one)
    assert [(d.study, d.before, d.after) for d in there] == [(d.study, d.after, d.before) for d in back]
    assert {d.study for d in there} == keys ^ others


def whittaker(found: PoolChanges) -> PoolChange:
    """The common-effect pool of response in social anxiety, at any hour, crossovers as if independent."""
    return next(
        one
        for one in found.changed
        if (one.name.measure, one.name.window, one.name.analysis)
        == (Measure.OR, "at any hour", Analysis.INDEPENDENT)
        and one.name.method.startswith("common")
        and one.name.condition is Condition.SAD
    )


def test_taking_a_study_out_shows_what_the_pool_was_and_that_one_is_too_few() -> None:
    one = whittaker(pool_changes(BASE, without("glue-2020")))
    assert isinstance(one.before, Shown)
    assert one.before.value == pytest.approx(28.9364, abs=1e-4)  # Whittaker 2021: 28.94 [3.45, 242.57]
    assert one.before.low == pytest.approx(3.4518, abs=1e-4)
    assert isinstance(one.after, TooFew)
    assert (one.studies_before, one.studies_after) == (("taylor-2018", "glue-2020"), ("taylor-2018",))


def test_a_retracted_or_overlapping_study_changes_no_pool_and_says_why() -> None:
    from datetime import date

    taylor = BASE["taylor-2018"]
    base: Mapping[str, Study] = BASE
    taken_back = replace(
        taylor, id="again", cohort_id="again", retracted_on=date(2026, 3, 31), retraction="by a test"
    )
    found = pool_changes(base, {**base, "again": taken_back})
    assert found.changed == ()
    assert found.unchanged > 0
    assert {one.study for one in found.left_out} == {"again"}
    assert any("etract" in one.words for one in found.left_out)


def test_a_word_that_changes_changes_no_pool() -> None:
    taylor = replace(BASE["taylor-2018"], note="Another note.")
    found = pool_changes(BASE, {**BASE, "taylor-2018": taylor})
    assert found.changed == ()
    assert found.unchanged > 0
