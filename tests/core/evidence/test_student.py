"""Student's t of many statistics: the compiled tails beside what they are."""

from __future__ import annotations

import numpy as np
import pytest

from ataraxy.core.evidence.student import WORTH_COMPILED, p_of_t, reach_of_t

FAR = np.concatenate([[0.0], np.logspace(-6, 4, WORTH_COMPILED)])


@pytest.mark.parametrize("df", [2, 3, 4, 9, 19, 39, 40])
def test_compiled_tails_are_those_of_students_t(df: int) -> None:
    from scipy.special import stdtr

    expected = 2 * stdtr(df, -FAR)
    seen = expected > 1e-290  # below, what a float holds ends
    np.testing.assert_allclose(p_of_t(FAR, np.full(len(FAR), float(df)))[seen], expected[seen], rtol=1e-11)


def test_with_one_degree_of_freedom_a_tail_is_an_angle() -> None:
    expected = 2 / np.pi * np.arctan2(1.0, FAR)
    np.testing.assert_allclose(p_of_t(FAR, np.ones(len(FAR))), expected, rtol=1e-11)


def test_a_statistic_without_end_has_no_tail() -> None:
    p = p_of_t(np.full(WORTH_COMPILED, np.inf), np.full(WORTH_COMPILED, 3.0))
    assert (p == 0).all()


def test_pools_of_different_sizes_each_have_their_own_degrees_of_freedom() -> None:
    df = 1.0 + np.arange(len(FAR)) % 40
    few = np.concatenate([p_of_t(FAR[i : i + 1], df[i : i + 1]) for i in range(0, len(FAR), 97)])
    np.testing.assert_allclose(p_of_t(FAR, df)[::97], few, rtol=1e-10, atol=1e-300)
    assert reach_of_t(df, 0.95)[[0, 8]] == pytest.approx(
        [12.706204736, 2.262157163]
    )  # tables of t: 12.706, 2.262
    assert np.isnan(reach_of_t(np.array([0.0, 3.0]), 0.95)[0])
