"""Counts of people who had both treatments: nobody is counted twice, for who responded to one only tells the effect."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, log, sqrt

from ataraxy.core.evidence.estimate import Effect, Exact, TooFew
from ataraxy.core.evidence.study import Measure
from ataraxy.core.evidence.tails import two_sided_p


@dataclass(frozen=True, slots=True)
class PairedCounts:
    """People by which treatment they responded to. ``both`` and ``neither`` may be unknown.

    Raises:
        ValueError: a count below zero or a part of a person.
    """

    experimental_only: int
    control_only: int
    both: int | None = None
    neither: int | None = None

    def __post_init__(self) -> None:
        for count in (self.experimental_only, self.control_only, self.both, self.neither):
            if count is not None and (not isfinite(count) or count < 0 or count != int(count)):
                raise ValueError(f"{count} people cannot be: pairs are counted from zero, in whole numbers.")

    @property
    def discordant(self) -> int:
        return self.experimental_only + self.control_only

    def merged(self, other: PairedCounts) -> PairedCounts:
        """Two trials of different people as one. Within people nothing is lost: the conditional likelihood is the same."""
        both = None if self.both is None or other.both is None else self.both + other.both
        neither = None if self.neither is None or other.neither is None else self.neither + other.neither
        return PairedCounts(
            self.experimental_only + other.experimental_only,
            self.control_only + other.control_only,
            both,
            neither,
        )

    def swapped(self) -> PairedCounts:
        return PairedCounts(self.control_only, self.experimental_only, self.both, self.neither)


@dataclass(frozen=True, slots=True)
class McNemar:
    """McNemar's test: ``z`` and ``p`` without continuity correction, and the exact p of the binomial."""

    z: float
    p: float
    exact_p: float


def mcnemar(pairs: PairedCounts) -> McNemar | TooFew:
    """Whether more people responded to one treatment only than to the other only.

    Source: McNemar Q, Psychometrika 1947;12:153-157.
    """
    if pairs.discordant == 0:
        return TooFew("McNemar's test", 1, 0, "people who responded to one treatment only")
    from scipy.stats import binomtest

    z = (pairs.experimental_only - pairs.control_only) / sqrt(pairs.discordant)
    exact = binomtest(pairs.experimental_only, pairs.discordant).pvalue
    return McNemar(z, two_sided_p(z), float(exact))


def conditional_odds_ratio(pairs: PairedCounts, add: float = 0.5, always: bool = False) -> Effect | TooFew:
    """Log odds ratio within people: of those who responded to one treatment only, how many to this one.

    ``add`` goes to both counts where one of them is zero (``always``: everywhere).

    Source: Elbourne DR, Int J Epidemiol 2002;31:140-149.
    """
    if pairs.discordant == 0:
        return TooFew("A paired odds ratio", 1, 0, "people who responded to one treatment only")
    wanted = always or 0 in (pairs.experimental_only, pairs.control_only)
    added = add if wanted else 0.0
    b, c = pairs.experimental_only + added, pairs.control_only + added
    if min(b, c) <= 0:
        return TooFew(
            "A paired odds ratio without correction", 1, 0, "people who responded to the other only"
        )
    name = "conditional odds ratio of pairs" + (f", {added:g} added to both counts" if added else "")
    return Effect(Measure.OR, log(b / c), 1 / b + 1 / c, name, added)


def exact_conditional_odds_ratio(pairs: PairedCounts, level: float = 0.95) -> Exact | TooFew:
    """The same without normal theory or correction: the Clopper-Pearson interval of the share, as log odds.

    Infinite where everybody who responded to one treatment only responded to the same one.
    """
    if pairs.discordant == 0:
        return TooFew("A paired odds ratio", 1, 0, "people who responded to one treatment only")
    from scipy.stats import binomtest

    test = binomtest(pairs.experimental_only, pairs.discordant)
    interval = test.proportion_ci(level, method="exact")
    return Exact(
        _log_odds(pairs.experimental_only / pairs.discordant),
        _log_odds(float(interval.low)),
        _log_odds(float(interval.high)),
        float(test.pvalue),
        level,
    )


def marginal_odds_ratio(pairs: PairedCounts) -> Effect | TooFew:
    """Log odds ratio of the two response rates, with the variance that people who had both treatments leave.

    On this scale a crossover is comparable with parallel trials.

    Raises:
        ValueError: who responded to both and to neither is unknown; give a correlation to
            :func:`marginal_odds_ratio_of_rates`.

    Source: Becker MP, Balagtas CC, Biometrics 1993;49:997-1009.
    """
    if pairs.both is None or pairs.neither is None:
        raise ValueError(
            "Responders to both and to neither are unknown: give the rates and a correlation instead."
        )
    n = pairs.discordant + pairs.both + pairs.neither
    p, q = (pairs.both + pairs.experimental_only) / n, (pairs.both + pairs.control_only) / n
    if min(p, q) <= 0 or max(p, q) >= 1:
        return TooFew("A marginal odds ratio of pairs", 1, 0, "people in every margin")
    b, c = pairs.experimental_only / n, pairs.control_only / n
    variance = (b + c - (b - c) ** 2) / (n * p * (1 - p) * q * (1 - q))
    if variance <= 0:
        return TooFew("A marginal odds ratio of pairs", 1, 0, "people who responded to one treatment only")
    return Effect(Measure.OR, _log_odds(p) - _log_odds(q), variance, "marginal odds ratio of pairs")


def marginal_odds_ratio_of_rates(
    events: int, control_events: int, n: int, r: float, add: float = 0.5
) -> Effect | TooFew:
    """Log odds ratio of a crossover of which only the two counts were printed, under a correlation from elsewhere.

    Args:
        n: people who had both treatments.
        r: correlation (phi) of responding to one and to the other; 0 is the analysis that forgets the pairing.
        add: goes to every cell where one is zero, and the correlation then is of the corrected cells.

    Raises:
        ValueError: counts outside 0..n, or a correlation those two rates cannot have.

    Source: Elbourne DR, Int J Epidemiol 2002;31:140-149; Stedman MR, Int J Epidemiol 2011;40:1732-1734.
    """
    if not (0 <= events <= n and 0 <= control_events <= n and n > 0):
        raise ValueError(f"{events} and {control_events} of {n} people cannot be.")
    if events == control_events and events in (0, n):
        return TooFew("A marginal odds ratio of pairs", 1, 0, "people with and without the event")
    added = add if 0 in (events, control_events, n - events, n - control_events) else 0.0
    people = n + 2 * added
    p, q = (events + added) / people, (control_events + added) / people
    _check_correlation(p, q, r)
    ours, theirs = p * (1 - p), q * (1 - q)
    variance = (ours + theirs - 2 * r * sqrt(ours * theirs)) / (people * ours * theirs)
    name = f"marginal odds ratio of a crossover, r = {r:g}" + (
        f", {added:g} added to every cell" if added else ""
    )
    return Effect(Measure.OR, _log_odds(p) - _log_odds(q), variance, name, added)


def paired_risk_difference(pairs: PairedCounts) -> Effect | TooFew:
    """How many more of one person respond to this treatment than to the other, within people.

    Raises:
        ValueError: who responded to both and to neither is unknown.
    """
    if pairs.both is None or pairs.neither is None:
        raise ValueError(
            "Responders to both and to neither are unknown: a difference of rates needs everybody."
        )
    n = pairs.discordant + pairs.both + pairs.neither
    b, c = pairs.experimental_only / n, pairs.control_only / n
    variance = (b + c - (b - c) ** 2) / n
    if variance <= 0:
        return TooFew("A paired risk difference", 1, 0, "people who responded to one treatment only")
    return Effect(Measure.RD, b - c, variance, "risk difference of pairs")


def _check_correlation(p: float, q: float, r: float) -> None:
    """Raises: ValueError: two yes-or-no answers with these rates cannot be so alike, or so unlike."""
    scale = sqrt(p * (1 - p) * q * (1 - q))
    most, least = (min(p, q) - p * q) / scale, (max(0.0, p + q - 1) - p * q) / scale
    if not least - 1e-9 <= r <= most + 1e-9:
        raise ValueError(
            f"Rates of {p:.3g} and {q:.3g} correlate between {least:.3g} and {most:.3g}; {r:g} cannot be."
        )


def _log_odds(share: float) -> float:
    if share <= 0:
        return float("-inf")
    return float("inf") if share >= 1 else log(share / (1 - share))
