"""Counts of people who had both treatments."""

from __future__ import annotations

from math import exp, inf, log, sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import beta, binom

from ataraxy.core.evidence.counts import Table, log_odds_ratio
from ataraxy.core.evidence.estimate import Effect, TooFew
from ataraxy.core.evidence.paired import (
    PairedCounts,
    conditional_odds_ratio,
    exact_conditional_odds_ratio,
    marginal_odds_ratio,
    marginal_odds_ratio_of_rates,
    mcnemar,
    paired_risk_difference,
)
from ataraxy.core.evidence.tails import estimate_of

COUNTS = st.integers(0, 30)
PAIRS = st.builds(PairedCounts, COUNTS, COUNTS, COUNTS, COUNTS)
OF_PAIRS = [conditional_odds_ratio, marginal_odds_ratio, paired_risk_difference]


@pytest.mark.parametrize(
    ("pairs", "z", "p", "exact"),
    [(PairedCounts(5, 0), 2.23607, 0.025347, 0.0625), (PairedCounts(7, 1), 2.12132, 0.033895, 0.0703125)],
)
def test_taylor_2018_printed_mcnemar_and_its_exact_answer(pairs, z, p, exact):
    """Taylor 2018, PMC5729569, prints z = 2.24, p = .025 (LSAS) and z = 2.12, p = .034 (VAS); pairs inferred."""
    test = mcnemar(pairs)
    assert (round(test.z, 5), round(test.p, 6), test.exact_p) == (z, p, pytest.approx(exact))


@pytest.mark.parametrize(
    ("pairs", "odds", "low", "high"),
    [(PairedCounts(5, 0), 11.0, 0.61, 199), (PairedCounts(8, 0), 17.0, 0.98, 295)],
)
def test_the_two_crossovers_as_pairs(pairs, odds, low, high):
    """Taylor 2018, and Glue 2020 with eight people assumed to have responded to ketamine alone."""
    effect = conditional_odds_ratio(pairs)
    estimate = estimate_of(effect.value, sqrt(effect.variance))
    assert round(exp(estimate.value), 1) == odds
    assert round(exp(estimate.low), 2) == low
    assert round(exp(estimate.high)) == high
    assert "0.5 added" in effect.method


def test_the_pairs_pool_to_less_than_half_of_the_printed_odds_ratio():
    """28.94 [3.45, 242.57] as two trials with independent arms; as pairs 13.7 [1.8, 104.7]."""
    effects = [conditional_odds_ratio(PairedCounts(5, 0)), conditional_odds_ratio(PairedCounts(8, 0))]
    weights = [1 / one.variance for one in effects]
    value = sum(w * one.value for w, one in zip(weights, effects, strict=True)) / sum(weights)
    pooled = estimate_of(value, 1 / sqrt(sum(weights)))
    assert [round(exp(x), 2) for x in (pooled.value, pooled.low, pooled.high)] == [13.72, 1.8, 104.65]


@pytest.mark.parametrize(
    ("effect", "value", "variance"),
    [
        # metafor 3.8.1: escalc("MPOR"), ("MPRD"), ("MPORC") of ai=8, bi=7, ci=1, di=1
        (marginal_odds_ratio(PairedCounts(7, 1, 8, 1)), 1.897119984886, 0.787037037037),
        (paired_risk_difference(PairedCounts(7, 1, 8, 1)), 0.3529411764706, 0.0203541624262),
        (conditional_odds_ratio(PairedCounts(7, 1, 8, 1)), 1.94591014906, 1.14285714286),
        # escalc("MPORM", ai=6, bi=11, ci=2, di=15, ri=.3), and with a zero (ci=0, di=17, ri=.1)
        (marginal_odds_ratio_of_rates(6, 2, 17, 0.3), 1.408767216972, 0.595014471005),
        (marginal_odds_ratio_of_rates(6, 0, 17, 0.1), 2.98480320302, 2.15718111903),
    ],
)
def test_pairs_agree_with_metafor(effect, value, variance):
    assert (effect.value, effect.variance) == pytest.approx((value, variance), abs=1e-10)


def test_nobody_who_responded_to_one_only_gives_words_and_no_number():
    pairs = PairedCounts(0, 0, 3, 4)
    for of in (mcnemar, conditional_odds_ratio, exact_conditional_odds_ratio, marginal_odds_ratio):
        assert isinstance(of(pairs), TooFew)
    assert isinstance(conditional_odds_ratio(PairedCounts(3, 0), add=0.0), TooFew)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="cannot be"):
        PairedCounts(-1, 0)
    with pytest.raises(ValueError, match="give the rates and a correlation"):
        marginal_odds_ratio(PairedCounts(5, 0))
    with pytest.raises(ValueError, match="everybody"):
        paired_risk_difference(PairedCounts(5, 0))
    with pytest.raises(ValueError, match="correlate between"):
        marginal_odds_ratio_of_rates(15, 2, 17, 0.9)
    with pytest.raises(ValueError, match="cannot be"):
        marginal_odds_ratio_of_rates(18, 2, 17, 0.0)


def test_everybody_on_one_side_has_an_exact_interval_open_at_the_top():
    """Five of five: the share is at least 0.4782 (0.025 ** (1/5)), so the odds are at least 0.9165."""
    exact = exact_conditional_odds_ratio(PairedCounts(5, 0))
    assert exact.value == exact.high == inf
    assert exp(exact.low) == pytest.approx(0.025**0.2 / (1 - 0.025**0.2))
    assert exact.p == pytest.approx(0.0625)


def test_the_two_crossovers_as_one_by_the_exact_answer():
    """Thirteen of thirteen: an odds ratio of at least 3.05 (0.025 ** (1/13) = 0.753), p = 2 / 2 ** 13."""
    exact = exact_conditional_odds_ratio(PairedCounts(5, 0).merged(PairedCounts(8, 0)))
    assert round(exp(exact.low), 2) == 3.05
    assert exact.p == pytest.approx(2 / 2**13)


@given(PAIRS, PAIRS)
def test_merging_keeps_everybody(one, other):
    merged = one.merged(other)
    assert merged.discordant == one.discordant + other.discordant
    assert merged.both + merged.neither == one.both + other.both + one.neither + other.neither
    assert one.merged(PairedCounts(1, 1)).both is None


@given(PAIRS, st.sampled_from(OF_PAIRS))
def test_swapping_the_treatments_turns_the_effect_round(pairs, of):
    assume(pairs.discordant + pairs.both + pairs.neither > 0)
    effect, swapped = of(pairs), of(pairs.swapped())
    assert isinstance(effect, Effect) == isinstance(swapped, Effect)
    if isinstance(effect, Effect):
        assert swapped.value == pytest.approx(-effect.value, abs=1e-12)
        assert swapped.variance == pytest.approx(effect.variance, rel=1e-9)


@given(PAIRS)
def test_who_responded_to_both_or_neither_leaves_the_conditional_odds_ratio(pairs):
    bare = PairedCounts(pairs.experimental_only, pairs.control_only)
    assert conditional_odds_ratio(pairs) == conditional_odds_ratio(bare)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(41, 60))
def test_forgetting_the_pairing_is_a_correlation_of_nought(events, control_events, n):
    paired = marginal_odds_ratio_of_rates(events, control_events, n, 0.0)
    apart = log_odds_ratio(Table(events, n, control_events, n))
    assert (paired.value, paired.variance) == pytest.approx((apart.value, apart.variance))


@given(PAIRS)
def test_the_rates_with_the_pairs_own_correlation_give_the_answer_of_the_pairs(pairs):
    n = pairs.discordant + pairs.both + pairs.neither
    events, control = pairs.both + pairs.experimental_only, pairs.both + pairs.control_only
    assume(0 < events < n and 0 < control < n and pairs.discordant)
    p, q = events / n, control / n
    r = (pairs.both / n - p * q) / sqrt(p * (1 - p) * q * (1 - q))
    assume(r < 1)
    of_rates, of_pairs = marginal_odds_ratio_of_rates(events, control, n, r), marginal_odds_ratio(pairs)
    assert of_rates.value == pytest.approx(of_pairs.value, abs=1e-9)
    assert of_rates.variance == pytest.approx(of_pairs.variance, rel=1e-6, abs=1e-9)


@given(st.integers(0, 20), st.integers(0, 20))
def test_the_exact_interval_is_that_of_the_binomial_counted_out(b, c):
    assume(b + c)
    exact, n = exact_conditional_odds_ratio(PairedCounts(b, c)), b + c
    low = 0 if b == 0 else beta.ppf(0.025, b, n - b + 1)
    assert exact.low == pytest.approx(log(low / (1 - low)) if low else -inf, abs=1e-6)
    ours = binom.pmf(b, n, 0.5)
    p = sum(binom.pmf(x, n, 0.5) for x in range(n + 1) if binom.pmf(x, n, 0.5) <= ours * (1 + 1e-7))
    assert exact.p == pytest.approx(min(1, p))


def test_seven_to_one_have_exact_odds_of_seven():
    """Clopper-Pearson of 7 of 8: .4735 to .9968."""
    exact = exact_conditional_odds_ratio(PairedCounts(7, 1))
    assert exp(exact.value) == pytest.approx(7)
    assert (exp(exact.low), exp(exact.high)) == pytest.approx((0.4735 / 0.5265, 0.99684 / 0.00316), rel=2e-3)


@pytest.mark.parametrize("counts", [(5, 0, 3, 0), (0, 5, 3, 0), (0, 5, 0, 3), (5, 0, 0, 3), (0, 0, 3, 4)])
def test_a_margin_of_nobody_or_everybody_has_no_marginal_odds_ratio(counts):
    told = marginal_odds_ratio(PairedCounts(*counts))
    assert isinstance(told, TooFew) and (told.needs, told.has) == (1, 0)


def test_how_many_responded_to_both_is_not_enough_without_how_many_to_neither():
    for counts in (PairedCounts(5, 1, both=3), PairedCounts(5, 1, neither=3)):
        with pytest.raises(ValueError, match="unknown"):
            marginal_odds_ratio(counts)
        with pytest.raises(ValueError, match="unknown"):
            paired_risk_difference(counts)


def test_rates_of_everybody_are_corrected_as_rates_of_nobody_are():
    nobody, everybody = (marginal_odds_ratio_of_rates(*events, 17, 0.1) for events in ((0, 6), (17, 11)))
    assert nobody.correction == everybody.correction == 0.5
    assert everybody.value == pytest.approx(-nobody.value)
    assert everybody.variance == pytest.approx(nobody.variance)
    turned = marginal_odds_ratio_of_rates(11, 17, 17, 0.1)
    assert (turned.value, turned.correction) == (pytest.approx(-everybody.value), 0.5)


@pytest.mark.parametrize("events", [0, 10])
def test_the_same_rate_of_nobody_or_of_everybody_tells_nothing(events):
    assert isinstance(marginal_odds_ratio_of_rates(events, events, 10, 0.0), TooFew)
    alike = marginal_odds_ratio_of_rates(4, 4, 10, 0.0)
    assert isinstance(alike, Effect) and alike.value == 0


@pytest.mark.parametrize("events", [1, 9])
def test_rare_or_usual_responses_cannot_avoid_each_other(events):
    """Of one or nine in ten the correlation is at least -1/9."""
    assert isinstance(marginal_odds_ratio_of_rates(events, events, 10, -0.11), Effect)
    with pytest.raises(ValueError, match=r"correlate between -0\.111 and 1"):
        marginal_odds_ratio_of_rates(events, events, 10, -0.115)
