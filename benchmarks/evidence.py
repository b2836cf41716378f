"""Pools of studies beside PyMARE: 10 000 random-effects fits (REML with Hartung-Knapp's interval) of ten studies each.

Both get the same arrays and give tau², the pooled effect, its standard error, interval and p value; ours gives Q, I² and
H² as well. PyMARE minimises all likelihoods together, as we do. One JSON line a figure, as benchmarks/pharmacology.py:
figure, what, value, unit, against, their_value, ratio (theirs / ours; above 1 we are faster), how many answers differ by
more than 1e-6 and whose likelihood is higher there. And a network of fifty trials. Times are medians of processor time
over rounds in which all take turns.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one thread is one thread

from collections.abc import Callable
from typing import Any

import numpy as np
from pharmacology_peers.measure import Call, absent, in_turn, show

from ataraxy.core.evidence.between import Method
from ataraxy.core.evidence.least_squares import log_likelihood
from ataraxy.core.evidence.network import network
from ataraxy.core.evidence.pool import pool
from ataraxy.core.evidence.pool_many import Inference, pool_many
from ataraxy.core.evidence.pool_rows import rows
from ataraxy.core.evidence.trial import of_arms

SEED = 20261123
STUDIES = 10


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer pools, fewer rounds")
    parser.add_argument(
        "--figure", action="append", choices=tuple(MEASURES), help="only these; may be repeated"
    )
    told = parser.parse_args()
    for name, measure in MEASURES.items():
        if name in (told.figure or MEASURES):
            measure(told.quick)


def random_pools(m: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(SEED)
    v = rng.uniform(0.02, 0.4, (m, STUDIES))
    return rng.normal(0.3, 0.4, v.shape) + rng.normal(0.0, np.sqrt(v)), v


def show_pools(quick: bool) -> None:
    m = 2_000 if quick else 10_000
    y, v = random_pools(m)
    calls: dict[str, tuple[Call, float]] = {
        "ours": (lambda: pool_many(y, v, Method.REML, Inference.HARTUNG_KNAPP), m),
        "alone": (lambda: [pool(a, b) for a, b in zip(y[:50], v[:50], strict=True)], 50),
    }
    theirs = pymare(y, v)
    if theirs:
        calls["PyMARE"] = (theirs, m)
    taken = in_turn(3 if quick else 7, calls)
    what = f"{m} fits of {STUDIES} studies, REML and Hartung-Knapp"
    if not theirs:
        show("pools", what, taken["ours"].cpu, "us a fit", n=m)
        return
    show("pools", what, taken["ours"].cpu, "us a fit", "PyMARE", their_value=taken["PyMARE"].cpu,
         ratio=taken["PyMARE"].cpu / taken["ours"].cpu, wall=taken["ours"].wall, n=m, **apart(y, v, theirs()))  # fmt: skip
    show("pools", "one fit alone, with all a page shows", taken["alone"].cpu, "us", n=1)


def apart(y: Any, v: Any, summary: Any) -> dict[str, Any]:
    """Where the two answers differ, and whose likelihood is higher there."""
    found, theirs = pool_many(y, v), summary.tau2.ravel()
    differs = abs(found.tau2 - theirs) > 1e-6
    pools = rows(y, v)
    gain = log_likelihood(pools, found.tau2, True) - log_likelihood(pools, theirs, True)
    return {
        "differ": int(differs.sum()),
        "difference_elsewhere": float(abs(found.tau2 - theirs)[~differs].max()),
        "our_likelihood_higher_by_at_least": float(gain[differs].min()) if differs.any() else None,
    }


def pymare(y: Any, v: Any) -> Callable[[], Any] | None:
    """PyMARE's fit of the same pools, to what a summary tells; None where it is not installed."""
    try:
        from pymare import Dataset
        from pymare.estimators import VarianceBasedLikelihoodEstimator
    except ImportError as why:
        absent("pools", "PyMARE", f"{why}. `make bench` installs pymare.")
        return None
    dataset = Dataset(y=y.T, v=v.T, add_intercept=True)

    def fit() -> Any:
        estimator = VarianceBasedLikelihoodEstimator(method="REML", small_sample_correction="knapp-hartung")
        summary = estimator.fit_dataset(dataset).summary()
        summary.get_fe_stats()
        return summary

    return fit


def show_networks(quick: bool) -> None:
    """Fifty trials of two to four arms, eight treatments; alone, there is no peer in Python to set beside it."""
    rng = np.random.default_rng(SEED)
    names, true = [f"t{i}" for i in range(8)], rng.normal(0, 0.5, 8)
    trials = []
    for i in range(50):
        arms = rng.choice(8, int(rng.choice([2, 2, 2, 3, 4])), replace=False)
        v = rng.uniform(0.02, 0.2, len(arms))
        levels = true[arms] + rng.normal(0, 0.2, len(arms)) + rng.normal(0, np.sqrt(v))
        trials.append(of_arms(f"study {i}", [names[a] for a in arms], levels.tolist(), v.tolist()))
    calls: dict[str, tuple[Call, float]] = {
        method.name: (lambda method=method: network(trials, method), 1) for method in (Method.DL, Method.REML)
    }
    for name, taken in in_turn(3 if quick else 7, calls).items():
        show("network", f"50 trials, 8 treatments, {name}", taken.cpu / 1e6, "s", wall=taken.wall / 1e6, n=50)


MEASURES: dict[str, Callable[[bool], None]] = {"pools": show_pools, "network": show_networks}

if __name__ == "__main__":
    main()
