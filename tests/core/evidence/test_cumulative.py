"""What was known when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.evidence.cumulative import cumulative
from ataraxy.core.evidence.pool import Pool, pool

Y, V = (-0.4, 0.1, 0.5, 1.2, 1.8), (0.04, 0.09, 0.05, 0.16, 0.08)


@given(st.permutations(range(5)))
def test_the_order_in_which_studies_are_given_tells_nothing(order: list[int]) -> None:
    years = (2019, 2014, 2019, 2021, 2014)
    told = cumulative([Y[i] for i in order], [V[i] for i in order], [years[i] for i in order])
    assert [(one.year, one.k) for one in told] == [(2014, 2), (2019, 4), (2021, 5)]
    assert told[1].estimate.value == pytest.approx(cumulative(Y, V, years)[1].estimate.value, abs=1e-8)


def test_the_last_year_is_the_pool_of_all() -> None:
    whole = pool(Y, V)
    assert isinstance(whole, Pool)
    last = cumulative(Y, V, [2017, 2018, 2019, 2020, 2021])[-1]
    assert last.estimate == whole.estimate
    assert last.tau2 == whole.tau2
    assert last.entered == (4,)


def test_a_study_alone_keeps_its_own_interval_and_tells_no_tau2() -> None:
    first = cumulative(Y, V, [2017, 2018, 2019, 2020, 2021])[0]
    assert (first.estimate.value, first.estimate.se, first.tau2) == (-0.4, 0.2, None)
    assert first.estimate.low == pytest.approx(-0.4 - 1.959964 * 0.2, abs=1e-6)


def test_every_study_has_a_year() -> None:
    with pytest.raises(ValueError, match="give one year an effect"):
        cumulative(Y, V, [2017])


def test_no_studies_are_no_history() -> None:
    assert cumulative([], [], []) == ()
