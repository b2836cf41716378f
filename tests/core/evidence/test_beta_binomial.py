"""Rare events by a beta-binomial regression."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import betabinom

from ataraxy.core.evidence.beta_binomial import beta_binomial
from ataraxy.core.evidence.counts import Table, log_odds_ratio
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.study import Measure

SPARSE = [
    Table(0, 20, 2, 21),
    Table(3, 30, 6, 28),
    Table(1, 12, 0, 11),
    Table(0, 15, 0, 16),
    Table(5, 25, 9, 30),
]
GROUPS = st.integers(5, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
TABLES = st.lists(st.builds(lambda one, other: Table(*one, *other), GROUPS, GROUPS), min_size=2, max_size=6)


def by_brute_force(tables):
    """scipy's own beta-binomial, climbed without derivatives."""

    def minus(free):
        total = 0.0
        for t in tables:
            for events, n, arm in ((t.events, t.n, 1), (t.control_events, t.control_n, 0)):
                risk, whole = 1 / (1 + np.exp(-free[0] - free[1] * arm)), np.exp(-free[2])
                total -= betabinom.logpmf(events, n, whole * risk, whole * (1 - risk))
        return total

    found = minimize(
        minus, [-2, 0, -2], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 5000}
    )
    return found.x, -found.fun


def test_the_top_is_the_one_found_by_brute_force():
    (_, log_odds, spread), top = by_brute_force(SPARSE)
    fit = beta_binomial(SPARSE, Measure.OR)
    assert fit.estimate.value == pytest.approx(log_odds, abs=1e-5)
    assert fit.log_likelihood == pytest.approx(top, abs=1e-8)
    assert fit.correlation == pytest.approx(np.exp(spread) / (1 + np.exp(spread)), rel=1e-4)
    assert not fit.binomial


def test_a_study_without_events_is_evidence_too():
    """Two more empty studies lower the risks, though they move the odds ratio little."""
    more = beta_binomial([*SPARSE, Table(0, 30, 0, 30), Table(0, 30, 0, 30)], Measure.OR)
    fit = beta_binomial(SPARSE, Measure.OR)
    assert more.risk < fit.risk
    assert more.control_risk < fit.control_risk


def test_studies_that_differ_no_more_than_chance_are_as_one_table():
    alike = [Table(3, 30, 6, 30)] * 4
    fit = beta_binomial(alike, Measure.OR)
    whole = log_odds_ratio(Table(12, 120, 24, 120))
    assert fit.binomial
    assert fit.correlation == 0
    assert (fit.estimate.value, fit.estimate.se**2) == pytest.approx((whole.value, whole.variance))


def test_too_little_gives_words():
    assert isinstance(beta_binomial(SPARSE[:1], Measure.OR), TooFew)
    assert isinstance(beta_binomial([Table(6, 18, 0, 17), Table(8, 12, 0, 12)], Measure.OR), TooFew)
    with pytest.raises(ValueError, match="not a measure of counts"):
        beta_binomial(SPARSE, Measure.HR)


@settings(max_examples=15, deadline=None)
@given(TABLES)
def test_swapping_the_arms_turns_the_ratio_round_and_measures_agree_on_the_side(tables):
    fit = beta_binomial(tables, Measure.OR)
    assume(not isinstance(fit, TooFew))
    other = beta_binomial([table.swapped() for table in tables], Measure.OR)
    assert other.estimate.value == pytest.approx(-fit.estimate.value, abs=1e-4)
    assert other.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-6)
    assert (fit.risk, fit.control_risk) == pytest.approx((other.control_risk, other.risk), abs=1e-4)
    difference = beta_binomial(tables, Measure.RD).estimate
    assert difference.value == pytest.approx(fit.risk - fit.control_risk, abs=1e-9)
    assert difference.se > 0
