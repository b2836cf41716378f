"""SDs and standard errors from what was printed instead."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from ataraxy.core.evidence.spread import (
    sample_of_five,
    sample_of_quartiles,
    sample_of_range,
    sd_of_interval,
    sd_of_se,
    se_of_interval,
    se_of_p,
    se_of_sd,
)
from ataraxy.core.evidence.tails import critical, estimate_of


@pytest.mark.parametrize(
    ("low", "high", "se"),
    [
        (2.5, 22.8, 5.18),
        (-8.6, 3.2, 3.010),
        (-10.6, -1.9, 2.219),
        (-7.05, -0.27, 1.730),
        (-1.89, -0.44, 0.370),
    ],
)
def test_intervals_of_the_ketamine_studies_tell_their_standard_errors(low, high, se):
    """Feder 2014, KADS twice, Du 2021, Hartland 2023: worked out by hand when they were read."""
    digits = 2 if se == 5.18 else 3
    assert round(se_of_interval(low, high), digits) == se


def test_the_interval_of_an_odds_ratio_tells_on_the_logarithms():
    """Whittaker 2021, PTSD: 2.03 [0.67, 6.15], SE .566, p = .2106."""
    se = se_of_interval(log(0.67), log(6.15))
    assert round(se, 3) == 0.566
    assert round(estimate_of(log(2.03), se).p, 3) == 0.211


@given(st.floats(0.1, 40), st.integers(2, 300))
def test_sd_se_and_interval_lead_back(sd, n):
    assert sd_of_se(se_of_sd(sd, n), n) == pytest.approx(sd)
    half = critical(0.95, n - 1) * sd / sqrt(n)
    assert sd_of_interval(10 - half, 10 + half, n) == pytest.approx(sd, rel=1e-6)


@given(st.floats(0.1, 5), st.floats(0.05, 2), st.none() | st.integers(3, 100).map(float))
def test_a_p_tells_its_standard_error(value, se, df):
    p = estimate_of(value, se, df=df).p
    if p > 1e-12:
        assert se_of_p(value, p, df) == pytest.approx(se, rel=1e-4)
        assert se_of_p(-value, p, df) == pytest.approx(se, rel=1e-4)


def test_what_tells_nothing_is_refused():
    for refused in (
        lambda: se_of_interval(2, 1),
        lambda: se_of_p(0, 0.5),
        lambda: se_of_p(1, 1),
        lambda: sample_of_range(3, 2, 9, 20),
        lambda: sample_of_quartiles(1, 1, 1, 20),
        lambda: sample_of_five(1, 2, 3, 4, 5, 1),
    ):
        with pytest.raises(ValueError, match=r"first|tells no|in order|two people"):
            refused()


@pytest.mark.parametrize(("n", "expected"), [(5, 2.326), (10, 3.078), (25, 3.931)])
def test_how_many_sds_a_range_spans(n, expected):
    """The expected range of n normal scores (d2 of the control charts' tables), which Blom's formula comes near."""
    assert 1 / sample_of_range(0, 0.5, 1, n).sd == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("n", [2, 5, 12])
def test_bloms_places_of_the_extremes_and_the_quartiles(n):
    """Wan 2014, eq. 9 and 16: the ranks n - .375 and .75 n - .125, of n + .25."""
    assert 1 / sample_of_range(0, 0.5, 1, n).sd == pytest.approx(2 * norm.ppf((n - 0.375) / (n + 0.25)))
    quartile = norm.ppf((0.75 * n - 0.125) / (n + 0.25))
    assert 1 / sample_of_quartiles(0, 0.5, 1, n).sd == pytest.approx(2 * quartile)


def test_of_very_many_people_quartiles_lie_1_35_sds_apart():
    """Wan 2014: for large n the divisor is 1.35, as in the Cochrane Handbook."""
    assert round(1 / sample_of_quartiles(0, 0.5, 1, 100_000).sd, 2) == 1.35


def test_drawn_normal_scores_give_their_mean_and_sd_back_on_average():
    scores = np.random.default_rng(11).normal(30, 6, size=(2_000, 41))
    five = np.quantile(scores, [0, 0.25, 0.5, 0.75, 1], axis=1).T
    found = {
        "five": [sample_of_five(*row, 41) for row in five],
        "range": [sample_of_range(*row[[0, 2, 4]], 41) for row in five],
        "quartiles": [sample_of_quartiles(*row[1:4], 41) for row in five],
    }
    for samples in found.values():
        assert np.mean([one.mean for one in samples]) == pytest.approx(30, abs=0.2)
        assert np.mean([one.sd for one in samples]) == pytest.approx(6, rel=0.02)
