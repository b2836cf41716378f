"""Whether a printed estimate, its interval, its standard error and its p value can belong together.

Every number is taken as anything its printed digits allow, and every interval and p as made with the normal or with
Student's t down to ``LEAST_DF`` degrees of freedom; only what no such combination gives is told. Ratios are compared as
logarithms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, inf, isfinite

from ataraxy.core.evidence.contradiction import Contradiction, Flaw, Weight
from ataraxy.core.evidence.printed import Span, span
from ataraxy.core.evidence.study import Measure, Reported
from ataraxy.core.evidence.tails import critical, two_sided_p

LEAST_DF = 5.0  # fewer are hardly met, and would excuse almost anything
SDS_UNHEARD_OF = 5.0  # an SMD interval that reaches past this is of something else


@dataclass(frozen=True, slots=True)
class _Printed:
    """A reported estimate on the scale of analysis, as spans; None where not printed."""

    reported: Reported
    estimate: Span | None
    low: Span | None
    high: Span | None
    se: Span | None
    p: Span | None
    level: float

    @property
    def middle(self) -> Span | None:
        return None if self.low is None or self.high is None else (self.low + self.high).times(0.5)

    @property
    def half(self) -> Span | None:
        if self.low is None or self.high is None:
            return None
        width = (self.high - self.low).times(0.5)
        return width.above_zero()

    def shown(self, number: float) -> str:
        return f"{exp(number) if self.reported.measure.is_ratio else number:.3g}"


def contradictions(reported: Reported) -> tuple[Contradiction, ...]:
    """What cannot be right in one printed estimate; empty where everything can.

    Raises:
        ValueError: a number that is not finite.
    """
    broken = tuple(one for one in (_bounds(reported), *_impossible(reported)) if one is not None)
    if broken:
        return broken
    printed = _read(reported)
    return tuple(one for check in (_outside, _midpoint, _se, _p, _null, _z, _units) for one in check(printed))


def _read(reported: Reported) -> _Printed:
    def on_scale(name: str) -> Span | None:
        figure = getattr(reported, name)
        if figure is None:
            return None
        return span(figure).log() if reported.measure.is_ratio else span(figure)

    estimate, low, high = (on_scale(name) for name in ("estimate", "low", "high"))
    se = None if reported.se is None else span(reported.se).above_zero()
    return _Printed(reported, estimate, low, high, se, _p_span(reported), float(reported.level))


def _p_span(reported: Reported) -> Span | None:
    """A p with ``<`` in its note was printed as a bound."""
    if reported.p is None:
        return None
    if "<" in reported.p.note:
        return Span(0.0, float(reported.p.value))
    wide = span(reported.p)
    return Span(max(0.0, wide.low), min(1.0, wide.high))


def _bounds(reported: Reported) -> Contradiction | None:
    if reported.low is None or reported.high is None:
        return None
    low, high = float(reported.low.value), float(reported.high.value)
    numbers = (("low", low), ("high", high))
    if span(reported.low).low > span(reported.high).high:
        words = f"The lower bound {low:g} lies above the upper bound {high:g}: they are swapped, or a sign is lost."
        return Contradiction(Flaw.BOUNDS, Weight.IMPOSSIBLE, words, numbers)
    if reported.measure.is_ratio and span(reported.low).high < 0:
        words = f"A ratio cannot be below zero, and the lower bound is {low:g}: the interval may be of the logarithm."
        return Contradiction(Flaw.BOUNDS, Weight.IMPOSSIBLE, words, numbers)
    return None


def _impossible(reported: Reported) -> Iterator[Contradiction]:
    """Numbers that are wrong alone."""
    if reported.p is not None and not span(reported.p).meets(Span(0.0, 1.0)):
        words = f"A p of {reported.p.value} cannot be: it lies between 0 and 1."
        yield Contradiction(Flaw.P, Weight.IMPOSSIBLE, words, _numbers(reported, "p"))
    if reported.se is not None and span(reported.se).high <= 0:
        words = f"A standard error of {reported.se.value} cannot be: it is above zero."
        yield Contradiction(Flaw.SE, Weight.IMPOSSIBLE, words, _numbers(reported, "se"))
    if not 0 < reported.level < 1:
        words = f"An interval of level {reported.level} cannot be: 95 % is written 0.95."
        yield Contradiction(Flaw.BOUNDS, Weight.IMPOSSIBLE, words, (("level", float(reported.level)),))


def _outside(printed: _Printed) -> Iterator[Contradiction]:
    estimate, low, high = printed.estimate, printed.low, printed.high
    if (
        estimate is None
        or low is None
        or high is None
        or not (estimate.high < low.low or estimate.low > high.high)
    ):
        return
    why = "one of them is misprinted, or they are of different analyses"
    if not printed.reported.measure.is_ratio and (-estimate).meets(Span(low.low, high.high)):
        why = "with the other sign it would lie inside, so the direction of one of them is turned"
    words = (
        f"The estimate {_as(printed.reported, 'estimate')} lies outside its own interval "
        f"{_as(printed.reported, 'low')} to {_as(printed.reported, 'high')}: {why}. Neither can be relied on."
    )
    yield Contradiction(
        Flaw.OUTSIDE, Weight.IMPOSSIBLE, words, _numbers(printed.reported, "estimate", "low", "high")
    )


def _midpoint(printed: _Printed) -> Iterator[Contradiction]:
    estimate, middle, half = printed.estimate, printed.middle, printed.half
    if estimate is None or middle is None or half is None or not isfinite(middle.low + middle.high):
        return
    if estimate.meets(middle) or any(_outside(printed)):
        return
    off = _centre(estimate) - _centre(middle)
    in_se = abs(off) / (_centre(half) / critical(printed.level))
    scale = " on the scale of logarithms" if printed.reported.measure.is_ratio else ""
    words = (
        f"The estimate {_as(printed.reported, 'estimate')} is not in the middle of its interval{scale}: the middle is "
        f"{printed.shown(_centre(middle))} (off by {in_se:.2g} of a standard error). Intervals of the usual kind are "
        "symmetric; one by bootstrap, profile likelihood or an exact method need not be. Otherwise estimate and "
        "interval are of different analyses."
    )
    numbers = (*_numbers(printed.reported, "estimate"), ("middle", _centre(middle)), ("off in SE", in_se))
    yield Contradiction(Flaw.MIDPOINT, Weight.DISAGREES, words, numbers)


def _se(printed: _Printed) -> Iterator[Contradiction]:
    if printed.se is None or printed.half is None or not isfinite(printed.half.high):
        return
    most, least = critical(printed.level, LEAST_DF), critical(printed.level)
    told = Span(printed.half.low / most, printed.half.high / least)
    if printed.se.meets(told):
        return
    from_interval = _centre(printed.half) / least
    words = (
        f"The interval tells a standard error of about {from_interval:.3g}, and {_as(printed.reported, 'se')} is "
        "printed: one of them may be a standard deviation, or the interval of another level."
    )
    numbers = (*_numbers(printed.reported, "se"), ("se of the interval", from_interval))
    yield Contradiction(Flaw.SE, Weight.DISAGREES, words, numbers)


def _p(printed: _Printed) -> Iterator[Contradiction]:
    spread = _spread(printed)
    if printed.p is None or printed.estimate is None or spread is None:
        return
    told = _p_told(printed.estimate, *spread)
    if printed.p.meets(told):
        return
    expected = _p_normal(_centre(printed.estimate), _centre(spread[0]), spread[1])
    numbers = [*_numbers(printed.reported, "p"), ("p of the estimate", expected)]
    words = (
        f"The estimate and its {'interval' if printed.half is not None else 'standard error'} give a p of about "
        f"{expected:.2g}, and {_as(printed.reported, 'p')} is printed"
    )
    middle = printed.middle
    if middle is not None and isfinite(middle.low + middle.high):
        of_middle = _p_told(middle, *spread)
        numbers.append(("p of the middle", _p_normal(_centre(middle), _centre(spread[0]), spread[1])))
        if printed.p.meets(of_middle):
            words += ": the p of the interval's middle, so p and interval belong together and the estimate does not"
    if printed.p.times(2).meets(told):
        words += "; it would be right for a one-sided test"
    alpha = 1 - printed.level
    words += "."
    if (expected < alpha) != (_centre(printed.p) < alpha):
        words += " By the one there is an effect, by the other there may be none."
    yield Contradiction(Flaw.P, Weight.DISAGREES, words, tuple(numbers))


def _spread(printed: _Printed) -> tuple[Span, float | None] | None:
    """Half an interval with its level, or a standard error with None."""
    if printed.half is not None and isfinite(printed.half.high):
        return printed.half, printed.level
    return None if printed.se is None else (printed.se, None)


def _p_told(value: Span, spread: Span, level: float | None) -> Span:
    """All p values that a value and half its interval (or its standard error, without level) can have."""
    ratio = value.size().over(spread)
    found = []
    for df in (None, LEAST_DF):
        unit = 1.0 if level is None else critical(level, df)
        found += [0.0 if at == inf else two_sided_p(at * unit, df) for at in (ratio.low, ratio.high)]
    return Span(min(found), max(found))


def _p_normal(value: float, spread: float, level: float | None) -> float:
    unit = 1.0 if level is None else critical(level)
    return two_sided_p(value / spread * unit) if spread > 0 else 0.0


def _null(printed: _Printed) -> Iterator[Contradiction]:
    low, high, p = printed.low, printed.high, printed.p
    if low is None or high is None or p is None:
        return
    alpha = 1 - printed.level
    bound = (
        alpha + 1e-12
    )  # a p printed as < .05 is below .05, and an interval that holds no effect has one above
    holds = low.high < 0 < high.low
    leaves_out = low.low > 0 or high.high < 0
    if not ((holds and p.high <= bound) or (leaves_out and p.low > bound)):
        return
    null = "1" if printed.reported.measure.is_ratio else "0"
    words = (
        f"The {printed.level:.0%} interval {_as(printed.reported, 'low')} to {_as(printed.reported, 'high')} "
        f"{'holds' if holds else 'leaves out'} {null}, no effect, and p is {_as(printed.reported, 'p')}: one says there "
        "is an effect and the other that there may be none. They are of different tests, or one is misprinted."
    )
    yield Contradiction(Flaw.NULL, Weight.DISAGREES, words, _numbers(printed.reported, "low", "high", "p"))


def _z(printed: _Printed) -> Iterator[Contradiction]:
    reported = printed.reported
    if reported.z is None:
        return
    z = span(reported.z).size()
    if printed.p is not None:
        told = Span(two_sided_p(z.high), two_sided_p(z.low))
        if not printed.p.meets(told):
            expected = two_sided_p(float(reported.z.value))
            words = (
                f"A z of {_as(reported, 'z')} has a p of {expected:.2g}, and {_as(reported, 'p')} is printed."
            )
            if printed.p.times(2).meets(told):
                words += " It would be right for a one-sided test."
            numbers = (*_numbers(reported, "z", "p"), ("p of z", expected))
            yield Contradiction(Flaw.Z, Weight.DISAGREES, words, numbers)
    if printed.se is not None and printed.estimate is not None:
        ratio = printed.estimate.size().over(printed.se)
        if not ratio.meets(z):
            expected = _centre(printed.estimate) / _centre(printed.se)
            words = (
                f"Estimate by standard error is {expected:.3g}, and a z of {_as(reported, 'z')} is printed."
            )
            numbers = (*_numbers(reported, "z", "se"), ("estimate by se", expected))
            yield Contradiction(Flaw.Z, Weight.DISAGREES, words, numbers)


def _units(printed: _Printed) -> Iterator[Contradiction]:
    """An estimate in standard deviations beside an interval in points, or the other way round."""
    reported, low, high, estimate = printed.reported, printed.low, printed.high, printed.estimate
    if reported.measure is not Measure.SMD or low is None or high is None or estimate is None:
        return
    reach = max(abs(low.low), abs(high.high))
    if reach <= SDS_UNHEARD_OF or estimate.size().high > SDS_UNHEARD_OF:
        return
    middle = _centre((low + high).times(0.5))
    words = (
        f"The estimate {_as(reported, 'estimate')} is in standard deviations, and its interval "
        f"{_as(reported, 'low')} to {_as(reported, 'high')} reaches {reach:.3g}: no treatment differs by so many. The "
        f"interval is in points of the scale (its middle is {middle:.3g} points). Estimate and interval are of two "
        "analyses and must not be shown as one."
    )
    numbers = (*_numbers(reported, "estimate", "low", "high"), ("middle", middle))
    yield Contradiction(Flaw.UNITS, Weight.IMPOSSIBLE, words, numbers)


def _centre(one: Span) -> float:
    return (one.low + one.high) / 2


def _as(reported: Reported, name: str) -> str:
    """A number as it was printed."""
    return str(getattr(reported, name).value)


def _numbers(reported: Reported, *names: str) -> tuple[tuple[str, float], ...]:
    return tuple((name, float(getattr(reported, name).value)) for name in names)
