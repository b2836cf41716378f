"""Every network against metafor's rma.mv with the same correlations, and Senn's against the numbers published for it.

To 1e-6: polish.R takes metafor's own likelihood from where its search ends to its top.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from ataraxy.core.evidence.between import Method
from ataraxy.core.evidence.network import Network, network
from ataraxy.core.evidence.network_consistency import Decomposition, decompose
from ataraxy.core.evidence.trial import Trial, of_arms

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]  # R searches for minutes on a busy machine

SEED = 20261127


def random_network(i: int, rng: np.random.Generator) -> list[Trial]:
    t = int(rng.choice([3, 4, 6]))
    names = [f"treatment {j}" for j in range(t)]
    truth = rng.normal(0, 1, t)
    trials = []
    for j in range(t + int(rng.choice([4, 10]))):
        if j < t - 1:
            chosen = [j, j + 1]  # joins them all
        else:
            chosen = sorted(
                rng.choice(t, size=min(t, int(rng.choice([2, 2, 2, 3, 4]))), replace=False).tolist()
            )
        tau = 0.4 * (i % 3)
        v = rng.uniform(0.01, 0.15, len(chosen))
        y = truth[chosen] + rng.normal(0, tau / math.sqrt(2), len(chosen)) + rng.normal(0, np.sqrt(v))
        trials.append(of_arms(str(j), [names[c] for c in chosen], y, v))
    return trials


def rows(i: int, trials: list[Trial]) -> list[dict[str, float]]:
    return [
        {
            "id": i, "study": int(one.study), "base": int(one.base.split()[1]), "other": int(other.split()[1]),
            "y": one.effects[j], "v": one.covariance[j, j],
            "shared": one.covariance[0, 1] if len(one.others) > 1 else 0.0,
        }
        for one in trials
        for j, other in enumerate(one.others)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def problems():
    rng = np.random.default_rng(SEED)
    return [random_network(i, rng) for i in range(30)]


@pytest.fixture(scope="module")
def answers(ask_r, problems):
    return ask_r("network.R", contrasts=[row for i, one in enumerate(problems) for row in rows(i, one)])


def near(ours, theirs, what, relative=1e-6, absolute=1e-6):
    for one, other in zip(np.atleast_1d(ours), np.atleast_1d(theirs), strict=True):
        assert math.isclose(one, other, rel_tol=relative, abs_tol=absolute), f"{what}: {one} beside {other}"


def fitted(trials, method) -> Network:
    result = network(trials, method)
    assert isinstance(result, Network)
    return result


def test_every_network_agrees_with_metafor(answers, problems):
    for i, trials in enumerate(problems):
        common = fitted(trials, Method.COMMON)
        beside = [*common.effects[1:, 0], *common.ses[1:, 0], common.q, common.q_p]
        near(beside, answers[i, "common"], f"common {i}")
        for method in (Method.REML, Method.ML):
            ours = fitted(trials, method)
            theirs = answers[i, method.name]
            near(ours.tau2, theirs[-1], f"{method} {i}: tau2")
            near([*ours.effects[1:, 0], *ours.ses[1:, 0]], theirs[:-1], f"{method} {i}")


def test_senns_network_of_diabetes_has_the_published_misfit(answers):
    # netmeta's example (Senn 2013; Krahn 2013): Q 96.99 (18), within designs 74.46 (11), between 22.53 (7);
    # tau2 0.1087, I2 81.4 %. The example starts from rounded differences, we from the arms' means.
    rows = np.array(answers[9999, "senn"]).reshape(-1, 5)
    trials = [
        of_arms(str(s), [str(int(t)) for t in arms[:, 1]], arms[:, 3], arms[:, 4] ** 2 / arms[:, 2])
        for s in np.unique(rows[:, 0])
        for arms in [rows[rows[:, 0] == s]]
    ]
    found = fitted(trials, Method.DL)
    parts = decompose(found)
    assert isinstance(parts, Decomposition)
    assert (parts.whole.df, parts.within.df, parts.between.df) == (18, 11, 7)
    near([parts.whole.q, parts.within.q, parts.between.q], [96.99, 74.46, 22.53], "Senn", 5e-3)
    near([found.tau2, found.i2], [0.1087, 81.4], "Senn", 5e-3)
