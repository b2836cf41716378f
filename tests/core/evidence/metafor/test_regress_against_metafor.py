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


def test_every_regression_agrees_with_metafor(ask_r, problems):
    answers = ask_r("regress.R", regressions=[row for one in problems for row in rows(one)])
    compared, higher = 0, []
    for problem in problems:
        columns = {f"x{c + 1}": problem["x"][:, c] for c in range(problem["x"].shape[1])}
        for method in ("EE", "DL", "PM", "REML", "ML", "EB", "HS", "HE", "SJ"):
            for test, inference in TESTS.items():
                name = f"{method}.{test}"
                if (problem["id"], name) not in answers:
                    continue
                ours = regress(
                    problem["y"], problem["v"], columns,
                    Method.COMMON if method == "EE" else Method(method.lower()), inference, with_few=True,
                )  # fmt: skip
                assert isinstance(ours, Regression)
                if lower_peak(problem, ours, answers[problem["id"], name][0]):
                    higher.append((problem["id"], name))
                    continue
                agree(ours, answers, problem, name)
                compared += 1
    assert compared > 600
    assert len(higher) <= 10, f"metafor's search ended on a lower peak of the likelihood: {higher}"


def lower_peak(problem: dict, ours: Regression, theirs: float, alone: bool = False) -> bool:
    """Whether metafor's scoring ended where the likelihood is lower: the one way in which the two may differ."""
    if ours.method not in (Method.ML, Method.REML):
        return False
    design = None if alone else np.column_stack([np.ones(ours.k), problem["x"]])
    pool = one_row(problem["y"].tolist(), problem["v"].tolist(), design)
    restricted = ours.method is Method.REML
    own = between(pool, ours.method).tau2
    mine, other = (log_likelihood(pool, tau2, restricted)[0] for tau2 in (own, np.array([theirs])))
    assert mine >= other - 1e-9
    return bool(abs(own[0] - theirs) > 1e-5 * (1 + theirs) and mine > other + 1e-7)


def agree(ours: Regression, answers, problem: dict, name: str) -> None:
    i = problem["id"]
    told = f"regression {i}, {name}"
    tau2, se, qe, qe_p, qm, qm_p, i2, h2, r2 = answers[i, name]
    near(ours.tau2, tau2, f"{told}: tau2")
    if not name.startswith("EE"):
        near(ours.tau2_se, se, f"{told}: its error")
    near([ours.qe, ours.qe_p, ours.qm, ours.qm_p], [qe, qe_p, qm, qm_p], f"{told}: Q")
    near([ours.i2, ours.h2], [i2, h2], f"{told}: I2, H2")
    if ours.r2 is not None and not lower_peak(problem, ours, answers[i, f"{name}.alone"][0], alone=True):
        near(ours.r2, r2, f"{told}: R2", 1e-5)
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
