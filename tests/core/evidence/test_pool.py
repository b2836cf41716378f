"""Pools beside printed numbers, and the laws they keep."""

from __future__ import annotations

import math
from math import exp, log

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ataraxy.core.evidence.between import Method
from ataraxy.core.evidence.counts import Table, effects_of_tables, log_odds_ratio
from ataraxy.core.evidence.estimate import Effect, Estimate, TooFew
from ataraxy.core.evidence.means import Sample, mean_difference
from ataraxy.core.evidence.paired import PairedCounts, conditional_odds_ratio
from ataraxy.core.evidence.pool import Pool, Predicted, Prediction, pool, pool_effects
from ataraxy.core.evidence.pool_many import Inference, pool_many
from ataraxy.core.evidence.study import Measure

Y, V = (-0.4, 0.1, 0.5, 1.2, 1.8), (0.04, 0.09, 0.05, 0.16, 0.08)
RANDOM = [m for m in Method if m is not Method.COMMON]

# Tuberculosis among vaccinated and others: Colditz et al. 1994, JAMA 271:698-702, table 1 (public; metadat's dat.bcg).
# Vaccinated with and without tuberculosis, not vaccinated with and without.
BCG = (
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
    (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232), (17, 1699, 65, 1600),
    (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
)  # fmt: skip
BCG_TABLES = [Table(a, a + b, c, c + d) for a, b, c, d in BCG]
# Fleiss JL, Stat Methods Med Res 1993;2:121-145: mental health treatment and use of medical care.
FLEISS = (
    (Sample(13, 5.0, 4.70), Sample(13, 6.5, 3.80)),
    (Sample(30, 4.9, 1.71), Sample(50, 6.1, 2.30)),
    (Sample(35, 22.5, 3.44), Sample(35, 24.9, 10.65)),
    (Sample(20, 12.5, 1.47), Sample(20, 12.3, 1.66)),
    (Sample(8, 6.50, 0.76), Sample(8, 7.38, 1.41)),
)


def done(found: Pool | TooFew) -> Pool:
    assert isinstance(found, Pool)
    return found


def effects(found: tuple[Effect | TooFew, ...]) -> list[Effect]:
    return [one for one in found if isinstance(one, Effect)]


# --- printed numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "common", "random", "tau2"),
    [(Measure.RR, -0.4303, -0.7141, 0.3088), (Measure.OR, -0.4361, -0.7474, 0.3663)],
)
def test_the_bcg_trials_pool_as_printed(measure: Measure, common: float, random: float, tau2: float) -> None:
    """Viechtbauer 2010 (J Stat Softw 36(3)) and metafor's documentation."""
    of = effects(effects_of_tables(BCG_TABLES, measure))
    assert done(pool_effects(of, method=Method.COMMON)).estimate.value == pytest.approx(common, abs=5e-5)
    found = done(pool_effects(of, method=Method.DL, inference=Inference.WALD))
    assert found.estimate.value == pytest.approx(random, abs=5e-5)
    assert found.tau2 == pytest.approx(tau2, abs=5e-5)


def test_the_bcg_trials_risk_ratio_has_the_printed_interval_and_heterogeneity() -> None:
    of = effects(effects_of_tables(BCG_TABLES, Measure.RR))
    found = done(pool_effects(of, method=Method.DL, inference=Inference.WALD))
    assert (found.estimate.low, found.estimate.high) == pytest.approx((-1.0644, -0.3638), abs=5e-5)
    assert (found.q, found.i2) == pytest.approx((152.233, 92.1173), abs=5e-4)


def test_fleiss_1993_means_pool_as_revman_prints_them() -> None:
    found = done(pool_effects([mean_difference(a, b) for a, b in FLEISS], method=Method.COMMON))
    e = found.estimate
    assert (e.value, e.low, e.high) == pytest.approx((-0.70938839, -1.25848502, -0.16029176), abs=5e-9)
    assert found.q == pytest.approx(5.66012379, abs=5e-9)


def test_five_effects_pool_as_computed_by_hand() -> None:
    common = done(pool(Y, V, Method.COMMON))
    assert (common.estimate.value, common.estimate.se) == pytest.approx((0.4155844, 0.1155771), abs=5e-8)
    assert common.q == pytest.approx(45.6818, abs=5e-5)
    dl = done(pool(Y, V, Method.DL))
    assert (dl.estimate.value, dl.tau2) == pytest.approx((0.6193796, 0.7324042), abs=5e-8)
    wald = done(pool(Y, V, Method.REML, Inference.WALD))
    assert (wald.estimate.value, wald.tau2) == pytest.approx((0.6184901, 0.6983377), abs=5e-8)
    assert wald.estimate.se == pytest.approx(0.3950067, abs=5e-8)
    knapp = done(pool(Y, V, Method.REML, Inference.HARTUNG_KNAPP)).estimate
    assert knapp.se == pytest.approx(0.3926394, abs=5e-8)
    assert (knapp.low, knapp.high) == pytest.approx((-0.4717, 1.7086), abs=5e-5)


@pytest.mark.parametrize("method", [Method.COMMON, Method.DL])
def test_whittaker_2021s_odds_ratio_of_response_in_sad_is_reproduced(method: Method) -> None:
    """OR 28.94 [3.45-242.57], p = .002 (Ther Adv Psychopharmacol 11), as if both crossovers had independent arms.

    Taylor 2018: 6/18 and 0/17; Glue 2020: 8/12 and 0/12, counts inferred from the printed pool.
    """
    found = done(
        pool_effects(
            [
                e
                for e in (log_odds_ratio(Table(6, 18, 0, 17)), log_odds_ratio(Table(8, 12, 0, 12)))
                if isinstance(e, Effect)
            ],
            method=method,
            inference=Inference.WALD,
        )
    )
    e = found.estimate
    assert (exp(e.value), exp(e.low), exp(e.high)) == pytest.approx((28.9364, 3.4518, 242.5742), abs=5e-5)
    assert e.p == pytest.approx(0.00192, abs=5e-6)
    assert found.q == pytest.approx(0.19297, abs=5e-6)
    assert found.tau2 == 0


def test_the_same_people_counted_once_give_the_paired_odds_ratio() -> None:
    """13.7 [1.8-104.7]: discordant pairs 5/0 (Taylor, inferred from McNemar's z) and 8/0 (Glue, assumed)."""
    of = [conditional_odds_ratio(PairedCounts(5, 0)), conditional_odds_ratio(PairedCounts(8, 0))]
    e = done(pool_effects([x for x in of if isinstance(x, Effect)], method=Method.COMMON)).estimate
    assert (exp(e.value), exp(e.low), exp(e.high)) == pytest.approx((13.72, 1.80, 104.65), abs=5e-3)


# --- laws ------------------------------------------------------------------------------------------

values = st.floats(-5, 5).map(lambda x: round(x, 6))
variances = st.floats(1e-3, 10)
studies = st.lists(st.tuples(values, variances), min_size=2, max_size=9)
methods = st.sampled_from(list(Method))
inferences = st.sampled_from(list(Inference))


def apart(found: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [y for y, _ in found], [v for _, v in found]


def how(method: Method, inference: Inference) -> Inference:
    return Inference.WALD if method is Method.COMMON else inference


@given(studies, methods, inferences)
def test_a_pooled_effect_lies_between_its_studies(
    found: list[tuple[float, float]], method: Method, inference: Inference
) -> None:
    y, v = apart(found)
    told = done(pool(y, v, method, how(method, inference)))
    assert min(y) - 1e-9 <= told.estimate.value <= max(y) + 1e-9
    assert told.estimate.low <= told.estimate.value <= told.estimate.high
    assert 0 <= told.estimate.p <= 1
    assert sum(told.weights) == pytest.approx(100)


@given(studies, methods)
def test_tau2_and_what_follows_from_it_are_never_negative(
    found: list[tuple[float, float]], method: Method
) -> None:
    told = done(pool(*apart(found), method))
    assert told.converged
    assert min(told.tau2, told.tau2_se, told.q, told.i2) >= 0
    assert told.i2 <= 100
    if told.tau2_interval:
        assert 0 <= told.tau2_interval.low <= told.tau2_interval.high


@given(studies, methods, st.randoms(use_true_random=False))
def test_the_order_of_studies_tells_nothing(
    found: list[tuple[float, float]], method: Method, rng: object
) -> None:
    shuffled = list(found)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = done(pool(*apart(found), method)), done(pool(*apart(shuffled), method))
    assert other.estimate.value == pytest.approx(one.estimate.value, rel=1e-6, abs=1e-6)
    assert other.estimate.se == pytest.approx(one.estimate.se, rel=1e-5, abs=1e-6)
    assert other.tau2 == pytest.approx(one.tau2, rel=1e-5, abs=1e-6)


@given(studies, methods, st.sampled_from([-8.0, -1.0, 0.25, 4.0]))
def test_another_unit_of_the_scale_scales_the_pool(
    found: list[tuple[float, float]], method: Method, unit: float
) -> None:
    """Powers of two, so that the numbers scale without rounding."""
    y, v = apart(found)
    one = done(pool(y, v, method))
    other = done(pool([unit * a for a in y], [unit**2 * b for b in v], method))
    assert other.estimate.value == pytest.approx(unit * one.estimate.value, rel=1e-6, abs=1e-6)
    assert other.estimate.p == pytest.approx(one.estimate.p, rel=1e-4, abs=1e-9)
    assert other.tau2 == pytest.approx(unit**2 * one.tau2, rel=1e-5, abs=1e-6)
    assert other.i2 == pytest.approx(one.i2, abs=1e-4)


@given(studies, methods, values)
def test_a_study_of_infinite_variance_changes_nothing(
    found: list[tuple[float, float]], method: Method, value: float
) -> None:
    y, v = apart(found)
    one, other = done(pool(y, v, method)), done(pool([*y, value], [*v, math.inf], method))
    e, f = one.estimate, other.estimate
    assert (f.value, f.se, f.low, f.high, f.p) == pytest.approx(
        (e.value, e.se, e.low, e.high, e.p), rel=1e-6, abs=1e-6
    )
    assert (other.tau2, other.q, other.i2) == pytest.approx((one.tau2, one.q, one.i2), rel=1e-6, abs=1e-6)
    assert (other.k, f.df) == (one.k, e.df)
    assert other.weights == pytest.approx((*one.weights, 0.0), abs=1e-6)
    assert any("set aside" in words for words in other.warnings)


@given(st.lists(studies, min_size=1, max_size=5), methods, inferences)
def test_a_batch_is_each_pool_alone(
    batch: list[list[tuple[float, float]]], method: Method, inference: Inference
) -> None:
    widest = max(map(len, batch))
    y, v = np.full((len(batch), widest), np.nan), np.full((len(batch), widest), np.nan)
    for i, found in enumerate(batch):
        y[i, : len(found)], v[i, : len(found)] = apart(found)
    together = pool_many(y, v, method, how(method, inference))
    for i, found in enumerate(batch):
        alone = done(pool(*apart(found), method, how(method, inference)))
        assert together.value[i] == pytest.approx(alone.estimate.value, rel=1e-9, abs=1e-9)
        assert together.tau2[i] == pytest.approx(alone.tau2, rel=1e-7, abs=1e-9)
        assert together.se[i] == pytest.approx(alone.estimate.se, rel=1e-7, abs=1e-8)


@given(studies, st.sampled_from(RANDOM))
def test_the_bounded_interval_holds_walds_standard_error_and_hartung_knapps(
    found: list[tuple[float, float]], method: Method
) -> None:
    wald, knapp, bounded = (done(pool(*apart(found), method, i)).estimate for i in Inference)
    assert bounded.se == pytest.approx(max(wald.se, knapp.se))


@given(studies, st.sampled_from(RANDOM))
def test_random_effects_with_tau2_zero_are_the_common_effect(
    found: list[tuple[float, float]], method: Method
) -> None:
    told = done(pool(*apart(found), method, Inference.WALD))
    assume(told.tau2 == 0)
    assert told.estimate.value == pytest.approx(done(pool(*apart(found), Method.COMMON)).estimate.value)


@given(studies, st.sampled_from(RANDOM), st.sampled_from(list(Prediction)))
def test_a_prediction_holds_the_walds_interval(
    found: list[tuple[float, float]], method: Method, prediction: Prediction
) -> None:
    told = done(pool(*apart(found), method, Inference.WALD, prediction))
    if told.k == 2 and prediction is Prediction.T_K_MINUS_2:
        assert isinstance(told.predicted, TooFew)
    else:
        assert isinstance(told.predicted, Predicted)
        assert told.predicted.low <= told.estimate.low + 1e-12
        assert told.predicted.high >= told.estimate.high - 1e-12


# --- what it says ----------------------------------------------------------------------------------


def test_one_study_is_no_pool() -> None:
    assert pool([0.3], [0.1]) == TooFew("A pooled effect", 2, 1)
    assert pool([], []) == TooFew("A pooled effect", 2, 0)
    assert pool([0.3, 0.2], [0.1, math.inf]) == TooFew("A pooled effect", 2, 1)


def test_a_row_with_one_study_is_nan_in_a_batch() -> None:
    found = pool_many([[0.1, np.nan], [0.1, 0.5]], [[0.2, np.nan], [0.2, 0.1]])
    assert np.isnan(found.value[0])
    assert np.isnan(found.p[0])
    assert not np.isnan(found.value[1])


def test_two_studies_are_told_to_be_few() -> None:
    warnings = " ".join(done(pool([0.1, 0.9], [0.05, 0.05])).warnings)
    assert "one degree of freedom and is very wide" in warnings
    assert "Two studies: how much they truly differ (tau²) cannot be estimated well." in warnings


def test_a_normal_interval_of_few_studies_is_told_to_be_too_narrow() -> None:
    assert any("too narrow" in words for words in done(pool(Y[:4], V[:4], inference=Inference.WALD)).warnings)
    assert not any("too narrow" in words for words in done(pool(Y, V, inference=Inference.WALD)).warnings)


def test_effects_that_agree_to_the_digit_do_not_pass_for_certainty() -> None:
    found = done(pool([0.5, 0.5, 0.5], [0.1, 0.2, 0.3]))
    assert found.estimate.low == found.estimate.high
    assert any("no width: use the bounded one" in words for words in found.warnings)
    bounded = done(pool([0.5, 0.5, 0.5], [0.1, 0.2, 0.3], inference=Inference.BOUNDED)).estimate
    assert bounded.low < 0.5 < bounded.high


def test_a_common_effect_has_no_tau2_to_tell_of() -> None:
    found = done(pool(Y, V, Method.COMMON))
    assert found.tau2_interval is None
    assert found.predicted is None
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("values", "variances", "cause"),
    [
        ([1, 2], [1, 0], "zero or negative"),
        ([1, 2], [1, -1], "zero or negative"),
        ([1, math.nan], [1, 1], "not a number"),
        ([1, math.inf], [1, 1], "infinite"),
        ([1, 2], [1], "one variance an effect"),
    ],
)
def test_impossible_input_is_refused_with_its_cause(
    values: list[float], variances: list[float], cause: str
) -> None:
    with pytest.raises(ValueError, match=cause):
        pool(values, variances)


def test_a_padded_batch_must_leave_effect_and_variance_out_together() -> None:
    with pytest.raises(ValueError, match="without its variance"):
        pool_many([[1, 2, np.nan]], [[1, 1, 1]])


def test_hartung_knapp_is_refused_for_a_common_effect() -> None:
    with pytest.raises(ValueError, match="made for random effects"):
        pool(Y, V, Method.COMMON, Inference.HARTUNG_KNAPP)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_is_a_share(level: float) -> None:
    with pytest.raises(ValueError, match=r"between 0 and 1"):
        pool(Y, V, level=level)


def test_effects_on_different_scales_are_not_pooled() -> None:
    with pytest.raises(ValueError, match="different scales"):
        pool_effects([Effect(Measure.OR, log(2), 0.1, "a"), Effect(Measure.SMD, 0.4, 0.1, "b")])


def test_a_pool_names_what_was_done() -> None:
    found = done(pool_effects([Effect(Measure.SMD, y, v, "g") for y, v in zip(Y, V, strict=True)]))
    assert found.measure is Measure.SMD
    assert found.words == (
        "random effects, tau² by restricted maximum likelihood (REML); "
        "interval by Hartung and Knapp, t with k - 1 degrees of freedom"
    )
    assert isinstance(found.estimate, Estimate)
    assert found.estimate.df == 4
