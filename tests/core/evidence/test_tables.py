"""Many tables as one estimate, by Mantel-Haenszel and by Peto."""

from __future__ import annotations

from math import exp, log

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ataraxy.core.evidence.counts import Table
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.study import Measure
from ataraxy.core.evidence.tables import (
    breslow_day_tarone_p,
    cochran_mantel_haenszel_p,
    mantel_haenszel,
    peto,
)

# Aspirin after myocardial infarction: Fleiss JL, Stat Methods Med Res 1993;2:121-145, table 1
FLEISS = [
    Table(49, 615, 67, 624), Table(44, 758, 64, 771), Table(102, 832, 126, 850), Table(32, 317, 38, 309),
    Table(85, 810, 52, 406), Table(246, 2267, 219, 2257), Table(1570, 8587, 1720, 8600),
]  # fmt: skip
SPARSE = [
    Table(0, 20, 2, 21),
    Table(3, 30, 6, 28),
    Table(1, 12, 0, 11),
    Table(0, 15, 0, 16),
    Table(5, 25, 9, 30),
]
SAD = [Table(6, 18, 0, 17), Table(8, 12, 0, 12)]

GROUPS = st.integers(2, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
TABLES = st.lists(st.builds(lambda one, other: Table(*one, *other), GROUPS, GROUPS), min_size=1, max_size=6)
MEASURES = st.sampled_from([Measure.OR, Measure.RR, Measure.RD])


def test_fleiss_1993_as_revman_prints_it():
    pooled = mantel_haenszel(FLEISS, Measure.OR)
    estimate = pooled.estimate
    assert round(exp(estimate.value), 8) == 0.89686556
    assert (round(exp(estimate.low), 7), round(exp(estimate.high), 8)) == (0.8405144, 0.95699471)
    assert (round(pooled.homogeneity.q, 8), round(pooled.homogeneity.i2_percent, 2)) == (9.94605598, 39.67)


@pytest.mark.parametrize(
    ("tables", "measure", "value", "se", "q"),
    [  # metafor 3.8.1: rma.mh(); Q of risk differences with zeros is not compared, for metafor corrects them too
        (FLEISS, Measure.OR, -0.10884930450701, 0.03310871452993, 9.94605598322),
        (FLEISS, Measure.RR, -0.09035323731306, 0.02748167544020, 9.92848734411),
        (FLEISS, Measure.RD, -0.01426349883586, 0.004338374116372, 10.4611187507),
        (SPARSE, Measure.OR, -0.6918520987404, 0.4552282095851, 1.6331272633),
        (SPARSE, Measure.RR, -0.5627787620539, 0.3747310399726, 1.62760906423),
        (SPARSE, Measure.RD, -0.06782176372022, 0.04375725052560, None),
    ],
)
def test_mantel_haenszel_agrees_with_metafor(tables, measure, value, se, q):
    pooled = mantel_haenszel(tables, measure)
    assert (pooled.estimate.value, pooled.estimate.se) == pytest.approx((value, se), abs=1e-11)
    if q is not None:
        assert pooled.homogeneity.q == pytest.approx(q, abs=1e-9)


@pytest.mark.parametrize(
    ("tables", "value", "se", "q"),
    [  # rma.peto(add = 0)
        (FLEISS, -0.1088740593956, 0.03309970592364, 9.96782316349),
        (SPARSE, -0.662913979639, 0.434204598432, 2.663009264854),
    ],
)
def test_peto_agrees_with_metafor(tables, value, se, q):
    pooled = peto(tables)
    assert (pooled.estimate.value, pooled.estimate.se) == pytest.approx((value, se), abs=1e-11)
    assert pooled.homogeneity.q == pytest.approx(q, abs=1e-9)


def test_the_tests_over_all_tables_agree_with_metafor():
    assert cochran_mantel_haenszel_p(FLEISS) == pytest.approx(0.001065157258288, abs=1e-12)
    assert cochran_mantel_haenszel_p(SPARSE) == pytest.approx(0.1903211945236, abs=1e-10)
    for tables, p in ((FLEISS, 0.125546882392168), (SPARSE, 0.3897120062668)):
        ratio = exp(mantel_haenszel(tables, Measure.OR).estimate.value)
        assert breslow_day_tarone_p(tables, ratio) == pytest.approx(p, abs=1e-10)


def test_whittakers_odds_ratio_is_not_a_mantel_haenszel_one():
    """Two trials without a single responder to placebo have none; the printed 28.94 needs the correction."""
    assert isinstance(mantel_haenszel(SAD, Measure.OR), TooFew)
    assert isinstance(mantel_haenszel(SAD, Measure.RR), TooFew)
    assert exp(peto(SAD).estimate.value) < 28.94


def test_a_study_without_events_is_left_out_of_ratios_and_kept_in_differences():
    assert mantel_haenszel(SPARSE, Measure.OR).left_out == (3,)
    assert peto(SPARSE).left_out == (3,)
    assert mantel_haenszel(SPARSE, Measure.RD).left_out == ()
    without = [table for table in SPARSE if not table.is_double_zero]
    assert mantel_haenszel(without, Measure.OR).estimate == mantel_haenszel(SPARSE, Measure.OR).estimate
    assert mantel_haenszel(without, Measure.RD).estimate != mantel_haenszel(SPARSE, Measure.RD).estimate


def test_one_study_has_no_homogeneity_and_no_tables_no_pool():
    assert isinstance(mantel_haenszel(FLEISS[:1], Measure.OR).homogeneity, TooFew)
    for refused in (
        lambda: mantel_haenszel([], Measure.OR),
        lambda: peto([]),
        lambda: mantel_haenszel(FLEISS, Measure.SMD),
    ):
        with pytest.raises(ValueError, match=r"no tables|not a measure"):
            refused()
    empty = [Table(0, 5, 0, 5)]
    for said in (peto(empty), cochran_mantel_haenszel_p(empty), mantel_haenszel(empty, Measure.RD)):
        assert isinstance(said, TooFew)


@given(TABLES, MEASURES, st.randoms(use_true_random=False))
def test_the_order_of_studies_does_not_matter(tables, measure, random):
    shuffled = random.sample(tables, len(tables))
    one, other = mantel_haenszel(tables, measure), mantel_haenszel(shuffled, measure)
    assert isinstance(one, TooFew) == isinstance(other, TooFew)
    if not isinstance(one, TooFew):
        assert other.estimate.value == pytest.approx(one.estimate.value, abs=1e-9)
        assert other.estimate.se == pytest.approx(one.estimate.se, rel=1e-9)


@given(TABLES, MEASURES)
def test_swapping_the_arms_turns_the_pool_round(tables, measure):
    one = mantel_haenszel(tables, measure)
    other = mantel_haenszel([table.swapped() for table in tables], measure)
    assert isinstance(one, TooFew) == isinstance(other, TooFew)
    if not isinstance(one, TooFew):
        assert other.estimate.value == pytest.approx(-one.estimate.value, abs=1e-9)
        assert other.estimate.se == pytest.approx(one.estimate.se, rel=1e-6)


@given(TABLES)
def test_the_pool_lies_between_the_studies(tables):
    pooled = mantel_haenszel(tables, Measure.OR)
    assume(not isinstance(pooled, TooFew))
    ratios = [t.cells[0] * t.cells[3] / (t.cells[1] * t.cells[2]) for t in tables if t.cells[1] * t.cells[2]]
    assume(len(ratios) == len(tables) and all(ratios))
    assert log(min(ratios)) - 1e-9 <= pooled.estimate.value <= log(max(ratios)) + 1e-9


@given(TABLES, st.integers(2, 4))
def test_the_same_study_many_times_has_its_own_ratio_and_less_doubt(tables, times):
    table = tables[0]
    one, many = mantel_haenszel([table], Measure.OR), mantel_haenszel([table] * times, Measure.OR)
    assume(not isinstance(one, TooFew))
    assert many.estimate.value == pytest.approx(one.estimate.value)
    assert many.estimate.se == pytest.approx(one.estimate.se / times**0.5)
