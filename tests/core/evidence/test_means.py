"""Effects of people measured: in points of the scale and in standard deviations."""

from __future__ import annotations

from math import pi, sqrt
from statistics import fmean, stdev

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ataraxy.core.evidence.means import (
    Sample,
    SmallSample,
    Variance,
    mean_difference,
    merged,
    pooled_sd,
    small_sample_factor,
    smd_by_baseline_sd,
    smd_by_sd,
    smd_of_d,
    standardised_mean_difference,
)
from ataraxy.core.evidence.study import Measure
from ataraxy.core.evidence.tails import estimate_of

SAMPLES = st.builds(Sample, st.integers(2, 200), st.floats(-100, 100), st.floats(0.1, 50))
SCORES = st.lists(st.integers(0, 56).map(float), min_size=4, max_size=40).filter(lambda xs: len(set(xs)) > 1)
TAKEN, GIVEN = Sample(17, 14.2, 6.1), Sample(11, 20.1, 7.9)


def test_feder_2021_a_cohens_d_of_1_13_is_a_hedges_g_of_1_10():
    """Feder 2021, NCT02397889: d = 1.13 [0.36, 1.91] as printed, 15 and 15 people."""
    assert round(smd_of_d(1.13, 15, 15, SmallSample.APPROXIMATE).value, 5) == 1.09946
    assert round(smd_of_d(1.13, 15, 15).value, 5) == 1.09941  # the gamma function
    d = smd_of_d(1.13, 15, 15, SmallSample.NONE)
    estimate = estimate_of(d.value, sqrt(d.variance))
    assert (round(estimate.low, 2), round(estimate.high, 2)) == (0.36, 1.90)
    assert round(small_sample_factor(28), 3) == 0.973


def test_feder_2021_points_of_caps_5():
    """11.88 (SE 3.96) as printed: 95 % interval 4.1 to 19.6 by the normal."""
    estimate = estimate_of(11.88, 3.96)
    assert (round(estimate.low, 1), round(estimate.high, 1)) == (4.1, 19.6)


@pytest.mark.parametrize(
    ("variance", "expected"),
    [  # metafor 3.8.1: escalc("SMD", vtype = "LS", "UB", "LS2")
        (Variance.LARGE_SAMPLE, 0.162223840618),
        (Variance.UNBIASED, 0.164150835099),
        (Variance.BORENSTEIN, 0.153614775159),
    ],
)
def test_hedges_g_and_its_three_variances_agree_with_metafor(variance, expected):
    effect = standardised_mean_difference(TAKEN, GIVEN, variance=variance)
    assert (effect.value, effect.variance) == pytest.approx((-0.836366149862, expected), abs=1e-11)
    assert variance.value in effect.method


def test_a_mean_difference_agrees_with_metafor():
    effect = mean_difference(TAKEN, GIVEN)  # escalc("MD")
    assert (effect.value, effect.variance) == pytest.approx((-5.9, 7.86245989305), abs=1e-10)


@pytest.mark.parametrize(("df", "exact"), [(2, 1 / sqrt(pi)), (3, sqrt(pi / 6)), (4, sqrt(2 / pi))])
def test_the_gamma_function_where_it_has_a_closed_form(df, exact):
    """Gamma(1/2) = sqrt(pi), Gamma(1) = Gamma(2) = 1, Gamma(3/2) = sqrt(pi) / 2."""
    assert small_sample_factor(df) == pytest.approx(exact, rel=1e-12)


@given(st.integers(5, 5000))
def test_the_approximation_is_close_from_five_degrees_of_freedom(df):
    assert small_sample_factor(df, SmallSample.APPROXIMATE) == pytest.approx(
        small_sample_factor(df), abs=0.002
    )


def test_the_change_in_baseline_sds_is_the_change_by_the_pooled_sd_before():
    effect = smd_by_baseline_sd(Sample(15, -9, 5), Sample(15, -1, 6), 8.0, 8.0, 0.6)
    assert effect.value == pytest.approx(small_sample_factor(28) * -1)
    # Morris 2008, eq. 25: 2 (1 - r) (2/15) (28/26) J^2 (1 + g^2 / (2 (1 - r) (2/15))) - g^2
    spread, g, j = 0.8 * 2 / 15, effect.value, small_sample_factor(28)
    assert effect.variance == pytest.approx(j * j * spread * 28 / 26 * (1 + g * g / spread) - g * g)


def test_a_known_sd_divides_and_estimates_nothing():
    points = mean_difference(TAKEN, GIVEN)
    effect = smd_by_sd(points, 7.0)
    assert (effect.value, effect.variance) == pytest.approx((-5.9 / 7, points.variance / 49))
    with pytest.raises(ValueError, match="Only a mean difference"):
        smd_by_sd(effect, 7.0)


def test_what_cannot_be_is_refused():
    for n, mean, sd in ((1, 0.0, 1.0), (5, 0.0, 0.0), (5, float("nan"), 1.0), (5, 0.0, -2.0)):
        with pytest.raises(ValueError, match=r"two people|above zero"):
            Sample(n, mean, sd)
    with pytest.raises(ValueError, match="more than one degree"):
        small_sample_factor(1)
    with pytest.raises(ValueError, match="correlation"):
        smd_by_baseline_sd(TAKEN, GIVEN, 1, 1, 1.0)
    with pytest.raises(ValueError, match="five people"):
        smd_by_baseline_sd(Sample(2, 0, 1), Sample(2, 0, 1), 1, 1, 0.5)


@given(SAMPLES, SAMPLES)
def test_swapping_the_arms_turns_the_effect_round(one, other):
    assume(one.n + other.n > 4)
    for of in (mean_difference, standardised_mean_difference):
        effect, swapped = of(one, other), of(other, one)
        assert swapped.value == pytest.approx(-effect.value, abs=1e-12)
        assert swapped.variance == pytest.approx(effect.variance, rel=1e-12)


@given(SAMPLES, SAMPLES, st.floats(0.01, 100), st.floats(-50, 50))
def test_scaling_a_scale_scales_the_difference_and_leaves_the_standardised_one(one, other, by, shift):
    assume(one.n + other.n > 4)
    scaled = [Sample(s.n, s.mean * by + shift, s.sd * by) for s in (one, other)]
    points, points_scaled = mean_difference(one, other), mean_difference(*scaled)
    assert points_scaled.value == pytest.approx(points.value * by, rel=1e-6, abs=1e-7)
    assert points_scaled.variance == pytest.approx(points.variance * by**2, rel=1e-6)
    sds, sds_scaled = standardised_mean_difference(one, other), standardised_mean_difference(*scaled)
    assert sds_scaled.value == pytest.approx(sds.value, rel=1e-6, abs=1e-6)
    assert sds_scaled.variance == pytest.approx(sds.variance, rel=1e-6)


@given(SCORES, st.data())
def test_splitting_an_arm_and_merging_it_again_changes_nothing(scores, data):
    cut = data.draw(st.integers(2, len(scores) - 2))
    parts = [scores[:cut], scores[cut:]]
    assume(all(len(set(part)) > 1 for part in parts))
    whole = merged([Sample(len(part), fmean(part), stdev(part)) for part in parts])
    assert whole.n == len(scores)
    assert (whole.mean, whole.sd) == pytest.approx((fmean(scores), stdev(scores)))


@given(SAMPLES, SAMPLES)
def test_the_pooled_sd_lies_between_the_two(one, other):
    assert min(one.sd, other.sd) - 1e-9 <= pooled_sd(one, other) <= max(one.sd, other.sd) + 1e-9


@given(SAMPLES, SAMPLES, st.sampled_from(Variance))
def test_the_correction_draws_towards_nought_and_variances_are_above_it(one, other, variance):
    assume(one.n + other.n > 4)
    g = standardised_mean_difference(one, other, variance=variance)
    d = standardised_mean_difference(one, other, SmallSample.NONE, variance)
    assert abs(g.value) <= abs(d.value)
    assert g.variance > 0
    assert g.measure is Measure.SMD


def test_one_sd_for_both_arms_by_hand():
    """(16 x 6.1² + 10 x 7.9²) / 26 x (1/17 + 1/11)."""
    effect = mean_difference(TAKEN, GIVEN, same_sd=True)
    within = (16 * 6.1**2 + 10 * 7.9**2) / 26
    assert (effect.value, effect.variance) == pytest.approx((-5.9, within * (1 / 17 + 1 / 11)))


def test_a_difference_in_sds_is_called_by_its_correction():
    names = [smd_of_d(0.5, 10, 10, one).method for one in (SmallSample.NONE, SmallSample.EXACT)]
    assert [name.split(",")[0] for name in names] == ["Cohen's d", "Hedges' g"]


def test_the_approximate_correction_by_hand():
    """1 - 3 / (4 x 28 - 1)."""
    assert small_sample_factor(28, SmallSample.APPROXIMATE) == pytest.approx(108 / 111)


def test_morriss_variance_needs_five_people_and_a_correlation():
    assert smd_by_baseline_sd(Sample(3, -9, 5), Sample(2, -1, 6), 8.0, 8.0, -0.9).variance > 0
    with pytest.raises(ValueError, match="five people"):
        smd_by_baseline_sd(Sample(2, -9, 5), Sample(2, -1, 6), 8.0, 8.0, 0.5)
    for r in (1.0, -1.0, 1.5):
        with pytest.raises(ValueError, match="between -1 and 1"):
            smd_by_baseline_sd(Sample(9, -9, 5), Sample(9, -1, 6), 8.0, 8.0, r)


def test_a_small_sd_may_divide_and_none_may_not():
    points = mean_difference(TAKEN, GIVEN)
    assert smd_by_sd(points, 0.5).value == pytest.approx(-11.8)
    with pytest.raises(ValueError, match="above zero"):
        smd_by_sd(points, 0.0)
