"""Effect sizes, and tables pooled without them, beside R's metafor on 150 random sets of tables and samples, to 1e-6.

Where metafor gives no number we give TooFew, and the reverse. Named differences: a risk difference is of the counts as
they are (metafor's ``addyi = FALSE``); tables that say nothing of a ratio are left out (``drop00 = TRUE``); a paired
difference is divided by the control's SD where metafor takes the first group's, so the groups are exchanged. The average
of both SDs (SMCRP) came to metafor after Debian's version.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ataraxy.core.evidence.counts import (
    Corrects,
    Table,
    ZeroCells,
    effects_of_tables,
    peto_odds_ratio,
)
from ataraxy.core.evidence.estimate import Effect, TooFew
from ataraxy.core.evidence.means import Sample, Variance, mean_difference, standardised_mean_difference
from ataraxy.core.evidence.paired_means import PairedSample, Standard, paired_mean_difference, paired_smd
from ataraxy.core.evidence.study import Measure
from ataraxy.core.evidence.tables import (
    Homogeneity,
    PooledTables,
    breslow_day_tarone_p,
    cochran_mantel_haenszel_p,
    mantel_haenszel,
    peto,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SETS = 150
TO = {"only0": Corrects.TABLES_WITH_ZERO, "if0all": Corrects.ALL_IF_ANY, "all": Corrects.ALL}


@pytest.fixture(scope="module")
def sets() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Tables with many zeros and full cells; samples of 4 to 60 people."""
    rng = np.random.default_rng(20261124)
    tables, samples = [], []
    for i in range(SETS):
        k = int(rng.choice([2, 3, 5, 8]))
        n, m = rng.integers(5, 60, k), rng.integers(5, 60, k)
        shares = [rng.choice([0.0, 0.05, 0.3, 0.8, 1.0], k, p=[0.1, 0.3, 0.3, 0.2, 0.1]) for _ in range(2)]
        a, c = rng.binomial(n, shares[0]), rng.binomial(m, shares[1])
        tables += [{"id": i, "a": w, "n": x, "c": y, "m": z} for w, x, y, z in zip(a, n, c, m, strict=True)]
        samples += [random_sample(i, rng) for _ in range(k)]
    return tables, samples


def random_sample(i: int, rng: np.random.Generator) -> dict[str, Any]:
    return {
        "id": i,
        **{f"m{g}": rng.normal(20, 5) for g in (1, 2)},
        **{f"sd{g}": rng.uniform(2, 9) for g in (1, 2)},
        **{f"n{g}": int(rng.integers(4, 60)) for g in (1, 2)},
        "r": rng.uniform(-0.3, 0.9),
    }


@pytest.fixture(scope="module")
def theirs(ask_r: Any, sets: Any) -> Any:
    return ask_r("effects.R", tables=sets[0], samples=sets[1])


def grouped(sets: Any, which: int) -> list[list[dict[str, Any]]]:
    return [[row for row in sets[which] if row["id"] == i] for i in range(SETS)]


def tables_of(sets: Any) -> list[list[Table]]:
    return [
        [Table(int(r["a"]), int(r["n"]), int(r["c"]), int(r["m"])) for r in rows] for rows in grouped(sets, 0)
    ]


def agree(found: Any, theirs: Any, number: int, what: str) -> int:
    """Every effect of one set; how many had a number."""
    numbers = 0
    for i, one in enumerate(found):
        y, v = theirs[number, f"{what}.y"][i], theirs[number, f"{what}.v"][i]
        if isinstance(one, TooFew):
            assert np.isnan(y) or np.isnan(v) or not np.isfinite(y) or v == 0, (number, what, i, one, y, v)
            continue
        assert isinstance(one, Effect)
        assert (one.value, one.variance) == pytest.approx((y, v), rel=1e-6, abs=1e-6), (number, what, i)
        numbers += 1
    return numbers


@pytest.mark.parametrize("to", TO)
@pytest.mark.parametrize("measure", [Measure.OR, Measure.RR])
def test_a_ratio_of_counts_is_metafors(measure: Measure, to: str, theirs: Any, sets: Any) -> None:
    zeros = ZeroCells(to=TO[to])
    seen = [
        agree(effects_of_tables(tables, measure, zeros), theirs, i, f"{measure.name}.{to}")
        for i, tables in enumerate(tables_of(sets))
    ]
    assert sum(seen) > 400


def test_a_risk_difference_is_metafors(theirs: Any, sets: Any) -> None:
    seen = [
        agree(effects_of_tables(tables, Measure.RD), theirs, i, "RD.only0")
        for i, tables in enumerate(tables_of(sets))
    ]
    assert sum(seen) > 400


def test_petos_odds_ratio_is_metafors(theirs: Any, sets: Any) -> None:
    seen = [
        agree(map(peto_odds_ratio, tables), theirs, i, "PETO.none")
        for i, tables in enumerate(tables_of(sets))
    ]
    assert sum(seen) > 400


def turned(effect: Effect) -> Effect:
    return replace(effect, value=-effect.value)


def of_samples(what: str) -> Callable[[dict[str, Any]], Effect]:
    def two(row: dict[str, Any]) -> tuple[Sample, Sample]:
        return Sample(row["n1"], row["m1"], row["sd1"]), Sample(row["n2"], row["m2"], row["sd2"])

    def pairs(row: dict[str, Any], turn: bool = False) -> PairedSample:
        """``turn``: metafor divides by the first SD, we by the control's."""
        if turn:
            return PairedSample(row["n1"], row["m2"], row["sd2"], row["m1"], row["sd1"], row["r"])
        return PairedSample(row["n1"], row["m1"], row["sd1"], row["m2"], row["sd2"], row["r"])

    return {
        "MD": lambda row: mean_difference(*two(row)),
        "MD.same": lambda row: mean_difference(*two(row), same_sd=True),
        "SMD.LS": lambda row: standardised_mean_difference(*two(row)),
        "SMD.UB": lambda row: standardised_mean_difference(*two(row), variance=Variance.UNBIASED),
        "SMD.LS2": lambda row: standardised_mean_difference(*two(row), variance=Variance.BORENSTEIN),
        "MC": lambda row: paired_mean_difference(pairs(row)),
        "SMCC": lambda row: paired_smd(pairs(row), Standard.DIFFERENCE),
        "SMCR": lambda row: turned(paired_smd(pairs(row, turn=True), Standard.BASELINE)),
    }[what]


@pytest.mark.parametrize("what", ["MD", "MD.same", "SMD.LS", "SMD.UB", "SMD.LS2", "MC", "SMCC", "SMCR"])
def test_a_difference_of_means_is_metafors(what: str, theirs: Any, sets: Any) -> None:
    seen = [agree(map(of_samples(what), rows), theirs, i, what) for i, rows in enumerate(grouped(sets, 1))]
    assert sum(seen) == len(sets[1])


def refused(found: PooledTables | TooFew, theirs: list[float] | None) -> bool:
    """Where one gives no estimate, the other has none either; where ours has no Q, nor has metafor's a p value below 1."""
    if isinstance(found, TooFew):
        assert theirs is None or not np.isfinite(theirs[:2]).all() or theirs[1] == 0, (found, theirs)
        return True
    assert theirs is not None, found
    if isinstance(found.homogeneity, TooFew):
        e = found.estimate
        assert [e.value, e.se, e.low, e.high, e.p] == pytest.approx(theirs[:5], rel=1e-6, abs=1e-6)
        return True
    return False


def told(found: PooledTables) -> list[float]:
    e, h = found.estimate, found.homogeneity
    assert isinstance(h, Homogeneity)
    return [e.value, e.se, e.low, e.high, e.p, h.q, h.p, h.i2_percent]


@pytest.mark.parametrize("measure", [Measure.OR, Measure.RR, Measure.RD])
def test_mantel_and_haenszels_pool_is_metafors(measure: Measure, theirs: Any, sets: Any) -> None:
    """Of OR and RR; of RD the estimate, its error and interval: metafor's Q takes corrected differences."""
    compared = 0
    for i, tables in enumerate(tables_of(sets)):
        found, their = mantel_haenszel(tables, measure), theirs.get((i, f"mh.{measure.name}"))
        if refused(found, their):
            continue
        assert isinstance(found, PooledTables)
        many = 5 if measure is Measure.RD else 8
        assert told(found)[:many] == pytest.approx(their[:many], rel=1e-6, abs=1e-6), i
        compared += 1
    assert compared > 100


def test_petos_pool_is_metafors(theirs: Any, sets: Any) -> None:
    compared = 0
    for i, tables in enumerate(tables_of(sets)):
        found, their = peto(tables), theirs.get((i, "peto"))
        if refused(found, their):
            continue
        assert isinstance(found, PooledTables)
        assert told(found) == pytest.approx(their, rel=1e-6, abs=1e-6), i
        compared += 1
    assert compared > 100


def test_the_tests_of_tables_are_metafors(theirs: Any, sets: Any) -> None:
    compared = 0
    for i, tables in enumerate(tables_of(sets)):
        found, their = mantel_haenszel(tables, Measure.OR), theirs.get((i, "mh.OR"))
        if refused(found, their):
            continue
        assert isinstance(found, PooledTables)
        p = cochran_mantel_haenszel_p(tables, continuity=False)
        tarone = breslow_day_tarone_p(tables, float(np.exp(found.estimate.value)))
        if isinstance(p, TooFew) or isinstance(tarone, TooFew):
            continue
        assert (p, tarone) == pytest.approx((their[9], their[11]), rel=1e-6, abs=1e-6), i
        compared += 1
    assert compared > 100
