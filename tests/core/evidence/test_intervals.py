"""Intervals of tau² beside what defines them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from ataraxy.core.evidence.between import Method, between
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.intervals import BetweenInterval, profile_likelihood, q_profile
from ataraxy.core.evidence.least_squares import log_likelihood, weigh
from ataraxy.core.evidence.pool_rows import one_row

Y, V = (-0.4, 0.1, 0.5, 1.2, 1.8), (0.04, 0.09, 0.05, 0.16, 0.08)
studies = st.lists(st.tuples(st.floats(-5, 5), st.floats(1e-3, 10)), min_size=2, max_size=9)
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@given(studies, levels)
def test_at_the_bounds_of_a_q_profile_q_is_at_its_quantiles(
    found: list[tuple[float, float]], level: float
) -> None:
    y, v = [y for y, _ in found], [v for _, v in found]
    told = q_profile(y, v, level)
    assert isinstance(told, BetweenInterval)
    for bound, share in ((told.low, 0.5 + level / 2), (told.high, 0.5 - level / 2)):
        q = weigh(one_row(y, v), np.array([bound])).q[0]
        wanted = chi2.ppf(share, len(y) - 1)
        assert q == pytest.approx(wanted, rel=1e-6) if bound > 0 else q <= wanted * (1 + 1e-9)
    assert told.empty == (told.high == 0)


@given(studies, levels, st.sampled_from([Method.ML, Method.REML]))
def test_a_likelihood_interval_holds_its_estimate_and_ends_where_the_likelihood_has_fallen(
    found: list[tuple[float, float]], level: float, method: Method
) -> None:
    y, v = [y for y, _ in found], [v for _, v in found]
    told = profile_likelihood(y, v, method, level)
    assert isinstance(told, BetweenInterval)
    pools, restricted = one_row(y, v), method is Method.REML
    best = between(pools, method).tau2
    assert told.low <= best[0] <= told.high
    fallen = log_likelihood(pools, best, restricted) - log_likelihood(
        pools, np.array([told.high]), restricted
    )
    assert 2 * fallen[0] == pytest.approx(chi2.ppf(level, 1), rel=1e-5)


def test_a_wider_level_is_a_wider_interval() -> None:
    narrow, wide = q_profile(Y, V, 0.8), q_profile(Y, V, 0.99)
    assert isinstance(narrow, BetweenInterval)
    assert isinstance(wide, BetweenInterval)
    assert wide.low < narrow.low < narrow.high < wide.high
    assert 0 < wide.i2_low < wide.i2_high < 100


def test_studies_more_alike_than_chance_allows_leave_no_tau2() -> None:
    told = q_profile([0.5, 0.5, 0.5001], [1.0, 1.0, 1.0])
    assert isinstance(told, BetweenInterval)
    assert told.empty
    assert (told.low, told.high) == (0, 0)


def test_one_study_tells_nothing_of_differences() -> None:
    assert q_profile([0.1], [0.2]) == TooFew("An interval of tau²", 2, 1)
    assert profile_likelihood([0.1], [0.2]) == TooFew("An interval of tau²", 2, 1)


def test_a_method_without_a_likelihood_has_no_likelihood_interval() -> None:
    with pytest.raises(ValueError, match="ask for the Q-profile"):
        profile_likelihood(Y, V, Method.DL)
