"""Differences between versions: none with itself, and each change both ways."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.load import protocols
from ataraxy.core.protocol.difference import Kind, differences
from ataraxy.core.protocol.types import Protocol

KEYS = sorted(protocols())
BACK = {Kind.ADDED: Kind.REMOVED, Kind.REMOVED: Kind.ADDED, Kind.CHANGED: Kind.CHANGED}
lost = st.tuples(st.sampled_from(KEYS), st.frozensets(st.integers(0, 20)))


def without(key: str, gone: frozenset[int]) -> Protocol:
    """A shipped protocol that has lost these rules and consent points."""
    whole = protocols()[key]
    rules = tuple(rule for i, rule in enumerate(whole.rules) if i not in gone)
    told = tuple(point for i, point in enumerate(whole.consent) if i not in gone)
    return replace(whole, rules=rules, consent=told)


@pytest.mark.parametrize("key", KEYS)
def test_a_protocol_does_not_differ_from_itself(key: str) -> None:
    assert differences(protocols()[key], protocols()[key]) == ()


@given(lost, lost)
def test_the_way_back_is_the_way_there_turned_round(
    one: tuple[str, frozenset[int]], other: tuple[str, frozenset[int]]
) -> None:
    first, second = without(*one), without(*other)
    there = {(BACK[d.kind], d.section, d.field, d.after, d.before) for d in differences(first, second)}
    back = {(d.kind, d.section, d.field, d.before, d.after) for d in differences(second, first)}
    assert there == back


@given(lost)
def test_every_lost_line_is_told(one: tuple[str, frozenset[int]]) -> None:
    whole, short = protocols()[one[0]], without(*one)
    gone = {line.id for line in (*whole.rules, *whole.consent)}
    gone -= {line.id for line in (*short.rules, *short.consent)}
    found = differences(whole, short)
    assert {d.line for d in found} == gone and {d.kind for d in found} <= {Kind.REMOVED}
