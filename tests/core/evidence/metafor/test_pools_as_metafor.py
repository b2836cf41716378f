"""Every estimator of a pool beside R's metafor, on 500 random meta-analyses, to 1e-6: each of some 6,000 fits.

None differs. metafor's control is tightened (pools.R), and where its scoring runs to and fro it takes shorter steps; a
difference would have to be named with its reason in differences.toml.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from ataraxy.core.evidence.between import Method
from ataraxy.core.evidence.cumulative import cumulative
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.influence import influence, leave_one_out
from ataraxy.core.evidence.intervals import BetweenInterval, profile_likelihood
from ataraxy.core.evidence.least_squares import log_likelihood
from ataraxy.core.evidence.pool import Pool, Predicted, Prediction, pool
from ataraxy.core.evidence.pool_many import Inference
from ataraxy.core.evidence.pool_rows import one_row
from ataraxy.core.evidence.publication_bias import (
    Begg,
    Egger,
    EggerForm,
    FillBy,
    Filled,
    Side,
    begg,
    egger,
    trim_and_fill,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]  # R alone takes a minute, on a busy machine four

TESTS = {"z": Inference.WALD, "knha": Inference.HARTUNG_KNAPP, "adhoc": Inference.BOUNDED}


@pytest.fixture(scope="module")
def theirs(ask_r: Any, metas: Any) -> Any:
    return ask_r(
        "pools.R", pools=[{"id": m.id, "y": y, "v": v} for m in metas for y, v in zip(m.y, m.v, strict=True)]
    )


def close(ours: Sequence[float], theirs: Sequence[float]) -> bool:
    return np.allclose(ours, theirs, rtol=1e-6, atol=1e-6, equal_nan=True)


def answered(theirs: Any, what: str) -> list[int]:
    return sorted(number for number, told in theirs if told == what)


def log_likelihood_at(meta: Any, method: Method, tau2: float) -> float:
    return float(log_likelihood(one_row(meta.y, meta.v), np.array([tau2]), method is Method.REML)[0])


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("method", list(Method))
def test_a_pool_is_metafors(method: Method, test: str, theirs: Any, metas: Any, named: Any) -> None:
    name = f"{'EE' if method is Method.COMMON else method.name}.{test}"
    compared = answered(theirs, name)
    differ = {f"{number} {name} no answer" for number in answered(theirs, f"{name}.failed")}
    for number in compared:
        found = pool(metas[number].y, metas[number].v, method, TESTS[test])
        assert isinstance(found, Pool)
        assert found.converged
        e, their = found.estimate, theirs[number, name][:11]
        ours = [found.tau2, found.tau2_se, e.value, e.se, e.low, e.high, e.p]
        ours += [found.q, found.q_p, found.i2, found.h2]
        if method is Method.COMMON:
            their[1] = 0.0  # metafor has no standard error of a tau² that is zero by assumption
        if not close(ours, their):
            differ.add(f"{number} {name}")
    assert differ == {case for case in named("pools") if name in case.split()}
    assert len(compared) >= wanted(method, test)


def wanted(method: Method, test: str) -> int:
    """Of how many pools metafor must have an answer; Hartung-Knapp is not for a common effect."""
    if method is Method.COMMON and test != "z":
        return 0
    return 500 if test == "z" or (method is Method.REML and test == "knha") else 70


@pytest.mark.parametrize("method", [Method.REML, Method.ML, Method.DL])
def test_a_log_likelihood_is_metafors(method: Method, theirs: Any, metas: Any) -> None:
    for number in answered(theirs, f"{method.name}.z"):
        their = theirs[number, f"{method.name}.z"]
        assert close([log_likelihood_at(metas[number], method, their[0])], [their[11]])


@pytest.mark.parametrize(
    ("what", "inference", "prediction"),
    [
        ("predict.z.default", Inference.WALD, Prediction.NORMAL),
        ("predict.z.riley", Inference.WALD, Prediction.T_K_MINUS_2),
        ("predict.knha.default", Inference.HARTUNG_KNAPP, Prediction.T_K_MINUS_1),
        ("predict.knha.riley", Inference.HARTUNG_KNAPP, Prediction.T_K_MINUS_2),
    ],
)
def test_a_prediction_is_metafors(
    what: str, inference: Inference, prediction: Prediction, theirs: Any, metas: Any
) -> None:
    """metafor gives k - 2 = 0 degrees of freedom one; we say that two studies are too few."""
    compared = 0
    for number in answered(theirs, what):
        found = pool(metas[number].y, metas[number].v, Method.REML, inference, prediction)
        assert isinstance(found, Pool)
        if found.k == 2 and prediction is Prediction.T_K_MINUS_2:
            assert isinstance(found.predicted, TooFew)
            continue
        assert isinstance(found.predicted, Predicted)
        assert close([found.predicted.low, found.predicted.high], theirs[number, what]), number
        compared += 1
    assert compared > 300


def test_a_q_profile_is_metafors(theirs: Any, metas: Any) -> None:
    numbers = answered(theirs, "confint.QP")
    for number in numbers:
        found = pool(metas[number].y, metas[number].v)
        assert isinstance(found, Pool)
        told = found.tau2_interval
        assert told is not None
        assert close([told.low, told.high, told.i2_low, told.i2_high], theirs[number, "confint.QP"]), number
    assert len(numbers) == 500


def test_a_profile_likelihood_is_metafors(theirs: Any, metas: Any) -> None:
    numbers = answered(theirs, "confint.PL")
    for number in numbers:
        told = profile_likelihood(metas[number].y, metas[number].v)
        assert isinstance(told, BetweenInterval)
        assert close([told.low, told.high], theirs[number, "confint.PL"]), number
    assert len(numbers) > 60


@pytest.mark.parametrize("test", ["z", "knha"])
def test_leaving_one_out_is_metafors(test: str, theirs: Any, metas: Any) -> None:
    name = f"leave1out.{test}"
    for number in answered(theirs, f"{name}.estimate"):
        left = leave_one_out(metas[number].y, metas[number].v, Method.REML, TESTS[test])
        assert not isinstance(left, TooFew)
        ours = {
            "estimate": [a.estimate.value for a in left], "se": [a.estimate.se for a in left],
            "pval": [a.estimate.p for a in left], "ci.lb": [a.estimate.low for a in left],
            "ci.ub": [a.estimate.high for a in left], "Q": [a.q for a in left], "Qp": [a.q_p for a in left],
            "tau2": [a.tau2 for a in left], "I2": [a.i2 for a in left], "H2": [a.h2 for a in left],
        }  # fmt: skip
        for what, values in ours.items():
            assert close(values, theirs[number, f"{name}.{what}"]), (number, what)
    assert len(answered(theirs, f"{name}.se")) > 25


@pytest.mark.parametrize("test", ["z", "knha"])
def test_influence_is_metafors(test: str, theirs: Any, metas: Any) -> None:
    name = f"influence.{test}"
    for number in answered(theirs, f"{name}.hat"):
        told = influence(metas[number].y, metas[number].v, Method.REML, TESTS[test])
        assert not isinstance(told, TooFew)
        ours = {
            "rstudent": [a.residual for a in told], "dffits": [a.dffits for a in told], "cook.d": [a.cook for a in told],
            "cov.r": [a.covariance_ratio for a in told], "tau2.del": [a.tau2_without for a in told],
            "QE.del": [a.q_without for a in told], "hat": [a.hat for a in told], "dfbs": [a.dfbeta for a in told],
            "is": [a.influential for a in told],
        }  # fmt: skip
        for what, values in ours.items():
            assert close(values, theirs[number, f"{name}.{what}"]), (number, what)
    assert len(answered(theirs, f"{name}.hat")) > 25


def test_the_pool_as_of_each_year_is_metafors(theirs: Any, metas: Any) -> None:
    """metafor's cumulative pool, of studies that came one a year."""
    numbers = answered(theirs, "cumul.estimate")
    for number in numbers:
        meta = metas[number]
        told = cumulative(meta.y, meta.v, range(2000, 2000 + len(meta.y)), Method.REML, Inference.WALD)
        for what, ours in (
            ("estimate", [a.estimate.value for a in told]), ("se", [a.estimate.se for a in told]),
            ("ci.lb", [a.estimate.low for a in told]), ("ci.ub", [a.estimate.high for a in told]),
        ):  # fmt: skip
            assert close(ours, theirs[number, f"cumul.{what}"]), (number, what)
    assert len(numbers) > 25


@pytest.mark.parametrize("test", ["z", "knha"])
def test_eggers_meta_regression_is_metafors(test: str, theirs: Any, metas: Any) -> None:
    numbers = answered(theirs, f"regtest.rma.{test}")
    for number in numbers:
        meta = metas[number]
        told = egger(meta.y, meta.v, EggerForm.RANDOM, Method.REML, TESTS[test], even_if_few=True)
        assert isinstance(told, Egger)
        limit = told.limit
        ours = [told.statistic, told.slope.p, limit.value, limit.low, limit.high, told.tau2]
        assert close(ours, theirs[number, f"regtest.rma.{test}"]), number
    assert len(numbers) > 25


def test_eggers_regression_is_metafors(theirs: Any, metas: Any) -> None:
    numbers = answered(theirs, "regtest.lm")
    for number in numbers:
        told = egger(metas[number].y, metas[number].v, even_if_few=True)
        assert isinstance(told, Egger)
        ours = [told.statistic, told.slope.p, told.limit.value, told.limit.low, told.limit.high]
        assert close(ours, theirs[number, "regtest.lm"]), number
    assert len(numbers) > 25


def test_beggs_rank_test_is_metafors(theirs: Any, metas: Any) -> None:
    numbers = answered(theirs, "ranktest")
    for number in numbers:
        told = begg(metas[number].y, metas[number].v, even_if_few=True)
        assert isinstance(told, Begg)
        assert close([told.tau, told.p], theirs[number, "ranktest"]), number
    assert len(numbers) > 25


@pytest.mark.parametrize("by", list(FillBy))
@pytest.mark.parametrize(
    ("method", "side"),
    [(Method.DL, Side.LEFT), (Method.DL, Side.RIGHT), (Method.DL, None), (Method.COMMON, None)],
)
def test_trim_and_fill_is_metafors(
    method: Method, by: FillBy, side: Side | None, theirs: Any, metas: Any
) -> None:
    """From five studies on: of fewer, one may be left, whose distance from itself metafor finds to be 2e-16."""
    name = f"trimfill.{'EE' if method is Method.COMMON else 'DL'}.{by.name}.{side or 'auto'}"
    for number in (numbers := answered(theirs, name)):
        meta = metas[number]
        told = trim_and_fill(meta.y, meta.v, by, side, method, Inference.WALD, even_if_few=True)
        assert isinstance(told, Filled)
        e = told.pool.estimate
        ours = [
            told.missing,
            told.missing_se,
            told.side is Side.RIGHT,
            e.value,
            e.se,
            told.pool.tau2,
            told.p or np.nan,
        ]
        assert close(ours, theirs[number, name]), (number, ours, theirs[number, name])
    assert len(numbers) > 15
