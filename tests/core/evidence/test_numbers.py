"""What one contrast has to tell before an effect can be computed, and how sure it is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest

from ataraxy.core.evidence.numbers import numbers_for, numbers_seen
from ataraxy.core.evidence.study import Figure, Group, Measure, Outcome, OutcomeKind, Pairs, Reported, Seen


def figure(value: float, seen: Seen = Seen.READ) -> Figure:
    return Figure(Decimal(str(value)), seen)


COUNTED = Outcome(
    "r",
    "lsas",
    "response",
    OutcomeKind.EVENTS,
    groups=(Group("k", figure(18), events=figure(6)), Group("s", figure(17), events=figure(0))),
    pairs=(Pairs("k", "s", figure(5, Seen.INFERRED), figure(0, Seen.INFERRED)),),
)
MEASURED = Outcome(
    "m",
    "lsas",
    "LSAS",
    OutcomeKind.CONTINUOUS,
    groups=(Group("k", figure(18), figure(40), figure(9)), Group("s", figure(17), figure(50), se=figure(2))),
)


def test_counts_tell_ratios_and_means_tell_differences_and_neither_tells_a_hazard():
    told = {
        (one.key, measure)
        for one in (COUNTED, MEASURED)
        for measure in Measure
        if numbers_for(measure, one, "k", "s")
    }
    assert told == {
        ("r", Measure.OR),
        ("r", Measure.RR),
        ("r", Measure.RD),
        ("m", Measure.MD),
        ("m", Measure.SMD),
    }


def test_nothing_is_told_of_an_arm_that_was_not_measured():
    assert numbers_for(Measure.OR, COUNTED, "k", "other") is None
    lonely = replace(MEASURED, groups=(MEASURED.groups[0], replace(MEASURED.groups[1], se=None)))
    assert numbers_for(Measure.MD, lonely, "k", "s") is None


def test_a_printed_estimate_needs_its_uncertainty_and_may_stand_the_other_way_round():
    printed = Reported(Measure.SMD, figure(1.13), "s", "k", low=figure(0.36), high=figure(1.91))
    bare = Outcome("m", "caps5", "CAPS-5", OutcomeKind.CONTINUOUS, reported=(printed,))
    found = numbers_for(Measure.SMD, bare, "k", "s")
    assert found is not None and found.turned and not found.has_groups
    assert numbers_for(Measure.SMD, bare, "s", "k").turned is False
    assert numbers_for(Measure.MD, bare, "k", "s") is None
    assert numbers_for(Measure.SMD, replace(bare, reported=(replace(printed, high=None),)), "k", "s") is None


@pytest.mark.parametrize("order", list(permutations(Seen, 2)))
def test_numbers_are_as_sure_as_the_least_sure_of_them(order):
    least = max(order, key=list(Seen).index)
    assert numbers_seen([figure(1, order[0]), None, figure(2, order[1])]) is least


def test_inferred_pairs_make_a_contrast_inferred():
    assert numbers_for(Measure.OR, COUNTED, "k", "s").seen is Seen.INFERRED
    assert numbers_for(Measure.RR, COUNTED, "k", "s").seen is Seen.READ
