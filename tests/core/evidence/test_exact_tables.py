"""One odds ratio of sparse tables, counted out."""

from __future__ import annotations

from itertools import product
from math import comb, exp, inf, log

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ataraxy.core.evidence.counts import Table, fisher_p
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.exact_tables import exact_odds_ratio

GROUPS = st.integers(1, 6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
TABLES = st.lists(st.builds(lambda one, other: Table(*one, *other), GROUPS, GROUPS), min_size=1, max_size=3)
SPARSE = [
    Table(0, 20, 2, 21),
    Table(3, 30, 6, 28),
    Table(1, 12, 0, 11),
    Table(0, 15, 0, 16),
    Table(5, 25, 9, 30),
]


def counted_out(tables, log_odds):
    """The chance of each total of events under treatment, from every combination of tables with these margins."""
    chances: dict[int, float] = {}
    ranges = []
    for t in tables:
        events = t.events + t.control_events
        ranges.append(range(max(0, events - t.control_n), min(t.n, events) + 1))
    for xs in product(*ranges):
        weight = 1.0
        for x, t in zip(xs, tables, strict=True):
            events = t.events + t.control_events
            weight *= comb(t.n, x) * comb(t.control_n, events - x) * exp(log_odds * x)
        chances[sum(xs)] = chances.get(sum(xs), 0.0) + weight
    total = sum(chances.values())
    return {count: weight / total for count, weight in chances.items()}


def informative(tables):
    return any(not table.is_double_zero for table in tables)


@given(TABLES)
def test_estimate_interval_and_p_are_those_of_all_tables_counted_out(tables):
    assume(informative(tables))
    exact = exact_odds_ratio(tables)
    seen = sum(table.events for table in tables)
    chances = counted_out(tables, 0.0)
    p = sum(chance for chance in chances.values() if chance <= chances[seen] * (1 + 1e-7))
    assert exact.p == pytest.approx(min(1, p))
    if abs(exact.value) < inf:
        at = counted_out(tables, exact.value)
        assert sum(count * chance for count, chance in at.items()) == pytest.approx(seen, abs=1e-6)
    else:
        assert seen == (max(chances) if exact.value > 0 else min(chances))
    if exact.low > -inf:
        at_low = counted_out(tables, exact.low)
        assert sum(x for count, x in at_low.items() if count >= seen) == pytest.approx(0.025, abs=1e-6)
    if exact.high < inf:
        at_high = counted_out(tables, exact.high)
        assert sum(x for count, x in at_high.items() if count <= seen) == pytest.approx(0.025, abs=1e-6)


@given(TABLES)
def test_one_table_has_fishers_p(tables):
    table = tables[0]
    assume(not table.is_double_zero)
    assert exact_odds_ratio([table]).p == pytest.approx(fisher_p(table))


@given(TABLES)
def test_swapping_the_arms_turns_everything_round(tables):
    assume(informative(tables))
    one, other = exact_odds_ratio(tables), exact_odds_ratio([table.swapped() for table in tables])
    assert (other.value, other.low, other.high) == pytest.approx((-one.value, -one.high, -one.low), abs=1e-7)
    assert other.p == pytest.approx(one.p)


@given(TABLES)
def test_a_study_without_events_changes_nothing(tables):
    assume(informative(tables))
    assert exact_odds_ratio([*tables, Table(0, 5, 0, 6)]) == exact_odds_ratio(tables)


def test_sparse_tables_agree_with_r():
    """R 4.2: mantelhaen.test(exact = TRUE), whose root finder stops at about 1e-4."""
    exact = exact_odds_ratio(SPARSE)
    assert (exact.value, exact.low, exact.high) == pytest.approx((-0.681178, -1.701182, 0.277421), abs=2e-4)
    assert exact.p == pytest.approx(0.134748599091, abs=1e-10)


def test_the_two_social_anxiety_trials_counted_out_have_no_upper_end():
    exact = exact_odds_ratio([Table(6, 18, 0, 17), Table(8, 12, 0, 12)])
    assert exact.value == exact.high == inf
    assert exp(exact.low) > 1
    assert exact.p < 0.001


def test_large_tables_are_near_the_normal_answer():
    """BCG vaccine, three large trials: the exact and the Mantel-Haenszel answers differ in the third digit."""
    tables = [Table(62, 13598, 248, 12867), Table(505, 88391, 499, 88391), Table(186, 50634, 141, 27338)]
    exact = exact_odds_ratio(tables)
    assert exact.low < exact.value < exact.high
    a = sum(t.cells[0] * t.cells[3] / t.people for t in tables)
    b = sum(t.cells[1] * t.cells[2] / t.people for t in tables)
    assert exact.value == pytest.approx(log(a / b), abs=0.01)


def test_extreme_tables_lose_nothing_to_rounding():
    exact = exact_odds_ratio([Table(4990, 5000, 3, 5000)])
    assert exact.value == pytest.approx(
        log(4990 / 10 * 4997 / 3), abs=0.1
    )  # three events: conditional is lower
    assert exact.low < exact.value < exact.high
    assert exact.p == 0


def test_nothing_to_learn_gives_words():
    assert isinstance(exact_odds_ratio([Table(0, 5, 0, 6)]), TooFew)
    with pytest.raises(ValueError, match="no tables"):
        exact_odds_ratio([])
    with pytest.raises(ValueError, match="between 0 and 1"):
        exact_odds_ratio(SPARSE, level=95)
