"""Every meta-regression against metafor's: coefficients, tests, what is left and what is expected, to 1e-6."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ataraxy.core.evidence.between import Method, between
from ataraxy.core.evidence.least_squares import log_likelihood
from ataraxy.core.evidence.pool import Prediction
from ataraxy.core.evidence.pool_many import Inference
from ataraxy.core.evidence.pool_rows import one_row
from ataraxy.core.evidence.regress import Regression, regress

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_200)]  # R searches for minutes on a busy machine

SEED = 20261124
TESTS = {"z": Inference.WALD, "knha": Inference.HARTUNG_KNAPP, "adhoc": Inference.BOUNDED}


def random_regression(i: int, rng: np.random.Generator) -> dict:
    m = 1 + i % 3
    k = int(rng.choice([m + 2, m + 4, 12, 25, 40]))
    x = rng.normal(0, 1, (k, m))
    if i % 4 == 0:
        x[:, 0] = np.arange(k) % 2  # a category
    v = rng.uniform(0.02, 0.5, k) if i % 5 else 10 ** rng.uniform(-3, 1, k)
    tau = float(rng.choice([0.0, 0.3, 1.0]))
    y = x @ rng.normal(0, 0.5, m) + rng.normal(0, tau, k) + rng.normal(0, np.sqrt(v))
    return {"id": i, "x": x, "y": y, "v": v}


def rows(problem: dict) -> list[dict[str, float]]:
    x = problem["x"]
    k, m = x.shape
    return [
        {"id": problem["id"], "m": m, "y": problem["y"][j], "v": problem["v"][j]}
        | {f"x{c + 1}": x[j, c] if c < m else 0.0 for c in range(3)}
        for j in range(k)
    ]


@pytest.fixture(scope="module")
def problems():
    rng = np.random.default_rng(SEED)
    return [random_regression(i, rng) for i in range(60)]


def near(ours, theirs, what, tolerance=1e-6):
    for one, other in zip(np.atleast_1d(ours), np.atleast_1d(theirs), strict=True):
        assert math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance), f"{what}: {one} beside {other}"


def test_every_regression_agrees_with_metafor(ask_r, problems, named):
    answers = ask_r("regress.R", regressions=[row for one in problems for row in rows(one)])
    compared, differ = 0, set()
    for problem in problems:
        columns = {f"x{c + 1}": problem["x"][:, c] for c in range(problem["x"].shape[1])}
        for method in ("EE", "DL", "PM", "REML", "ML", "EB", "HS", "HE", "SJ"):
            for test, inference in TESTS.items():
                name = f"{method}.{test}"
                if test != "z" and method not in ("DL", "REML"):
                    continue
                if (problem["id"], name) not in answers:
                    differ.add(f"{problem['id']} {name} no answer")
                    continue
                ours = regress(
                    problem["y"], problem["v"], columns,
                    Method.COMMON if method == "EE" else Method(method.lower()), inference, with_few=True,
                )  # fmt: skip
                assert isinstance(ours, Regression)
                differ |= agree(ours, answers, problem, name)
                compared += 1
    assert compared == 60 * 13
    assert differ == named("regress")


def lower_peak(problem: dict, method: Method, theirs: float) -> bool:
    """Whether metafor's tau² without moderators is clearly less likely than ours."""
    pool = one_row(problem["y"].tolist(), problem["v"].tolist())
    levels = [
        log_likelihood(pool, tau2, method is Method.REML)[0]
        for tau2 in (between(pool, method).tau2, np.array([theirs]))
    ]
    return bool(levels[0] > levels[1] + 1e-7)


def agree(ours: Regression, answers, problem: dict, name: str) -> set[str]:
    """What differs because metafor's tau² without moderators is a lower peak; any other difference fails."""
    i = problem["id"]
    told = f"regression {i}, {name}"
    tau2, se, qe, qe_p, qm, qm_p, i2, h2, r2 = answers[i, name]
    near(ours.tau2, tau2, f"{told}: tau2")
    if not name.startswith("EE"):
        near(ours.tau2_se, se, f"{told}: its error")
    near([ours.qe, ours.qe_p, ours.qm, ours.qm_p], [qe, qe_p, qm, qm_p], f"{told}: Q")
    near([ours.i2, ours.h2], [i2, h2], f"{told}: I2, H2")
    differ = set()
    if ours.r2 is not None and not math.isclose(ours.r2, r2, rel_tol=1e-6, abs_tol=1e-6):
        assert lower_peak(problem, ours.method, answers[i, f"{name}.alone"][0]), f"{told}: R2 {ours.r2}, {r2}"
        differ.add(f"{i} {name} R2")
    for what, mine in (("b", "value"), ("se", "se"), ("low", "low"), ("high", "high"), ("p", "p")):
        near(
            [getattr(one, mine) for one in ours.coefficients], answers[i, f"{name}.{what}"], f"{told}: {what}"
        )
    wald = ours.inference is Inference.WALD
    at = ours.expect(
        dict.fromkeys(ours.names[1:], 0.7), Prediction.NORMAL if wald else Prediction.T_K_MINUS_1
    )
    theirs = answers[i, f"{name}.at"]
    average = at.average
    near([average.value, average.se, average.low, average.high], theirs[:4], f"{told}: expected")
    if not name.startswith("EE"):
        near([at.new_low, at.new_high], theirs[4:], f"{told}: a new study")
    return differ
