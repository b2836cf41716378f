"""Many tables of counts as one estimate, without an effect of each: Mantel-Haenszel and Peto.

Both pool sums over studies, so a study with nobody in a cell needs no correction. A study without any event in either arm
(or with nothing but events) says nothing about a ratio and is left out, by its index; a risk difference keeps it. Peto's
method is for rare events, arms of like size and small effects; elsewhere it is biased.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log, sqrt

from ataraxy.core.evidence.counts import (
    HALF_WHERE_ZERO,
    Table,
    ZeroCells,
    effects_of_tables,
    observed_less_expected,
    peto_odds_ratio,
)
from ataraxy.core.evidence.estimate import Effect, Estimate, TooFew
from ataraxy.core.evidence.study import Measure
from ataraxy.core.evidence.tails import estimate_of


@dataclass(frozen=True, slots=True)
class Homogeneity:
    """Cochran's Q of the studies about the pooled value: their effects by ``HALF_WHERE_ZERO`` (Peto: as they are)."""

    q: float
    df: int
    p: float
    i2_percent: float


@dataclass(frozen=True, slots=True)
class PooledTables:
    """``estimate`` on the scale of analysis. ``left_out`` are indices of tables that say nothing in this measure."""

    measure: Measure
    method: str
    estimate: Estimate
    homogeneity: Homogeneity | TooFew
    left_out: tuple[int, ...] = ()


def mantel_haenszel(tables: Sequence[Table], measure: Measure, level: float = 0.95) -> PooledTables | TooFew:
    """Pool odds ratios, risk ratios or risk differences.

    Sources: Mantel N, Haenszel W, J Natl Cancer Inst 1959;22:719-748; variances: Robins J, Biometrics 1986;42:311-323
    (OR); Greenland S, Robins JM, Biometrics 1985;41:55-68 (RR); Sato T, Biometrics 1989;45:1323-1324 (RD).

    Raises:
        ValueError: a measure that is not of counts, or no tables.
    """
    if not tables:
        raise ValueError("There are no tables to pool.")
    if measure not in _MANTEL_HAENSZEL:
        raise ValueError(f"{measure.value} is not a measure of counts: use or, rr or rd.")
    pooled = _MANTEL_HAENSZEL[measure](tables)
    if isinstance(pooled, TooFew):
        return pooled
    value, variance = pooled
    estimate = estimate_of(value, sqrt(variance), level)
    rule = ZeroCells(add=HALF_WHERE_ZERO.add)
    homogeneity = _homogeneity(value, effects_of_tables(tables, measure, rule))
    return PooledTables(measure, "Mantel-Haenszel", estimate, homogeneity, _empty(tables, measure))


def peto(tables: Sequence[Table], level: float = 0.95) -> PooledTables | TooFew:
    """Pool odds ratios by Peto's one step: events seen less expected, over their variance, both summed.

    Source: Yusuf S, Prog Cardiovasc Dis 1985;27:335-371.

    Raises:
        ValueError: no tables.
    """
    if not tables:
        raise ValueError("There are no tables to pool.")
    parts = [observed_less_expected(table) for table in tables if not table.is_double_zero]
    if not parts:
        return TooFew("Peto's method", 1, 0, "studies with and without events")
    variance = sum(part[1] for part in parts)
    value = sum(part[0] for part in parts) / variance
    homogeneity = _homogeneity(value, [peto_odds_ratio(table) for table in tables])
    estimate = estimate_of(value, 1 / sqrt(variance), level)
    return PooledTables(Measure.OR, "Peto", estimate, homogeneity, _empty(tables, Measure.OR))


def cochran_mantel_haenszel_p(tables: Sequence[Table], continuity: bool = True) -> float | TooFew:
    """Whether the arms differ at all, over all studies: a chi-square of one degree of freedom.

    Source: Mantel N, J Am Stat Assoc 1963;58:690-700.
    """
    parts = [observed_less_expected(table) for table in tables if not table.is_double_zero]
    if not parts:
        return TooFew("The Cochran-Mantel-Haenszel test", 1, 0, "studies with and without events")
    excess, variance = abs(sum(part[0] for part in parts)), sum(part[1] for part in parts)
    return _chi_square_p(max(0.0, excess - 0.5 * continuity) ** 2 / variance, 1)


def breslow_day_tarone_p(tables: Sequence[Table], odds_ratio: float) -> float | TooFew:
    """Whether the studies' odds ratios differ, about a Mantel-Haenszel one; better than Q where tables are sparse.

    Sources: Breslow NE, Day NE, 1980, eq. 4.30; Tarone RE, Biometrika 1985;72:91-95.
    """
    informative = [table for table in tables if not table.is_double_zero]
    if len(informative) < 2:
        return TooFew("The Breslow-Day test", 2, len(informative), "studies with and without events")
    chi_square = excess = total = 0.0
    for table in informative:
        expected = _expected_events(table, odds_ratio)
        events = table.events + table.control_events
        cells = (expected, table.n - expected, events - expected, table.control_n - events + expected)
        variance = 1 / sum(1 / cell for cell in cells)
        chi_square += (table.events - expected) ** 2 / variance
        excess, total = excess + table.events - expected, total + variance
    return _chi_square_p(max(0.0, chi_square - excess**2 / total), len(informative) - 1)


def _odds_ratio(tables: Iterable[Table]) -> tuple[float, float] | TooFew:
    r = s = pr = ps_qr = qs = 0.0
    for table in tables:
        a, b, c, d = table.cells
        n = table.people
        p, q, ri, si = (a + d) / n, (b + c) / n, a * d / n, b * c / n
        r, s = r + ri, s + si
        pr, ps_qr, qs = pr + p * ri, ps_qr + p * si + q * ri, qs + q * si
    if r == 0 or s == 0:
        return TooFew("The Mantel-Haenszel odds ratio", 1, 0, "people on either diagonal of the tables")
    return log(r / s), pr / (2 * r * r) + ps_qr / (2 * r * s) + qs / (2 * s * s)


def _risk_ratio(tables: Iterable[Table]) -> tuple[float, float] | TooFew:
    r = s = spread = 0.0
    for t in tables:
        n, events = t.people, t.events + t.control_events
        r, s = r + t.events * t.control_n / n, s + t.control_events * t.n / n
        spread += t.n * t.control_n * events / (n * n) - t.events * t.control_events / n
    if r == 0 or s == 0:
        return TooFew("The Mantel-Haenszel risk ratio", 1, 0, "events in every arm")
    if spread <= 0:
        return TooFew("The Mantel-Haenszel risk ratio", 1, 0, "people free of the event")
    return log(r / s), spread / (r * s)


def _risk_difference(tables: Iterable[Table]) -> tuple[float, float] | TooFew:
    weight = excess = p = q = 0.0
    for t in tables:
        a, b, c, d = t.cells
        n = t.people
        weight += t.n * t.control_n / n
        excess += (a * t.control_n - c * t.n) / n
        p += (c * t.n**2 - a * t.control_n**2 + t.n * t.control_n * (t.control_n - t.n) / 2) / n**2
        q += (a * d + c * b) / (2 * n)
    value = excess / weight
    variance = (value * p + q) / weight**2
    if variance <= 0:
        return TooFew("The Mantel-Haenszel risk difference", 1, 0, "studies with and without events")
    return value, variance


_MANTEL_HAENSZEL = {Measure.OR: _odds_ratio, Measure.RR: _risk_ratio, Measure.RD: _risk_difference}


def _expected_events(table: Table, odds_ratio: float) -> float:
    """Events under treatment that this odds ratio and the table's margins imply: the root of a quadratic."""
    events, others = table.events + table.control_events, table.control_n
    if abs(odds_ratio - 1) < 1e-10:
        return events * table.n / table.people
    b = others - events + odds_ratio * (table.n + events)
    root = sqrt(b * b - 4 * odds_ratio * (odds_ratio - 1) * table.n * events)
    return (b - root) / (2 * (odds_ratio - 1))


def _homogeneity(value: float, effects: Iterable[Effect | TooFew]) -> Homogeneity | TooFew:
    found = [one for one in effects if isinstance(one, Effect)]
    if len(found) < 2:
        return TooFew("Cochran's Q", 2, len(found))
    q, df = sum((one.value - value) ** 2 / one.variance for one in found), len(found) - 1
    return Homogeneity(q, df, _chi_square_p(q, df), 100 * max(0.0, q - df) / q if q > 0 else 0.0)


def _empty(tables: Sequence[Table], measure: Measure) -> tuple[int, ...]:
    if measure is Measure.RD:
        return ()
    return tuple(i for i, table in enumerate(tables) if table.is_double_zero)


def _chi_square_p(value: float, df: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(df, value))
