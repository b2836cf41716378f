"""Every three-level model against metafor's rma.mv, and its robust errors against clubSandwich's where it is installed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ataraxy.core.evidence.nested import Nested, nested

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_200)]  # R searches for minutes on a busy machine

SEED = 20261125


def random_effects_of_studies(i: int, rng: np.random.Generator) -> dict:
    m = int(rng.choice([5, 8, 15]))
    sizes = rng.integers(1, 6, m)
    study = np.repeat(np.arange(m), sizes)
    n = len(study)
    v = rng.uniform(0.02, 0.3, n)
    between, within = float(rng.choice([0.0, 0.3, 0.7])), float(rng.choice([0.0, 0.2, 0.5]))
    x = rng.normal(0, 1, n)
    y = 0.3 * x + rng.normal(0, between, m)[study] + rng.normal(0, within, n) + rng.normal(0, np.sqrt(v))
    return {
        "id": i, "study": study, "y": y, "v": v, "x": x, "moderated": i % 2,
        "rho": 0.5 if i % 3 == 0 else 0.0,
    }  # fmt: skip


@pytest.fixture(scope="module")
def problems():
    rng = np.random.default_rng(SEED)
    return [random_effects_of_studies(i, rng) for i in range(24)]


def rows(one: dict) -> list[dict[str, float]]:
    shared = {"id": one["id"], "moderated": one["moderated"], "rho": one["rho"]}
    return [
        shared | {"study": one["study"][j], "y": one["y"][j], "v": one["v"][j], "x": one["x"][j]}
        for j in range(len(one["y"]))
    ]


def fitted(one: dict) -> Nested:
    same = one["study"][:, None] == one["study"][None, :]
    covariance = np.where(same, one["rho"] * np.sqrt(np.outer(one["v"], one["v"])), 0.0)
    np.fill_diagonal(covariance, one["v"])
    moderators = {"x": one["x"]} if one["moderated"] else None
    result = nested(one["y"], one["v"], [str(s) for s in one["study"]], moderators, covariance)
    assert isinstance(result, Nested) and result.converged
    return result


def near(ours, theirs, what, relative=1e-5, absolute=1e-6):
    for one, other in zip(np.atleast_1d(ours), np.atleast_1d(theirs), strict=True):
        assert math.isclose(one, other, rel_tol=relative, abs_tol=absolute), f"{what}: {one} beside {other}"


def test_every_three_level_model_agrees_with_metafor(ask_r, problems):
    answers = ask_r("nested.R", effects=[row for one in problems for row in rows(one)])
    compared, robust = 0, 0
    for one in problems:
        i, told = one["id"], f"model {one['id']}"
        if (i, "model") not in answers:
            continue
        ours = fitted(one)
        study, within, level, qe, qe_p = answers[i, "model"]
        x = np.column_stack([np.ones(len(one["y"]))] + [one["x"]] * one["moderated"])
        constant = np.linalg.slogdet(x.T @ x)[1] / 2  # rma.mv counts it, rma.uni and we do not
        assert ours.log_likelihood + constant >= level - 1e-7, told
        assert ours.log_likelihood + constant == pytest.approx(level, abs=1e-5), told
        near([ours.qe, ours.qe_p], [qe, qe_p], told)
        # metafor's optimiser ends within about 1e-5 of the top, where the likelihood is flat
        near([ours.study.variance, ours.within.variance], [study, within], f"{told}: components", 1e-4, 1e-5)
        for mine, what in (("value", "b"), ("se", "se"), ("low", "ci.lb"), ("high", "ci.ub"), ("p", "pval")):
            near([getattr(e, mine) for e in ours.estimates], answers[i, what], f"{told}: {what}", 1e-4, 1e-5)
        if (i, "predict") in answers:
            near([ours.new_low, ours.new_high], answers[i, "predict"], f"{told}: a new study", 1e-4, 1e-5)
        for m, part in ((1, ours.study), (2, ours.within)):
            if (i, f"profile{m}") in answers:
                near([part.low, part.high], answers[i, f"profile{m}"], f"{told}: profile {m}", 1e-3, 1e-4)
        if (i, "cr2.se") in answers:
            near([r.estimate.se for r in ours.robust], answers[i, "cr2.se"], f"{told}: CR2", 1e-4, 1e-5)
            near(
                [r.estimate.df for r in ours.robust],
                answers[i, "cr2.df"],
                f"{told}: Satterthwaite",
                1e-3,
                1e-4,
            )
            near([r.estimate.p for r in ours.robust], answers[i, "cr2.p"], f"{told}: robust p", 1e-3, 1e-5)
            robust += 1
        compared += 1
    assert compared >= 20
    if robust == 0:
        pytest.skip(
            "clubSandwich is not installed: the robust errors were not compared (apt-get install r-cran-clubsandwich)"
        )
