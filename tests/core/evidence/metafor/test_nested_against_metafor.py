"""Every three-level model against metafor's rma.mv, and its robust errors against clubSandwich's, to 1e-6.

metafor's search ends where the likelihood is flat, its components sure to five digits; polish.R takes metafor's own
likelihood from there to its top. Intervals by profile likelihood: how much less likely metafor finds their ends.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from ataraxy.core.evidence.nested import Nested, nested

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]  # R searches for minutes on a busy machine

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
    ours = fitted(one)
    assert ours.within is not None
    for m, part in ((1, ours.study), (2, ours.within)):
        shared |= {f"low{m}": part.low, f"high{m}": part.high}
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


def near(ours, theirs, what, tolerance=1e-6):
    for one, other in zip(np.atleast_1d(ours), np.atleast_1d(theirs), strict=True):
        assert math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance), f"{what}: {one} beside {other}"


@pytest.fixture(scope="module")
def answers(ask_r, problems):
    return ask_r("nested.R", effects=[row for one in problems for row in rows(one)])


def test_every_three_level_model_agrees_with_metafor(answers, problems):
    for one in problems:
        i, told = one["id"], f"model {one['id']}"
        ours = fitted(one)
        study, within, level, searched, qe, qe_p = answers[i, "model"]
        x = np.column_stack([np.ones(len(one["y"]))] + [one["x"]] * one["moderated"])
        constant = np.linalg.slogdet(x.T @ x)[1] / 2  # rma.mv counts it, rma.uni and we do not
        assert ours.log_likelihood + constant >= searched - 1e-9, told
        near(ours.log_likelihood + constant, level, f"{told}: likelihood")
        near([ours.qe, ours.qe_p], [qe, qe_p], told)
        near([ours.study.variance, ours.within.variance], [study, within], f"{told}: components")
        for mine, what in (("value", "b"), ("se", "se"), ("low", "ci.lb"), ("high", "ci.ub"), ("p", "pval")):
            near([getattr(e, mine) for e in ours.estimates], answers[i, what], f"{told}: {what}")
        assert ((i, "predict") in answers) == (not one["moderated"])
        if not one["moderated"]:
            near([ours.new_low, ours.new_high], answers[i, "predict"], f"{told}: a new study")


def test_a_component_at_the_end_of_its_interval_is_by_3_84_less_likely_to_metafor(answers, problems):
    """chi-squared's 95 % point with one degree of freedom; less where the interval begins at zero."""
    ends = 0
    for one in problems:
        ours = fitted(one)
        assert ours.within is not None
        for m, part in ((1, ours.study), (2, ours.within)):
            for end, at in (("low", part.low), ("high", part.high)):
                if (one["id"], f"{end}{m}") not in answers:
                    continue
                [drop] = answers[one["id"], f"{end}{m}"]
                told = f"model {one['id']}, component {m}, {end} {at}: {drop}"
                assert (drop <= 3.841459 + 1e-6) if at == 0 else abs(drop - 3.84145882) < 1e-5, told
                ends += 1
    assert ends >= 90


def test_robust_errors_are_clubsandwichs(answers, problems):
    if (0, "cr2.se") not in answers:
        pytest.skip(
            "clubSandwich is not installed: the robust errors were not compared (apt-get install r-cran-clubsandwich)"
        )
    for one in problems:
        i, told, ours = one["id"], f"model {one['id']}", fitted(one).robust
        near([r.estimate.se for r in ours], answers[i, "cr2.se"], f"{told}: CR2")
        near([r.estimate.df for r in ours], answers[i, "cr2.df"], f"{told}: Satterthwaite")
        near([r.estimate.p for r in ours], answers[i, "cr2.p"], f"{told}: robust p")
