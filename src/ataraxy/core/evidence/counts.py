"""Effects of two groups of people counted: odds ratio, risk ratio and risk difference, with stated rules for zeros."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, log

from ataraxy.core.evidence.estimate import Effect, TooFew
from ataraxy.core.evidence.study import Measure


class Corrects(StrEnum):
    """Which tables have something added to their cells."""

    TABLES_WITH_ZERO = "tables-with-zero"
    ALL_IF_ANY = "all-if-any"  # every table, once one of them has a zero
    ALL = "all"
    NONE = "none"


class Spread(StrEnum):
    """How what is added is dealt to the arms."""

    EVEN = "even"
    # by the reciprocal of the other arm's size: Sweeting MJ, Stat Med 2004;23:1351-1375
    BY_ARM = "by-arm"


@dataclass(frozen=True, slots=True)
class ZeroCells:
    """The rule for zeros. ``add`` goes to every cell (BY_ARM: twice ``add`` is shared by the two arms).

    A table without a single event, or without a single person free of it, says nothing about a ratio; it is
    left out unless ``keep_double_zero``.
    """

    add: float = 0.5
    to: Corrects = Corrects.TABLES_WITH_ZERO
    spread: Spread = Spread.EVEN
    keep_double_zero: bool = False


HALF_WHERE_ZERO = ZeroCells()


@dataclass(frozen=True, slots=True)
class Table:
    """How many of each arm had the event.

    Raises:
        ValueError: more events than people, a negative count, an empty arm, or a part of a person.
    """

    events: int
    n: int
    control_events: int
    control_n: int

    def __post_init__(self) -> None:
        for events, n in ((self.events, self.n), (self.control_events, self.control_n)):
            if not (isfinite(events) and isfinite(n)) or events != int(events) or n != int(n):
                raise ValueError(f"{events} of {n}: people are counted in whole numbers.")
            if not 0 <= events <= n or n < 1:
                raise ValueError(
                    f"{events} of {n} people cannot be: an arm has people, and no more events than people."
                )

    @property
    def cells(self) -> tuple[int, int, int, int]:
        """Experimental with and without the event, control with and without."""
        return self.events, self.n - self.events, self.control_events, self.control_n - self.control_events

    @property
    def people(self) -> int:
        return self.n + self.control_n

    @property
    def has_zero(self) -> bool:
        return 0 in self.cells

    @property
    def is_double_zero(self) -> bool:
        """Nobody had the event, or everybody: no ratio can be learned."""
        return self.events + self.control_events in (0, self.people)

    def swapped(self) -> Table:
        """The arms exchanged."""
        return Table(self.control_events, self.control_n, self.events, self.n)

    def merged(self, other: Table) -> Table:
        """Two tables of different people as one: arm with arm."""
        return Table(
            self.events + other.events,
            self.n + other.n,
            self.control_events + other.control_events,
            self.control_n + other.control_n,
        )


Cells = tuple[float, float, float, float]


def corrected(
    table: Table, zeros: ZeroCells, any_zero: bool | None = None
) -> tuple[Cells, tuple[float, float]]:
    """The four cells after the rule, and what was added to the cells of each arm.

    ``any_zero`` tells whether any table of the pool has a zero; left out, this table stands alone.
    """
    wanted = {
        Corrects.TABLES_WITH_ZERO: table.has_zero,
        Corrects.ALL_IF_ANY: table.has_zero if any_zero is None else any_zero,
        Corrects.ALL: True,
        Corrects.NONE: False,
    }[zeros.to]
    if not wanted:
        added = (0.0, 0.0)
    elif zeros.spread is Spread.EVEN:
        added = (zeros.add, zeros.add)
    else:
        added = (2 * zeros.add * table.n / table.people, 2 * zeros.add * table.control_n / table.people)
    a, b, c, d = table.cells
    return (a + added[0], b + added[0], c + added[1], d + added[1]), added


def log_odds_ratio(
    table: Table, zeros: ZeroCells = HALF_WHERE_ZERO, any_zero: bool | None = None
) -> Effect | TooFew:
    """How much greater the odds of the event are under treatment, as a logarithm.

    Source: Woolf B, Ann Hum Genet 1955;19:251-253.
    """
    if too_few := _ratio_refused(table, zeros, "An odds ratio"):
        return too_few
    (a, b, c, d), added = corrected(table, zeros, any_zero)
    if min(a, b, c, d) <= 0:
        return TooFew("An odds ratio without correction", 1, 0, "people in every cell")
    variance = 1 / a + 1 / b + 1 / c + 1 / d
    return _effect(Measure.OR, log(a * d / (b * c)), variance, "odds ratio", added)


def log_risk_ratio(
    table: Table, zeros: ZeroCells = HALF_WHERE_ZERO, any_zero: bool | None = None
) -> Effect | TooFew:
    """How many times the risk of control the risk under treatment is, as a logarithm.

    Source: Katz D, Biometrics 1978;34:469-474.
    """
    if too_few := _ratio_refused(table, zeros, "A risk ratio"):
        return too_few
    (a, b, c, d), added = corrected(table, zeros, any_zero)
    if min(a, c) <= 0:
        return TooFew("A risk ratio without correction", 1, 0, "events in every arm")
    variance = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    if variance <= 0:
        return TooFew("A risk ratio without correction", 1, 0, "people free of the event")
    return _effect(Measure.RR, log(a / (a + b)) - log(c / (c + d)), variance, "risk ratio", added)


def risk_difference(
    table: Table, zeros: ZeroCells = HALF_WHERE_ZERO, any_zero: bool | None = None
) -> Effect | TooFew:
    """How many more of one person have the event under treatment.

    The difference itself is of the counts as they are; only its variance takes the correction, without which a
    trial with nobody in two cells would weigh infinitely much.
    """
    (a, b, c, d), added = corrected(table, zeros, any_zero)
    variance = a * b / (a + b) ** 3 + c * d / (c + d) ** 3
    if variance <= 0:
        return TooFew("A risk difference without correction", 1, 0, "arms with and without events")
    value = table.events / table.n - table.control_events / table.control_n
    return _effect(Measure.RD, value, variance, "risk difference", added)


def peto_odds_ratio(table: Table) -> Effect | TooFew:
    """Peto's one-step log odds ratio: no correction is needed, and it is biased where effects are large or arms unequal.

    Source: Yusuf S, Prog Cardiovasc Dis 1985;27:335-371.
    """
    if table.is_double_zero:
        return TooFew("Peto's odds ratio", 1, 0, "people with and without the event")
    excess, variance = observed_less_expected(table)
    return Effect(Measure.OR, excess / variance, 1 / variance, "Peto's one-step odds ratio")


def observed_less_expected(table: Table) -> tuple[float, float]:
    """Events under treatment beyond those expected if arms were alike, and their hypergeometric variance."""
    events, people = table.events + table.control_events, table.people
    expected = events * table.n / people
    variance = events * (people - events) * table.n * table.control_n / (people**2 * (people - 1))
    return table.events - expected, variance


def effects_of_tables(
    tables: Sequence[Table], measure: Measure, zeros: ZeroCells = HALF_WHERE_ZERO
) -> tuple[Effect | TooFew, ...]:
    """One effect a table, in order, under one rule for zeros over them all (those left out have no say in it).

    Raises:
        ValueError: a measure that is not of counts.
    """
    of = {Measure.OR: log_odds_ratio, Measure.RR: log_risk_ratio, Measure.RD: risk_difference}
    if measure not in of:
        raise ValueError(f"{measure.value} is not a measure of counts: use or, rr or rd.")
    kept = measure is Measure.RD or zeros.keep_double_zero
    any_zero = any(table.has_zero for table in tables if kept or not table.is_double_zero)
    return tuple(of[measure](table, zeros, any_zero) for table in tables)


def fisher_p(table: Table) -> float:
    """Fisher's exact two-sided p: all tables with the same margins that are no likelier than this one."""
    from scipy.stats import fisher_exact

    a, b, c, d = table.cells
    return float(fisher_exact([[a, b], [c, d]])[1])


def _ratio_refused(table: Table, zeros: ZeroCells, method: str) -> TooFew | None:
    if table.is_double_zero and not zeros.keep_double_zero:
        return TooFew(method, 1, 0, "people with and without the event")
    return None


def _effect(measure: Measure, value: float, variance: float, name: str, added: tuple[float, float]) -> Effect:
    if added == (0.0, 0.0):
        return Effect(measure, value, variance, name)
    how = f"{added[0]:g}" if added[0] == added[1] else f"{added[0]:.3g} (control {added[1]:.3g})"
    return Effect(measure, value, variance, f"{name}, {how} added to every cell", sum(added) / 2)
