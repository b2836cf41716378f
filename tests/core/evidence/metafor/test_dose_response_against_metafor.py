"""Every dose-response curve against metafor's rma.mv with random slopes: coefficients, errors, how curves differ; to 1e-6.

polish.R takes metafor's own likelihood of a line from where its search ends to its top. A bent curve has three components
and borders between: metafor fits with ours, and must not find its own search's end more likely.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from ataraxy.core.evidence.dose_arms import DoseArms
from ataraxy.core.evidence.dose_curve import Curve, Shape
from ataraxy.core.evidence.dose_response import DoseResponse, dose_response

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]  # R searches for minutes on a busy machine

SEED = 20261126


def random_doses(i: int, rng: np.random.Generator) -> list[DoseArms]:
    studies = []
    for j in range(int(rng.choice([6, 10]))):
        doses = np.sort(rng.choice([0.1, 0.25, 0.5, 0.75, 1.0], size=int(rng.integers(1, 5)), replace=False))
        shared = float(rng.uniform(0.02, 0.2))
        own = rng.uniform(0.02, 0.2, len(doses))
        slope, bend = rng.normal(-2, 0.8 * (i % 3)), rng.normal(0.5, 0.8 * (i % 3))
        covariance = np.diag(own) + shared
        y = slope * doses + bend * doses**2 + rng.multivariate_normal(np.zeros(len(doses)), covariance)
        studies.append(DoseArms.of(str(j), 0.0, doses, y, covariance))
    return studies


@pytest.fixture(scope="module")
def problems():
    rng = np.random.default_rng(SEED)
    return [random_doses(i, rng) for i in range(24)]


def rows(i: int, studies: list[DoseArms]) -> list[dict[str, float]]:
    psi = fitted(studies, Curve(Shape.QUADRATIC)).psi if i % 2 else np.zeros((2, 2))
    return [
        {
            "id": i, "study": int(one.study), "dose": one.doses[j], "y": one.effects[j],
            "v": one.covariance[j, j], "shared": one.covariance[0, -1] if len(one.doses) > 1 else 0.0,
            "psi11": psi[0, 0], "psi12": psi[0, 1], "psi22": psi[1, 1],
        }
        for one in studies
        for j in range(len(one.doses))
    ]  # fmt: skip


def near(ours, theirs, what, relative=1e-6, absolute=1e-6):
    for one, other in zip(np.atleast_1d(ours), np.atleast_1d(theirs), strict=True):
        assert math.isclose(one, other, rel_tol=relative, abs_tol=absolute), f"{what}: {one} beside {other}"


def fitted(studies, curve, random=True) -> DoseResponse:
    result = dose_response(studies, curve, random=random)
    assert isinstance(result, DoseResponse) and result.converged
    return result


def test_every_curve_agrees_with_metafor(ask_r, problems):
    answers = ask_r("dose_response.R", doses=[row for i, one in enumerate(problems) for row in rows(i, one)])
    for i, studies in enumerate(problems):
        common = fitted(studies, Curve(), random=False)
        slope = common.coefficients[0]
        near([slope.value, slope.se, common.q, common.q_p], answers[i, "common"], f"common {i}")
        line = fitted(studies, Curve())
        value, se, psi, level = answers[i, "linear"]
        near(line.log_likelihood, level, f"likelihood {i}")
        near(line.psi[0, 0], psi, f"psi {i}")
        near([line.coefficients[0].value, line.coefficients[0].se], [value, se], f"linear {i}")
        if i % 2 == 0:
            continue
        curve = fitted(studies, Curve(Shape.QUADRATIC))
        found = [e.value for e in curve.coefficients] + [e.se for e in curve.coefficients]
        near([*found, curve.log_likelihood], answers[i, "quadratic"], f"quadratic {i}")
        if (i, "quadratic.searched") in answers:
            assert curve.log_likelihood >= answers[i, "quadratic.searched"][0] - 1e-9, f"quadratic {i}"
    assert sum((i, "quadratic.searched") in answers for i in range(len(problems))) >= 6
