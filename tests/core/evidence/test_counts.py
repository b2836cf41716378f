"""Effects of people counted: odds ratio, risk ratio, risk difference, and what is done about zeros."""

from __future__ import annotations

from math import exp, isclose, nan, sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ataraxy.core.evidence.counts import (
    Corrects,
    Spread,
    Table,
    ZeroCells,
    corrected,
    effects_of_tables,
    fisher_p,
    log_odds_ratio,
    log_risk_ratio,
    observed_less_expected,
    peto_odds_ratio,
    risk_difference,
)
from ataraxy.core.evidence.estimate import Effect, TooFew
from ataraxy.core.evidence.study import Measure
from ataraxy.core.evidence.tails import estimate_of

GROUPS = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
TABLES = st.builds(lambda one, other: Table(*one, *other), GROUPS, GROUPS)
RULES = st.builds(
    ZeroCells, st.sampled_from([0.01, 0.5, 1.0]), st.sampled_from(Corrects), st.sampled_from(Spread)
)
OF_ONE = [log_odds_ratio, log_risk_ratio, risk_difference]


def interval(effect):
    """As printed: exponentiated, 95 %."""
    estimate = estimate_of(effect.value, sqrt(effect.variance))
    return exp(estimate.value), exp(estimate.low), exp(estimate.high)


def test_feder_2021_response_ten_of_fifteen_against_three_of_fifteen():
    """Feder A, Am J Psychiatry 2021, NCT02397889: response counts as printed; ratios worked out from them."""
    table = Table(10, 15, 3, 15)
    odds, low, high = interval(log_odds_ratio(table))
    assert (round(odds, 1), round(low, 3), round(high, 3)) == (8.0, 1.522, 42.042)
    assert round(exp(log_risk_ratio(table).value), 4) == 3.3333
    assert round(fisher_p(table), 6) == 0.025328


@pytest.mark.parametrize(
    ("table", "printed"),
    [
        (Table(6, 18, 0, 17), (18.200, 0.937, 353.55)),  # Taylor 2018, PMC5729569, arms as if independent
        (Table(8, 12, 0, 12), (47.222, 2.239, 996.02)),  # Glue 2020, counts inferred
    ],
)
def test_the_two_trials_of_whittaker_2021(table, printed):
    effect = log_odds_ratio(table)
    odds, low, high = interval(effect)
    assert (round(odds, 3), round(low, 3), round(high, 2)) == printed
    assert effect.correction == 0.5
    assert "0.5 added to every cell" in effect.method


def test_rodriguez_2013_first_period_four_of_eight_against_none_of_seven():
    """Rodriguez CI, 2013, PMC3799067: first phase only, for carry-over."""
    odds, low, high = interval(log_odds_ratio(Table(4, 8, 0, 7)))
    assert (round(odds, 1), round(low, 2), round(high)) == (15.0, 0.64, 349)


@pytest.mark.parametrize(
    ("table", "odds", "risk", "difference", "peto"),
    [
        # metafor 3.8.1: escalc(); OR, RR, RD with the default correction, PETO with add = 0, rounded to ten digits
        (
            Table(3, 12, 3, 20),
            (0.6359887667, 0.8366013072),
            (0.5108256238, 0.5333333333),
            0.022,
            0.6358974359,
        ),
        (
            Table(0, 10, 3, 20),
            (-1.4350845253, 2.4380952381),
            (-1.2992829841, 2.1471861472),
            0.010558159318,
            None,
        ),
        (Table(5, 5, 4, 9), (2.5985659683, 2.5858585859), (0.7114963192, 0.1373737374), 0.037481481481, None),
    ],
)
def test_small_tables_agree_with_metafor(table, odds, risk, difference, peto):
    for of, expected in ((log_odds_ratio, odds), (log_risk_ratio, risk)):
        effect = of(table)
        assert (effect.value, effect.variance) == pytest.approx(expected, abs=1e-9)
    assert risk_difference(table).variance == pytest.approx(difference, abs=1e-11)
    if peto is not None:
        assert peto_odds_ratio(table).value == pytest.approx(peto, abs=1e-9)


def test_nobody_and_everybody_tell_nothing_of_a_ratio_and_nought_of_a_difference():
    for table in (Table(0, 12, 0, 9), Table(12, 12, 9, 9)):
        for of in (log_odds_ratio, log_risk_ratio, peto_odds_ratio):
            assert isinstance(of(table), TooFew)
        assert risk_difference(table).value == 0
        kept = log_odds_ratio(table, ZeroCells(keep_double_zero=True))
        assert isinstance(kept, Effect)
        assert kept.variance > 2


def test_without_correction_an_empty_cell_gives_words():
    refused = log_odds_ratio(Table(0, 10, 3, 20), ZeroCells(to=Corrects.NONE))
    assert str(refused) == (
        "An odds ratio without correction needs at least 1 people in every cell; there are 0."
    )


def test_the_arms_correction_is_dealt_by_the_size_of_the_arms():
    """Sweeting 2004: the arm of 40 gets 0.8 and the arm of 10 gets 0.2, so an empty table says no difference."""
    cells, added = corrected(Table(0, 40, 0, 10), ZeroCells(spread=Spread.BY_ARM))
    assert added == pytest.approx((0.8, 0.2))
    assert cells[0] / cells[1] == pytest.approx(cells[2] / cells[3])


def test_one_zero_corrects_every_table_of_the_pool_when_the_rule_says_so():
    whole, empty = Table(3, 12, 3, 20), Table(0, 10, 3, 20)
    alone = effects_of_tables([whole, empty], Measure.OR)
    together = effects_of_tables([whole, empty], Measure.OR, ZeroCells(to=Corrects.ALL_IF_ANY))
    assert [one.correction for one in alone] == [0, 0.5]
    assert [one.correction for one in together] == [0.5, 0.5]
    assert effects_of_tables([whole], Measure.OR, ZeroCells(to=Corrects.ALL_IF_ANY))[0].correction == 0


def test_a_table_that_is_left_out_does_not_make_others_corrected():
    if_any, whole = ZeroCells(to=Corrects.ALL_IF_ANY), Table(3, 12, 3, 20)
    nobody, other = effects_of_tables([Table(0, 9, 0, 9), whole], Measure.OR, if_any)
    assert isinstance(nobody, TooFew)
    assert other == log_odds_ratio(whole)


def test_people_that_cannot_be_are_refused():
    for counts in ((5, 4, 0, 4), (-1, 4, 0, 4), (0, 0, 0, 4), (1.5, 4, 0, 4), (1, nan, 0, 4)):
        with pytest.raises(ValueError, match=r"people|people are counted"):
            Table(*counts)
    with pytest.raises(ValueError, match="not a measure of counts"):
        effects_of_tables([Table(1, 2, 1, 2)], Measure.SMD)


@given(TABLES, RULES, st.sampled_from(OF_ONE))
def test_swapping_the_arms_turns_the_effect_round(table, rule, of):
    effect, swapped = of(table, rule), of(table.swapped(), rule)
    assert isinstance(effect, Effect) == isinstance(swapped, Effect)
    if isinstance(effect, Effect):
        assert swapped.value == pytest.approx(-effect.value, abs=1e-12)
        assert swapped.variance == pytest.approx(effect.variance, rel=1e-12)


@given(TABLES, RULES)
def test_counting_those_without_the_event_turns_the_odds_ratio_round_and_leaves_its_variance(table, rule):
    without = Table(table.n - table.events, table.n, table.control_n - table.control_events, table.control_n)
    effect, other = log_odds_ratio(table, rule), log_odds_ratio(without, rule)
    assume(isinstance(effect, Effect))
    assert other.value == pytest.approx(-effect.value, abs=1e-12)
    assert other.variance == pytest.approx(effect.variance, rel=1e-12)


@given(TABLES)
def test_peto_stands_on_the_same_side_as_the_risks(table):
    effect = peto_odds_ratio(table)
    assume(isinstance(effect, Effect))
    difference = table.events * table.control_n - table.control_events * table.n
    assert (effect.value > 1e-12) == (difference > 0)
    assert (effect.value < -1e-12) == (difference < 0)


@given(TABLES)
def test_what_treatment_has_beyond_expectation_control_lacks(table):
    assume(table.people > 1)
    excess, variance = observed_less_expected(table)
    other, other_variance = observed_less_expected(table.swapped())
    assert excess == pytest.approx(-other, abs=1e-9)
    assert variance == pytest.approx(other_variance)


@given(TABLES, TABLES)
def test_merging_keeps_everybody(one, other):
    merged = one.merged(other)
    assert merged.people == one.people + other.people
    assert merged.cells == tuple(a + b for a, b in zip(one.cells, other.cells, strict=True))


@given(TABLES, st.sampled_from(OF_ONE))
def test_every_effect_has_a_variance_above_zero(table, of):
    effect = of(table)
    assert isinstance(effect, TooFew) or effect.variance > 0


@given(TABLES)
def test_fishers_p_is_a_share_and_the_same_from_both_sides(table):
    p = fisher_p(table)
    assert 0 < p <= 1 + 1e-9
    assert isclose(p, fisher_p(table.swapped()), rel_tol=1e-9)


def test_a_correction_of_every_table_is_of_tables_without_a_zero_too():
    """10.5 x 12.5 / (5.5 x 3.5)."""
    effect = log_odds_ratio(Table(10, 15, 3, 15), ZeroCells(to=Corrects.ALL))
    assert exp(effect.value) == pytest.approx(10.5 * 12.5 / (5.5 * 3.5))
    assert effect.correction == 0.5
    plain = log_odds_ratio(Table(10, 15, 3, 15))
    assert (plain.correction, plain.method) == (0.0, "odds ratio")


def test_petos_odds_ratio_by_hand():
    """13 of 30 responded, so 6.5 of 15 were expected; V = 13 x 17 x 15 x 15 / (30 x 30 x 29)."""
    effect, v = peto_odds_ratio(Table(10, 15, 3, 15)), 13 * 17 * 225 / (900 * 29)
    assert (effect.value, effect.variance) == pytest.approx((3.5 / v, 1 / v))


@pytest.mark.parametrize(
    ("of", "table"),
    [
        (log_odds_ratio, Table(3, 10, 0, 10)),
        (log_risk_ratio, Table(3, 10, 0, 10)),
        (log_risk_ratio, Table(0, 10, 3, 10)),
        (log_risk_ratio, Table(10, 10, 10, 10)),
        (risk_difference, Table(0, 10, 10, 10)),
    ],
)
def test_what_has_no_number_without_correction_says_so(of, table):
    told = of(table, ZeroCells(to=Corrects.NONE, keep_double_zero=True))
    assert isinstance(told, TooFew) and (told.needs, told.has) == (1, 0)


def test_a_table_without_events_has_a_say_in_the_correction_of_risk_differences():
    tables = [Table(0, 5, 0, 5), Table(2, 5, 1, 5)]
    rule = ZeroCells(to=Corrects.ALL_IF_ANY)
    assert [one.correction for one in effects_of_tables(tables, Measure.RD, rule)] == [0.5, 0.5]
    assert effects_of_tables(tables, Measure.OR, rule)[1].correction == 0.0
