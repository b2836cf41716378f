"""What became of a score: response, remission and reliable change, by the instrument's own rules."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ataraxy.core.chart.events import Answer
from ataraxy.core.scales.types import Instrument


class Reliable(StrEnum):
    IMPROVED = "improved"
    NO_CHANGE = "no-change"
    WORSE = "worse"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """``better_by`` counts points towards health; None without a baseline or a score now."""

    better_by: Decimal | None
    percent: Decimal | None
    response: Answer
    remission: Answer
    reliable: Reliable

    @property
    def worse(self) -> Answer:
        if self.reliable is Reliable.UNKNOWN:
            return Answer.UNKNOWN
        return Answer.YES if self.reliable is Reliable.WORSE else Answer.NO


def change(instrument: Instrument, baseline: Decimal | None, now: Decimal | None) -> Change:
    """Compare a score with the one before treatment. Unknown wherever a score or a rule is missing."""
    better_by = _better_by(instrument, baseline, now)
    percent = None
    if better_by is not None and baseline:
        percent = better_by / baseline * 100
    return Change(
        better_by,
        percent,
        _response(instrument, baseline, better_by),
        _remission(instrument, now),
        _reliable(instrument, better_by),
    )


def _better_by(instrument: Instrument, baseline: Decimal | None, now: Decimal | None) -> Decimal | None:
    if baseline is None or now is None:
        return None
    return baseline - now if instrument.higher_is_worse else now - baseline


def _response(instrument: Instrument, baseline: Decimal | None, better_by: Decimal | None) -> Answer:
    rule = instrument.response
    if rule is None or better_by is None or not baseline:
        return Answer.UNKNOWN
    # points times 100 against percent times baseline: exact, where a quotient would be rounded
    return _answer(rule.comparison.holds(better_by * 100, rule.fall_percent * baseline))


def _remission(instrument: Instrument, now: Decimal | None) -> Answer:
    rule = instrument.remission
    if rule is None or now is None:
        return Answer.UNKNOWN
    return _answer(rule.comparison.holds(now, rule.score))


def _reliable(instrument: Instrument, better_by: Decimal | None) -> Reliable:
    rule = instrument.reliable_change
    if rule is None or better_by is None:
        return Reliable.UNKNOWN
    if better_by >= rule.points:
        return Reliable.IMPROVED
    return Reliable.WORSE if better_by <= -rule.points else Reliable.NO_CHANGE


def _answer(holds: bool) -> Answer:
    return Answer.YES if holds else Answer.NO
