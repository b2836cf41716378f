"""What an effect means for 100 people: a ratio or a difference carried to the risk without the drug."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf
from statistics import NormalDist

from ataraxy.core.evidence.convert import risk_of_odds_ratio
from ataraxy.core.evidence.estimate import Estimate
from ataraxy.core.evidence.study import Measure

SURE = 1e-12  # a share so near none or all has no quantile worth having


@dataclass(frozen=True, slots=True)
class Absolute:
    """Shares with the event, 0 to 1: without the drug, and with it as the estimate, its low and its high end tell.

    ``low`` is never above ``high``. ``capped`` where a ratio would have made more than everybody.
    """

    control: float
    treated: float
    low: float
    high: float
    capped: bool = False

    @property
    def more_of_hundred(self) -> float:
        """How many more of 100 people have the event with the drug; below zero: fewer."""
        return 100 * (self.treated - self.control)

    @property
    def number_needed(self) -> float:
        """How many are treated for one person to differ; infinite where nobody does. Give its interval as of 100 people."""
        return inf if self.treated == self.control else 1 / abs(self.treated - self.control)


def absolute(estimate: Estimate, measure: Measure, control_risk: float) -> Absolute:
    """Carry a pooled effect to people of whom a known share has the event without the drug.

    The interval is that of the effect alone: the control risk is taken as known (Cochrane Handbook, 14.1.5.5).

    Args:
        estimate: on the scale of analysis (ratios: logarithms).
        measure: OR, RR, RD or SMD. Of an SMD, more of the scale is more of the event: turn its sign where lower is
            better and the event is response (Furukawa TA, PLoS One 2011;6:e19070).
        control_risk: share with the event without the drug, 0 to 1.

    Raises:
        ValueError: a control risk outside 0 to 1, or a measure that cannot be carried (MD, HR).
    """
    if not 0 <= control_risk <= 1:
        raise ValueError(f"A risk lies between 0 and 1, and {control_risk} does not; 20 % is 0.2.")
    raw = [_risk(value, measure, control_risk) for value in (estimate.value, estimate.low, estimate.high)]
    treated, low, high = (min(1.0, max(0.0, risk)) for risk in raw)
    return Absolute(control_risk, treated, low, high, any(not 0 <= risk <= 1 for risk in raw))


def _risk(value: float, measure: Measure, control_risk: float) -> float:
    if measure is Measure.RD:
        return control_risk + value
    if measure is Measure.RR:
        return control_risk * _exp(value)
    if measure is Measure.OR:
        ratio = _exp(value)
        return float(control_risk > 0) if ratio == inf else risk_of_odds_ratio(ratio, control_risk)
    if measure is Measure.SMD:
        if not SURE < control_risk < 1 - SURE:
            return control_risk
        return NormalDist().cdf(NormalDist().inv_cdf(control_risk) + value)
    raise ValueError(f"{measure.value} does not tell how many of 100 people: use or, rr, rd or smd.")


def _exp(number: float) -> float:
    return exp(number) if number < 700 else inf
