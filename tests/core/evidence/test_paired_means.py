"""Means of people who had both treatments."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.evidence.means import Sample, SmallSample, mean_difference
from ataraxy.core.evidence.paired_means import (
    PairedSample,
    Standard,
    correlation_of_pairs,
    paired_mean_difference,
    paired_mean_difference_from_p,
    paired_mean_difference_from_t,
    paired_smd,
    paired_smd_from_t,
    sd_of_difference,
)
from ataraxy.core.evidence.tails import two_sided_p

SDS = st.floats(0.5, 30)
CORRELATIONS = st.floats(-0.9, 0.95)
SAMPLES = st.builds(
    PairedSample, st.integers(3, 100), st.floats(-50, 50), SDS, st.floats(-50, 50), SDS, CORRELATIONS
)
ONE = PairedSample(17, 14.2, 6.1, 20.1, 7.9, 0.43)


def test_paired_means_agree_with_metafor():
    """metafor 3.8.1: escalc("MC"), ("SMCC"), and ("SMCR") with the control's SD first (so the sign is turned)."""
    points = paired_mean_difference(ONE)
    assert (points.value, points.variance) == pytest.approx((-5.9, 3.42215294118), abs=1e-10)
    change = paired_smd(ONE, Standard.DIFFERENCE)
    assert (change.value, change.variance) == pytest.approx((-0.7365980651996, 0.0747816679311), abs=1e-11)
    turned = PairedSample(17, 20.1, 7.9, 14.2, 6.1, 0.43)
    raw = paired_smd(turned, Standard.BASELINE)
    assert (raw.value, raw.variance) == pytest.approx((0.9210323975977, 0.0920088434537), abs=1e-11)


def test_a_difference_by_the_average_sd_and_its_variance():
    """Bonett DG, Psychol Methods 2008;13:99-109: d = 0.8 / sqrt((1 + 1.69) / 2), worked by hand for n = 16."""
    effect = paired_smd(PairedSample(16, 0.8, 1.0, 0.0, 1.3, 0.5), Standard.AVERAGE, SmallSample.NONE)
    square = (1 + 1.69) / 2
    d = 0.8 / sqrt(square)
    by_hand = d * d * (1 + 1.69**2 + 2 * 0.65**2) / (8 * square**2 * 15) + (2.69 - 1.3) / (square * 15)
    assert (effect.value, effect.variance) == pytest.approx((d, by_hand))


def test_the_variance_by_the_average_sd_is_that_of_drawn_samples():
    draws = np.random.default_rng(7).multivariate_normal(
        [0.8, 0], [[1, 0.65], [0.65, 1.69]], size=(20_000, 40)
    )
    sds = np.sqrt((draws.var(axis=1, ddof=1)).mean(axis=1))
    d = (draws.mean(axis=1)[:, 0] - draws.mean(axis=1)[:, 1]) / sds
    effect = paired_smd(PairedSample(40, 0.8, 1.0, 0.0, 1.3, 0.5), Standard.AVERAGE, SmallSample.NONE)
    assert effect.variance == pytest.approx(float(d.var()), rel=0.05)


def test_a_printed_t_and_its_p_lead_to_the_same_difference():
    t = -5.9 / sqrt(3.42215294118)
    from_t = paired_mean_difference_from_t(-5.9, t, 17)
    from_p = paired_mean_difference_from_p(-5.9, two_sided_p(t, 16), 17)
    assert from_t.variance == pytest.approx(3.42215294118)
    assert from_p.variance == pytest.approx(3.42215294118)


def test_a_t_and_a_correlation_are_a_difference_in_sds_of_people():
    """Dunlap 1996: d = t sqrt(2 (1 - r) / n); with equal SDs it is the paired difference itself."""
    sample = PairedSample(20, 4.0, 8.0, 0.0, 8.0, 0.5)
    t = 4.0 / (sample.sd_of_difference / sqrt(20))
    assert paired_smd_from_t(t, 20, 0.5).value == pytest.approx(paired_smd(sample, Standard.BASELINE).value)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="standard error"):
        correlation_of_pairs(10.0, 9.0, 25.0)
    with pytest.raises(ValueError, match="correlation"):
        PairedSample(10, 1, 1, 1, 1, 1.0)
    with pytest.raises(ValueError, match="above zero"):
        PairedSample(10, 1, 0, 1, 1, 0.5)
    with pytest.raises(ValueError, match="two people"):
        PairedSample(1, 1, 1, 1, 1, 0.5)
    with pytest.raises(ValueError, match="check signs"):
        paired_mean_difference_from_t(-3, 2, 10)
    with pytest.raises(ValueError, match="no standard error"):
        paired_mean_difference_from_p(-3, 1.0, 10)


@given(SDS, SDS, CORRELATIONS)
def test_the_sd_of_differences_tells_the_correlation_again(sd, control_sd, r):
    assert correlation_of_pairs(sd, control_sd, sd_of_difference(sd, control_sd, r)) == pytest.approx(
        r, abs=1e-6
    )


@given(SAMPLES)
def test_forgetting_a_positive_correlation_makes_the_difference_less_sure(sample):
    paired = paired_mean_difference(sample)
    apart = mean_difference(
        Sample(sample.n, sample.mean, sample.sd), Sample(sample.n, sample.control_mean, sample.control_sd)
    )
    assert paired.value == apart.value
    assert (
        (paired.variance < apart.variance) == (sample.r * sample.sd * sample.control_sd > 1e-12)
        or sample.r == 0
        or (paired.variance == pytest.approx(apart.variance))
    )


@given(SAMPLES, st.sampled_from(Standard), st.floats(0.01, 100))
def test_scaling_the_scale_leaves_the_paired_difference_in_sds(sample, by, scale):
    scaled = PairedSample(
        sample.n, sample.mean * scale, sample.sd * scale, sample.control_mean * scale, sample.control_sd * scale,
        sample.r,
    )  # fmt: skip
    one, other = paired_smd(sample, by), paired_smd(scaled, by)
    assert other.value == pytest.approx(one.value, rel=1e-6, abs=1e-9)
    assert other.variance == pytest.approx(one.variance, rel=1e-6)


def test_a_t_of_one_tells_and_a_t_or_a_difference_of_nought_does_not():
    assert paired_mean_difference_from_t(0.5, 1.0, 10).variance == pytest.approx(0.25)
    assert paired_mean_difference_from_t(-3.0, -0.1, 10).variance == pytest.approx(900)
    for difference, t in ((3.0, 0.0), (0.0, 2.0), (0.0, 0.0)):
        with pytest.raises(ValueError, match="check signs"):
            paired_mean_difference_from_t(difference, t, 10)
    with pytest.raises(ValueError, match="no standard error"):
        paired_mean_difference_from_p(0.0, 0.5, 10)


def test_sds_that_go_wholly_together_or_wholly_apart_may_be():
    assert correlation_of_pairs(5.0, 3.0, 2.0) == pytest.approx(1)
    assert correlation_of_pairs(5.0, 3.0, 8.0) == pytest.approx(-1)
    for impossible in (1.9, 8.1):
        with pytest.raises(ValueError, match="standard error"):
            correlation_of_pairs(5.0, 3.0, impossible)


def test_the_correction_of_a_difference_by_the_average_sd_counts_the_pairing():
    """Twenty people, r = .5: 2 x 19 / 1.25 = 30.4 degrees of freedom; (1 - 3 / (4 x 30.4 - 1)) x 4 / 8."""
    sample = PairedSample(20, 4.0, 8.0, 0.0, 8.0, 0.5)
    by_hand = (1 - 3 / (4 * 30.4 - 1)) * 0.5
    assert paired_smd(sample, Standard.AVERAGE, SmallSample.APPROXIMATE).value == pytest.approx(by_hand)
    uneven = PairedSample(20, 4.0, 6.0, 0.0, 10.0, 0.5)
    assert paired_smd(uneven, Standard.AVERAGE, SmallSample.NONE).value == pytest.approx(4 / sqrt(68))
