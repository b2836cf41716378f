"""What one study does to a pool."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.evidence.between import Method
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.influence import influence, leave_one_out
from ataraxy.core.evidence.pool import Pool, pool
from ataraxy.core.evidence.pool_many import Inference

studies = st.lists(st.tuples(st.floats(-5, 5), st.floats(1e-2, 10)), min_size=3, max_size=7)


@given(studies, st.sampled_from([Method.DL, Method.REML, Method.PM]))
def test_leaving_one_out_is_pooling_the_others(found: list[tuple[float, float]], method: Method) -> None:
    y, v = [y for y, _ in found], [v for _, v in found]
    left = leave_one_out(y, v, method)
    assert not isinstance(left, TooFew)
    for one in left:
        others = [i for i in range(len(y)) if i != one.index]
        told = pool([y[i] for i in others], [v[i] for i in others], method)
        assert isinstance(told, Pool)
        assert one.estimate.value == pytest.approx(told.estimate.value, rel=1e-8, abs=1e-8)
        assert one.tau2 == pytest.approx(told.tau2, rel=1e-6, abs=1e-8)
        assert one.q == pytest.approx(told.q, rel=1e-8, abs=1e-8)


def test_the_one_study_that_differs_is_the_influential_one() -> None:
    told = influence(
        [0.1, 0.12, 0.08, 0.11, 3.0], [0.02, 0.02, 0.02, 0.02, 0.02], Method.REML, Inference.WALD
    )
    assert not isinstance(told, TooFew)
    assert [one.influential for one in told] == [False, False, False, False, True]
    assert told[4].tau2_without == 0
    assert abs(told[4].residual) > 10


@given(studies)
def test_the_hats_of_all_studies_add_up_to_one(found: list[tuple[float, float]]) -> None:
    told = influence([y for y, _ in found], [v for _, v in found])
    assert not isinstance(told, TooFew)
    assert sum(one.hat for one in told) == pytest.approx(1)
    assert all(one.cook >= 0 for one in told if one.cook == one.cook)


def test_of_two_studies_none_can_be_left_out() -> None:
    assert leave_one_out([1, 2], [1, 1]) == TooFew("Leaving one study out", 3, 2)
    assert influence([1, 2], [1, 1]) == TooFew("A study's influence", 3, 2)


def test_what_the_third_of_three_equal_studies_does_by_hand() -> None:
    """Effects 0, 0, 3 with variance 1: the mean falls from 1 to 0, its variance rises from 1/3 to 1/2."""
    told = influence([0.0, 0.0, 3.0], [1.0, 1.0, 1.0], Method.COMMON, Inference.WALD)
    assert not isinstance(told, TooFew)
    last = told[2]
    assert last.residual == pytest.approx(3 / 1.5**0.5)
    assert last.dffits == pytest.approx(3**0.5)
    assert last.dfbeta == pytest.approx(3**0.5)
    assert last.cook == pytest.approx(3)
    assert last.covariance_ratio == pytest.approx(1.5)
    assert (last.hat, last.q_without, last.tau2_without) == pytest.approx((1 / 3, 0, 0))
    assert told[0].cook == pytest.approx(0.75)
    assert told[0].dfbeta == pytest.approx(-0.5 * 3**0.5)
