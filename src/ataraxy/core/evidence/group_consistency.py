"""Whether one arm's printed mean, SD, standard error, interval and counts can belong to so many people on this scale."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import sqrt

from ataraxy.core.evidence.consistency import contradictions
from ataraxy.core.evidence.contradiction import Contradiction, Flaw, Weight
from ataraxy.core.evidence.grim import mean_possible, nearest_means, sd_bounds, sd_possible
from ataraxy.core.evidence.printed import Span, span
from ataraxy.core.evidence.study import Figure, Form, Group, Measure, Outcome, Reported
from ataraxy.core.evidence.tails import critical


def findings_of_group(outcome: Outcome, group: Group) -> Iterator[Contradiction]:
    """What one arm's printed numbers contradict: counts, mean against interval, SD against SE, whole scores."""
    yield from findings_of_counts(group)
    n = whole_number(group.n)
    if group.mean is not None:
        of_mean = Reported(Measure.MD, group.mean, se=group.se, low=group.low, high=group.high)
        yield from contradictions(of_mean)
    if n is None or n < 2:
        return
    yield from _sd_against_se(group, n)
    yield from _scores(outcome, "mean", group.mean, group.sd, n, outcome.form is Form.CHANGE)
    yield from _scores(outcome, "mean before", group.baseline_mean, group.baseline_sd, n, False)


def findings_of_counts(group: Group) -> Iterator[Contradiction]:
    """More events than people, or parts of a person."""
    if group.n is None or group.events is None:
        return
    n, events = group.n.value, group.events.value
    if events != events.to_integral_value() or not 0 <= events <= n:
        words = f"{events} of {n} people had the event: people are whole, and no more have it than there are."
        yield Contradiction(
            Flaw.COUNTS, Weight.IMPOSSIBLE, words, (("events", float(events)), ("n", float(n)))
        )


def _sd_against_se(group: Group, n: int) -> Iterator[Contradiction]:
    if group.sd is None:
        return
    sd, told = span(group.sd), _sd_told(group, n)
    if told is None or sd.meets(told):
        return
    expected, printed = (told.low + told.high) / 2, float(group.sd.value)
    hint = "one is misprinted, or n is of other people"
    if sd.times(sqrt(n)).meets(told) or (group.se is not None and sd.meets(span(group.se))):
        hint = (
            "what is printed as SD is the standard error, and taken as SD makes effects too large and too sure; or what is "
            "printed as standard error or interval is of single people"
        )
    elif sd.meets(told.times(sqrt(n))):
        hint = "what is printed as standard error or interval was divided by the root of n twice"
    words = (
        f"{n} people and the printed uncertainty of their mean tell an SD of about {expected:.3g}, and {printed:g} is "
        f"printed: {hint}."
    )
    numbers = (("sd", printed), ("sd told", expected), ("n", float(n)))
    yield Contradiction(Flaw.SD_SE, Weight.DISAGREES, words, numbers)


def _sd_told(group: Group, n: int) -> Span | None:
    """The SD that a standard error or a 95 % interval of the mean tells."""
    if group.se is not None:
        return span(group.se).above_zero().times(sqrt(n))
    if group.low is None or group.high is None:
        return None
    half = (span(group.high) - span(group.low)).above_zero().times(0.5)
    most, least = critical(0.95, n - 1), critical(0.95)
    return Span(half.low / most, half.high / least).times(sqrt(n))


def _ends(outcome: Outcome, change: bool) -> tuple[float, float] | None:
    if outcome.lowest is None or outcome.highest is None:
        return None
    lowest, highest = float(outcome.lowest.value), float(outcome.highest.value)
    return (lowest - highest, highest - lowest) if change else (lowest, highest)


def _scores(
    outcome: Outcome, name: str, mean: Figure | None, sd: Figure | None, n: int, change: bool
) -> Iterator[Contradiction]:
    """A mean and SD against the ends of the scale and, where scores are whole, against whole scores."""
    if mean is None:
        return
    ends = _ends(outcome, change)
    near = span(mean)
    if ends is not None and not near.meets(Span(*ends)):
        words = f"The {name} {mean.value} lies off the scale, {ends[0]:g} to {ends[1]:g}."
        yield Contradiction(Flaw.MEAN, Weight.IMPOSSIBLE, words, ((name, float(mean.value)),))
        return
    if outcome.items_whole and not mean_possible(mean.value, n):
        yield _grim(name, mean.value, n)
    elif sd is not None:
        yield from _sd(outcome, name, mean.value, sd.value, n, ends)


def _grim(name: str, mean: Decimal, n: int) -> Contradiction:
    below, above = nearest_means(mean, n)
    words = (
        f"No {n} whole scores have the {name} {mean}: the nearest are {below:.4g} and {above:.4g}. It is misprinted, of "
        "another number of people, or adjusted by a model."
    )
    return Contradiction(
        Flaw.GRIM,
        Weight.DISAGREES,
        words,
        ((name, float(mean)), ("n", float(n)), ("nearest below", below), ("nearest above", above)),
    )


def _sd(
    outcome: Outcome, name: str, mean: Decimal, sd: Decimal, n: int, ends: tuple[float, float] | None
) -> Iterator[Contradiction]:
    bounds = sd_bounds(mean, n, ends, outcome.items_whole)
    numbers = ((name, float(mean)), ("sd", float(sd)), ("n", float(n)))
    if bounds is None:
        return
    near = span(sd)
    if near.low > bounds.high + 1e-9 and ends is not None:
        words = (
            f"An SD of {sd} is impossible: {n} scores between {ends[0]:g} and {ends[1]:g} with the {name} {mean} have one "
            f"of {bounds.high:.4g} at most."
        )
        yield Contradiction(Flaw.SD_HIGH, Weight.IMPOSSIBLE, words, (*numbers, ("most", bounds.high)))
    elif near.high < bounds.low - 1e-9:
        words = (
            f"An SD of {sd} is impossible: {n} whole scores with the {name} {mean} have one of {bounds.low:.4g} at least. "
            "It may be a standard error."
        )
        yield Contradiction(Flaw.SD_LOW, Weight.IMPOSSIBLE, words, (*numbers, ("least", bounds.low)))
    elif outcome.items_whole and not sd_possible(mean, sd, n, ends):
        words = (
            f"No {n} whole scores have the {name} {mean} with an SD of {sd}: one of the three is misprinted, or the mean "
            "is adjusted by a model."
        )
        yield Contradiction(Flaw.SD_WHOLE, Weight.DISAGREES, words, numbers)


def whole_number(figure: Figure | None) -> int | None:
    """A count; None where there is none, or where it is not whole."""
    if figure is None or figure.value != figure.value.to_integral_value():
        return None
    return int(figure.value)
