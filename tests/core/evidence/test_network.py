"""Networks: two treatments are the pool, loops are consistent, parts that nothing joins are told."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ataraxy.core.evidence.between import Method
from ataraxy.core.evidence.estimate import Estimate, TooFew
from ataraxy.core.evidence.network import Disconnected, Network, network
from ataraxy.core.evidence.network_consistency import Decomposition, decompose, splits
from ataraxy.core.evidence.pool import Pool, Predicted, pool
from ataraxy.core.evidence.pool_many import Inference
from ataraxy.core.evidence.trial import Pair, Trial, of_arms, of_pairs, parts

ARMS = {"ketamine 0.5": -8.0, "ketamine 0.2": -4.0, "midazolam": -2.0, "saline": 0.0}


def fitted(trials, method=Method.DL, **more) -> Network:
    result = network(trials, method, **more)
    assert isinstance(result, Network)
    return result


def drawn(seed: int, count: int = 12) -> list[Trial]:
    rng = np.random.default_rng(seed)
    names = list(ARMS)
    made = []
    for j in range(count):
        chosen = rng.permutation(names)[: 2 + (j % 3 == 0)].tolist() if j > 2 else names[j : j + 2]
        levels = [ARMS[one] + rng.normal(0, 1.5) for one in chosen]
        made.append(of_arms(f"trial {j}", chosen, levels, rng.uniform(0.3, 2, len(chosen))))
    return made


def two(study: str, a: str, b: str, effect: float, variance: float) -> Trial:
    return of_pairs(study, [Pair(a, b, effect, variance)])


TRIANGLE = [
    two("1", "a", "b", 1.0, 0.10), two("2", "b", "c", 0.5, 0.20), two("3", "a", "c", 2.4, 0.15),
    two("4", "a", "b", 1.4, 0.30), two("5", "a", "c", 2.0, 0.25),
]  # fmt: skip


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 4)), min_size=2, max_size=8))
@settings(max_examples=30, deadline=None)
@pytest.mark.parametrize("method", [Method.COMMON, Method.DL, Method.REML, Method.ML])
def test_a_network_of_two_treatments_is_the_pool(method, rows):
    y, v = np.array(rows).T
    assume(np.ptp(y) > 0.1)
    pooled = pool(y, v, method, Inference.WALD)
    found = fitted([two(str(j), "ketamine", "saline", *row) for j, row in enumerate(rows)], method)
    assert isinstance(pooled, Pool)
    effect = found.effect("ketamine", "saline")
    assert found.tau2 == pytest.approx(pooled.tau2, rel=1e-5, abs=1e-7)
    assert (effect.value, effect.se) == pytest.approx(
        (pooled.estimate.value, pooled.estimate.se), rel=1e-5, abs=1e-6
    )
    assert found.q == pytest.approx(pooled.q, rel=1e-8, abs=1e-9)


@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 4)), min_size=3, max_size=8),
    st.sampled_from([Inference.HARTUNG_KNAPP, Inference.BOUNDED]),
)
@settings(max_examples=40)
def test_of_two_treatments_every_interval_is_the_pools(rows, inference):
    """Hartung and Knapp's, its bound, and the prediction with k - 2 degrees of freedom."""
    assume(np.ptp([y for y, _ in rows]) > 1e-3)
    found = fitted([two(str(i), "a", "b", y, v) for i, (y, v) in enumerate(rows)], Method.DL)
    beside = pool([y for y, _ in rows], [v for _, v in rows], Method.DL, inference)
    assert isinstance(beside, Pool) and isinstance(beside.predicted, Predicted)
    told, ahead = found.effect_by(inference, "a", "b"), found.predicted("a", "b")
    assert isinstance(told, Estimate) and isinstance(ahead, Predicted)
    e = beside.estimate
    assert (told.value, told.se, told.low, told.high, told.p, told.df) == pytest.approx(
        (e.value, e.se, e.low, e.high, e.p, e.df), rel=1e-5, abs=1e-6
    )
    wald = pool([y for y, _ in rows], [v for _, v in rows], Method.DL, Inference.WALD)
    assert isinstance(wald, Pool) and isinstance(wald.predicted, Predicted)
    assert (ahead.low, ahead.high) == pytest.approx(
        (wald.predicted.low, wald.predicted.high), rel=1e-5, abs=1e-6
    )


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_the_bounded_interval_of_a_network_holds_walds_and_a_prediction_holds_them_all(seed):
    found = fitted(drawn(seed))
    for a, b in permutations(found.treatments, 2):
        wald, bounded = found.effect(a, b), found.effect_by(Inference.BOUNDED, a, b)
        plain, ahead = found.effect_by(Inference.HARTUNG_KNAPP, a, b), found.predicted(a, b)
        assert isinstance(bounded, Estimate) and isinstance(plain, Estimate) and isinstance(ahead, Predicted)
        assert bounded.low <= min(wald.low, plain.low) and max(wald.high, plain.high) <= bounded.high
        assert ahead.low <= wald.low and wald.high <= ahead.high
        turned = found.predicted(b, a)
        assert isinstance(turned, Predicted) and turned.low == pytest.approx(-ahead.high)


def test_intervals_that_learn_from_misfit_are_refused_where_there_is_too_little():
    tree = network([two("1", "a", "b", 1.0, 0.1), two("2", "b", "c", 1.0, 0.1)], Method.COMMON)
    assert isinstance(tree, Network)
    assert tree.predicted("a", "b") is None
    with pytest.raises(ValueError, match="ask for Wald's"):
        tree.effect_by(Inference.BOUNDED, "a", "b")
    spare = fitted(TRIANGLE[:3])
    assert spare.q_df == 1
    told = spare.predicted("a", "b")
    assert isinstance(told, TooFew) and (told.needs, told.has) == (4, 3)
    assert isinstance(spare.effect_by(Inference.HARTUNG_KNAPP, "a", "b"), Estimate)


@given(st.integers(0, 1000), st.sampled_from([Method.COMMON, Method.DL, Method.REML]))
@settings(max_examples=20, deadline=None)
def test_effects_add_up_round_every_loop(seed, method):
    found = fitted(drawn(seed), method)
    for a, b, c in permutations(found.treatments, 3):
        there = found.effect(a, b).value + found.effect(b, c).value
        assert found.effect(a, c).value == pytest.approx(there, abs=1e-9)
    assert found.effect("saline", "midazolam").value == -found.effect("midazolam", "saline").value


@given(st.integers(0, 1000), st.permutations(range(12)))
@settings(max_examples=15, deadline=None)
def test_order_and_names_do_not_matter(seed, order):
    trials = drawn(seed)
    one, other = fitted(trials), fitted([trials[j] for j in order])
    np.testing.assert_allclose(one.effects, other.effects, atol=1e-9)
    renamed = {name: f"{9 - j} {name}" for j, name in enumerate(ARMS)}
    turned = [
        Trial(t.study, renamed[t.base], tuple(renamed[o] for o in t.others), t.effects, t.covariance)
        for t in trials
    ]
    again = fitted(turned)
    assert again.tau2 == pytest.approx(one.tau2, rel=1e-8, abs=1e-10)
    for a, b in combinations(ARMS, 2):
        assert again.effect(renamed[a], renamed[b]).value == pytest.approx(one.effect(a, b).value, abs=1e-8)


@given(st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_whichever_arm_a_trial_stands_beside_the_answer_is_the_same(seed):
    rng = np.random.default_rng(seed)
    level, variance = rng.normal(0, 1, 3), rng.uniform(0.1, 1, 3)
    names = ["saline", "midazolam", "ketamine 0.5"]
    rest = drawn(seed)
    answers = []
    for order in permutations(range(3)):
        three = of_arms("three arms", [names[j] for j in order], level[list(order)], variance[list(order)])
        answers.append(fitted([*rest, three]).effects)
    for one in answers[1:]:
        np.testing.assert_allclose(one, answers[0], atol=1e-8)


def test_three_comparisons_of_one_trial_are_its_three_arms():
    names, level, variance = ["a", "b", "c"], [1.0, 2.5, 0.3], [0.2, 0.1, 0.4]
    pairs = [
        Pair(names[i], names[j], level[i] - level[j], variance[i] + variance[j])
        for i, j in [(0, 1), (2, 1), (0, 2)]
    ]
    told, arms = of_pairs("x", pairs), of_arms("x", names, level, variance)
    np.testing.assert_allclose(told.effects, arms.effects)
    np.testing.assert_allclose(told.covariance, arms.covariance)
    assert told.contrast("c", "b") == pytest.approx((-2.2, 0.5))


def test_parts_that_no_trial_joins_are_told_and_not_compared():
    trials = [two("1", "ketamine", "saline", -1, 0.1), two("2", "sertraline", "placebo pill", -0.3, 0.1)]
    found = network(trials)
    assert found == Disconnected((("ketamine", "saline"), ("placebo pill", "sertraline")))
    assert "ketamine, saline; placebo pill, sertraline" in str(found)
    assert parts([*trials, two("3", "saline", "placebo pill", 0, 0.1)]) == (
        ("ketamine", "placebo pill", "saline", "sertraline"),
    )


def test_in_a_triangle_every_split_shows_the_same_inconsistency():
    found = fitted(TRIANGLE, Method.COMMON)
    shown = splits(found)
    assert [(one.first, one.second) for one in shown] == [("a", "b"), ("a", "c"), ("b", "c")]
    gaps = [one.difference for one in shown]
    assert all(gap is not None for gap in gaps)
    assert len({round(abs(gap.value), 9) for gap in gaps}) == 1
    parted = decompose(found)
    assert isinstance(parted, Decomposition)
    assert parted.between.df == 1
    assert parted.between.q == pytest.approx((gaps[0].value / gaps[0].se) ** 2)
    assert parted.within.q + parted.between.q == pytest.approx(parted.whole.q)


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_direct_and_indirect_evidence_make_up_the_whole_where_trials_have_two_arms(seed):
    rng = np.random.default_rng(seed)
    trials = [
        two(
            str(j),
            *sorted(rng.choice(list("abcd"), 2, replace=False).tolist()),
            rng.normal(),
            rng.uniform(0.1, 1),
        )
        for j in range(9)
    ]
    found = network(trials, Method.COMMON)
    assume(isinstance(found, Network))
    for one in splits(found):
        whole = found.effect(one.first, one.second)
        if one.indirect is None:
            assert one.direct.value == pytest.approx(whole.value)
            continue
        w, u = one.direct.se**-2, one.indirect.se**-2
        assert whole.value == pytest.approx(
            (w * one.direct.value + u * one.indirect.value) / (w + u), abs=1e-8
        )
        assert whole.se == pytest.approx((w + u) ** -0.5)


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_misfit_parts_add_up_and_none_is_negative(seed):
    found = fitted(drawn(seed))
    parted = decompose(found)
    assert isinstance(parted, Decomposition)
    assert parted.whole.df == parted.within.df + parted.between.df
    assert parted.within.q + parted.between.q == pytest.approx(parted.whole.q, abs=1e-8)
    assert min(parted.within.q, parted.between.q, parted.between_random.q) >= 0
    assert parted.between_random.q <= parted.between.q + 1e-9


@given(st.integers(0, 1000), st.booleans())
@settings(max_examples=20, deadline=None)
def test_p_scores_average_a_half_and_turn_round_with_what_is_better(seed, lower):
    found = fitted(drawn(seed))
    scores, turned = dict(found.p_scores(lower)), dict(found.p_scores(not lower))
    assert np.mean(list(scores.values())) == pytest.approx(0.5)
    for name, score in scores.items():
        assert turned[name] == pytest.approx(1 - score)


def test_the_league_table_stands_in_order_of_the_scores():
    found = fitted(drawn(3))
    names = [name for name, _ in found.p_scores()]
    table = found.league()
    assert all(table[j][j] is None for j in range(4))
    first = table[0][1]
    assert first is not None and first.value == pytest.approx(found.effect(names[0], names[1]).value)
    assert found.direct[0, 0] == 0 and (found.direct == found.direct.T).all()


def test_without_a_comparison_to_spare_there_is_no_heterogeneity_to_find():
    star = [two("1", "a", "b", 1, 0.1), two("2", "b", "c", 1, 0.1)]
    assert network(star) == TooFew("Differences between trials in a network", 3, 2, "comparisons")
    common = fitted(star, Method.COMMON)
    assert common.effect("a", "c").value == pytest.approx(2)
    assert (common.q_df, common.q_p) == (0, 1.0)
    assert network([]) == TooFew("A network", 1, 0, "trials")
    alone = fitted([two("1", "a", "b", 1, 0.1), two("2", "a", "b", 2, 0.1)])
    assert decompose(alone) == TooFew("A test of consistency", 2, 1, "designs")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: of_arms("x", ["a", "a"], [1, 2], [1, 1]), "merge arms"),
        (lambda: of_arms("x", ["a"], [1, 2], [1, 1]), "name one for each"),
        (lambda: of_pairs("x", [Pair("a", "b", 1, 0.1), Pair("b", "c", 1, 0.1)]), "each comparison of its 3"),
        (
            lambda: of_pairs("x", [Pair("a", "b", 1, 0.1), Pair("b", "c", 1, 0.1), Pair("a", "c", -2, 0.1)]),
            "contradicts",
        ),
        (lambda: network([TRIANGLE[0], TRIANGLE[0]]), "given twice"),
        (lambda: network(TRIANGLE, Method.SJ), "A network takes"),
        (lambda: network(TRIANGLE, level=2), "level"),
        (lambda: fitted(TRIANGLE).effect("a", "z"), "not in this network"),
        (lambda: fitted(TRIANGLE).effect("a", "a"), "beside itself"),
    ],
)
def test_input_that_cannot_be_is_told(make, words):
    with pytest.raises(ValueError, match=words):
        make()
