"""The funnel and the tests of its symmetry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.evidence.between import Method
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.pool_many import Inference
from ataraxy.core.evidence.publication_bias import (
    Begg,
    Egger,
    EggerForm,
    FillBy,
    Filled,
    Funnel,
    Side,
    begg,
    egger,
    funnel,
    trim_and_fill,
)

RNG = np.random.default_rng(7)
SE = np.linspace(0.1, 0.9, 12)
BIASED = (0.2 + 2.0 * SE + RNG.normal(0, 0.05, 12)).tolist()  # the smaller the study, the larger the effect
VARIANCES = (SE**2).tolist()


def test_below_ten_studies_no_test_gives_a_number_unless_asked() -> None:
    y, v = BIASED[:9], VARIANCES[:9]
    assert egger(y, v) == TooFew("Egger's test", 10, 9)
    assert begg(y, v) == TooFew("Begg's test", 10, 9)
    assert trim_and_fill(y, v) == TooFew("Trim-and-fill", 10, 9)
    assert isinstance(egger(y, v, even_if_few=True), Egger)
    assert isinstance(begg(y, v, even_if_few=True), Begg)
    assert isinstance(trim_and_fill(y, v, even_if_few=True), Filled)


def test_two_studies_are_too_few_however_asked() -> None:
    for told in (egger, begg, trim_and_fill):
        answer = told([0.1, 0.3], [0.1, 0.2], even_if_few=True)  # type: ignore[operator]
        assert isinstance(answer, TooFew)
        assert (answer.needs, answer.has) == (3, 2)


@pytest.mark.parametrize("form", list(EggerForm))
def test_egger_finds_the_slope_that_was_put_in(form: EggerForm) -> None:
    told = egger(BIASED, VARIANCES, form)
    assert isinstance(told, Egger)
    assert told.slope.value == pytest.approx(2.0, abs=0.3)
    assert told.slope.p < 0.001
    assert told.limit.value == pytest.approx(0.2, abs=0.15)


def test_eggers_slope_is_the_intercept_of_the_regression_of_z_on_precision() -> None:
    """Egger's own form: z = effect / SE on 1 / SE, by least squares."""
    z, precision = np.array(BIASED) / SE, 1 / SE
    slope, intercept = np.polyfit(precision, z, 1)
    told = egger(BIASED, VARIANCES)
    assert isinstance(told, Egger)
    assert (told.slope.value, told.limit.value) == pytest.approx((intercept, slope))


def test_studies_of_one_size_have_no_funnel_to_be_lopsided() -> None:
    same = [0.04] * 12
    assert isinstance(egger(BIASED, same), TooFew)
    assert isinstance(begg(BIASED, same), TooFew)


def test_begg_finds_larger_effects_in_smaller_studies() -> None:
    told = begg(BIASED, VARIANCES)
    assert isinstance(told, Begg)
    assert told.exact
    assert told.tau > 0.5
    assert told.p < 0.05


@given(st.lists(st.integers(-50, 50), min_size=10, max_size=14, unique=True))
def test_the_mirrored_funnel_gives_the_mirrored_answer(effects: list[int]) -> None:
    y, v = [e / 10 for e in effects], [0.05 + 0.03 * i for i in range(len(effects))]
    one = trim_and_fill(y, v, side=Side.LEFT, method=Method.DL)
    other = trim_and_fill([-e for e in y], v, side=Side.RIGHT, method=Method.DL)
    assert isinstance(one, Filled)
    assert isinstance(other, Filled)
    assert one.missing == other.missing
    assert one.pool.estimate.value == pytest.approx(-other.pool.estimate.value, abs=1e-8)


@pytest.mark.parametrize("by", list(FillBy))
def test_filling_a_lopsided_funnel_moves_the_pool_towards_the_gap(by: FillBy) -> None:
    told = trim_and_fill(BIASED, VARIANCES, by, method=Method.COMMON)
    assert isinstance(told, Filled)
    assert told.side is Side.LEFT
    assert told.missing == len(told.filled) > 0
    assert told.pool.k == 12 + told.missing
    assert told.pool.estimate.value < trim_start()
    assert (told.p is not None) == (by is FillBy.R0)


def trim_start() -> float:
    w = 1 / np.array(VARIANCES)
    return float((w * BIASED).sum() / w.sum())


def test_a_funnel_has_a_point_a_study_and_straight_contours() -> None:
    told = funnel(BIASED, VARIANCES, 0.7)
    assert isinstance(told, Funnel)
    assert [se for _, se in told.points] == pytest.approx(SE.tolist())
    assert [contour.level for contour in told.contours] == [0.90, 0.95, 0.99]
    assert told.contours[1].high == pytest.approx(1.959964 * 0.9, abs=1e-6)
    assert (told.limits.about, told.limits.to_se) == pytest.approx((0.7, 0.9))
    assert told.limits.low == pytest.approx(0.7 - 1.959964 * 0.9, abs=1e-6)


def test_no_studies_are_no_funnel() -> None:
    assert funnel([], [], 0.0) == TooFew("A funnel", 1, 0)


@pytest.mark.parametrize("seed", range(6))
def test_how_many_are_missing_is_duval_and_tweedies_l0(seed: int) -> None:
    """(4 T - k (k + 1)) / (2 k - 1), T the ranks above the centre of those that are kept, until nothing changes."""
    y = np.sort(np.random.default_rng(seed).exponential(1.0, 12))
    k, missing, before = len(y), 0, -1
    while missing != before:
        off = y - y[: k - missing].mean()
        ranks = abs(off).argsort().argsort() + 1
        before, missing = missing, max(0, round((4 * ranks[off > 0].sum() - k * (k + 1)) / (2 * k - 1)))
    told = trim_and_fill(y, np.full(k, 0.1), FillBy.L0, Side.LEFT, Method.COMMON, Inference.WALD)
    assert isinstance(told, Filled) and told.missing == missing
