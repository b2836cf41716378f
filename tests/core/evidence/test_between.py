"""tau²: what no comparison with another program shows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.evidence.between import Method, between
from ataraxy.core.evidence.between_peaks import PEAKS, pull_and_trace
from ataraxy.core.evidence.between_roots import q_root
from ataraxy.core.evidence.least_squares import log_likelihood, traces, weigh
from ataraxy.core.evidence.pool_rows import Rows, one_row, rows
from ataraxy.core.evidence.weighted_sums import sums

studies = st.lists(st.tuples(st.floats(-5, 5), st.floats(1e-3, 10)), min_size=3, max_size=9)

# Two precise studies that agree and one that does not: the restricted likelihood falls from tau² = 0 on, and rises
# again to a peak that is higher by 5.0.
TWO_PEAKS = ((-0.9, -0.9, 0.2, -0.1), (0.002, 0.002, 0.061, 7.044))


@given(studies, st.sampled_from([Method.ML, Method.REML]))
def test_no_likelihood_is_higher_than_at_its_estimate(
    found: list[tuple[float, float]], method: Method
) -> None:
    pools = one_row([y for y, _ in found], [v for _, v in found])
    told = between(pools, method)
    best = log_likelihood(pools, told.tau2, method is Method.REML)[0]
    typical = 1 / np.mean([1 / v for _, v in found])
    for tau2 in (0.0, *(PEAKS * typical)):
        assert log_likelihood(pools, np.array([tau2]), method is Method.REML)[0] <= best + 1e-8


@given(studies)
def test_paule_and_mandel_make_q_what_is_expected(found: list[tuple[float, float]]) -> None:
    pools = one_row([y for y, _ in found], [v for _, v in found])
    told = between(pools, Method.PM)
    q = weigh(pools, told.tau2).q[0]
    assert q == pytest.approx(len(found) - 1, rel=1e-8) or (told.tau2[0] == 0 and q <= len(found) - 1)


@given(studies)
def test_a_regression_on_nothing_but_a_mean_is_the_mean(found: list[tuple[float, float]]) -> None:
    """The general path beside the short one."""
    y, v = [y for y, _ in found], [v for _, v in found]
    short, general = one_row(y, v), one_row(y, v, np.ones((len(y), 1)))
    for method in Method:
        assert between(general, method).tau2 == pytest.approx(between(short, method).tau2, rel=1e-6, abs=1e-8)
        assert between(general, method).se == pytest.approx(between(short, method).se, rel=1e-6, abs=1e-8)


@given(studies, st.floats(0, 3))
def test_the_traces_are_those_of_the_matrix(found: list[tuple[float, float]], tau2: float) -> None:
    v = np.array([v for _, v in found])
    pools = one_row([y for y, _ in found], v.tolist())
    w = np.diag(1 / (v + tau2))
    one = np.ones((len(v), 1))
    p = w - w @ one @ np.linalg.inv(one.T @ w @ one) @ one.T @ w
    a = np.diag(v)
    fit = weigh(pools, np.array([tau2]))
    assert [x[0] for x in traces(pools, fit)] == pytest.approx(
        [np.trace(p), np.trace(p @ p)], rel=1e-6, abs=1e-9
    )
    assert [x[0] for x in traces(pools, fit, pools.v)] == pytest.approx(
        [np.trace(p @ a), np.trace(p @ a @ p @ a)], rel=1e-6, abs=1e-9
    )


@given(studies, st.floats(0.01, 5))
def test_the_root_of_q_is_where_q_is(found: list[tuple[float, float]], target: float) -> None:
    pools = one_row([y for y, _ in found], [v for _, v in found])
    tau2, ended, _ = q_root(pools, np.array([target]))
    assert ended.all()
    q = weigh(pools, tau2).q[0]
    assert q == pytest.approx(target, rel=1e-6) if tau2[0] > 0 else q <= target * (1 + 1e-9)


@given(studies, st.floats(0.05, 5), st.booleans())
def test_what_tells_of_a_rise_is_the_likelihoods_slope(
    found: list[tuple[float, float]], tau2: float, restricted: bool
) -> None:
    """Half of y'PPy less the trace, beside differences of the log-likelihood."""
    pools = one_row([y for y, _ in found], [v for _, v in found])
    pull, trace = pull_and_trace(pools, np.array([tau2]), restricted)
    h = 1e-4 * tau2
    above, below = (log_likelihood(pools, np.array([tau2 + x]), restricted)[0] for x in (h, -h))
    size = float(pull[0] + trace[0])
    assert (pull[0] - trace[0]) / 2 == pytest.approx((above - below) / (2 * h), abs=1e-6 * size + 1e-7)


def test_of_two_peaks_the_higher_is_taken() -> None:
    pools, wide = one_row(*TWO_PEAKS), rows(*(np.tile(a, (4001, 1)) for a in TWO_PEAKS))
    along = log_likelihood(wide, np.linspace(0, 2, 4001), True)
    assert along[1] < along[0]
    told = between(pools, Method.REML)
    assert told.tau2[0] == pytest.approx(0.3290, abs=5e-5)
    assert log_likelihood(pools, told.tau2, True)[0] >= along.max() - 1e-9
    assert along.max() - along[0] == pytest.approx(5.016, abs=1e-3)


def test_a_pool_with_one_study_has_no_tau2() -> None:
    told = between(one_row([0.3], [0.1]), Method.REML)
    assert np.isnan(told.tau2[0])
    assert not told.converged[0]


def test_every_method_has_a_name_in_words() -> None:
    assert len({method.words for method in Method}) == len(Method)


def unequal_pools(m: int) -> Rows:
    """Very unequal variances, pools of two to seven studies; of some the likelihood has more than one peak."""
    rng = np.random.default_rng(11)
    y, v = rng.normal(0, 1, (m, 7)), 10 ** rng.uniform(-3, 1, (m, 7))
    gone = np.arange(7) >= rng.integers(2, 8, m)[:, None]
    return rows(np.where(gone, np.nan, y), np.where(gone, np.nan, v))


@pytest.mark.parametrize("method", [Method.ML, Method.REML])
def test_the_compiled_search_ends_where_the_plain_one_does(
    method: Method, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools = unequal_pools(1203)  # no whole number of lanes
    plain = between(pools, method)
    monkeypatch.setattr("ataraxy.core.evidence.between_peaks.WORTH_COMPILED", 1)
    compiled = between(pools, method)
    assert compiled.converged.all()
    np.testing.assert_allclose(compiled.tau2, plain.tau2, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(compiled.se, plain.se, rtol=1e-8)  # differences of sums nearly alike


def test_the_compiled_search_takes_the_higher_of_two_peaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ataraxy.core.evidence.between_peaks.WORTH_COMPILED", 1)
    pools = rows(*(np.tile(a, (3, 1)) for a in TWO_PEAKS))
    np.testing.assert_allclose(between(pools, Method.REML).tau2, 0.3290, atol=5e-5)


@given(studies)
def test_beyond_a_known_tau2_the_likelihood_falls(found: list[tuple[float, float]]) -> None:
    """Where the compiled search stops looking: tau⁴ = s² (largest v + tau²)."""
    y, v = np.array([y for y, _ in found]), np.array([v for _, v in found])
    s2 = y.var(ddof=1)
    bound = 0.5 * (s2 + np.sqrt(s2 * s2 + 4 * s2 * v.max()))
    pools = one_row(y.tolist(), v.tolist())
    for restricted in (True, False):
        along = [
            log_likelihood(pools, np.array([bound * more]), restricted)[0]
            for more in (1.0, 1.01, 1.5, 3.0, 10.0, 100.0)
        ]
        assert (np.diff(along) <= 1e-9).all()


def test_the_compiled_sums_are_the_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    pools = unequal_pools(77)
    tau2 = np.linspace(0.0, 2.0, 77)
    plain = sums(pools, tau2)
    monkeypatch.setattr("ataraxy.core.evidence.weighted_sums.WORTH_COMPILED", 1)
    compiled = sums(pools, tau2)
    for what in ("mean", "total", "q", "trace"):
        np.testing.assert_allclose(getattr(compiled, what), getattr(plain, what), rtol=1e-9, atol=1e-12)
