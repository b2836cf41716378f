"""Whether a limit speaks now. It begins with its first reading; only a fresh and good enough one ends it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from ataraxy.core.protocol.types import Caution, Limit, Measure, Phase, Protocol, Rule, RuleAction
from ataraxy.core.session.freshness import CONTINUOUS, is_current, pre_dose_current
from ataraxy.core.session.state import SessionState, Value

LONGEST_FILTER = timedelta(seconds=15)
# After the dose nothing is left to pause or stop: such a value calls the prescriber instead.
DANGER = (RuleAction.PAUSE, RuleAction.STOP)


@dataclass(frozen=True, slots=True)
class Broken:
    """A limit that speaks: the value that made it speak, and the newest since, which has not ended it."""

    limit: Limit
    value: Value  # what made it speak
    newest: Value
    since: datetime  # the first reading of this run
    before: Decimal | None = None  # for a change: the patient's value before the dose

    @property
    def what(self) -> str:
        """For example "systolic 182 mmHg: at least 180"."""
        value, limit = self.value, self.limit
        word = limit.comparison.value.replace("-", " ")
        if self.before is not None:
            change = value.value - self.before
            words = f"{limit.measure.value} {value.value} {value.unit}: {change:+} from {self.before} before the dose"
        else:
            words = f"{limit.measure.value} {value.value} {value.unit}: {word} {limit.value}"
        if value.artefact:
            words += ", held to be an artefact: a fresh reading clears it"
        elif self.newest is not value:
            words += f", now {self.newest.value}: not back far enough"
        return words


def standing(limit: Limit, values: Sequence[Value], before: Value | None = None) -> Broken | None:
    """The limit as it speaks after these readings, in order of time; None when it does not.

    A value past the limit makes it speak at once, held to be an artefact or not. Nothing ends it but a reading
    that is no artefact and is inside, by as much as ``limit.clear`` says.

    Args:
        before: for a limit on the change, the patient's value before the dose; readings up to it do not count.
    """
    base = before.value if before is not None else Decimal(0)
    newest: Value | None = None
    loudest: Value | None = None
    since: datetime | None = None
    for value in reversed(values):
        if before is not None and value.at <= before.at:
            break
        if newest is None and not value.artefact:
            newest = value
        level = value.value - base
        if limit.comparison.holds(level, limit.value):
            loudest, since = loudest or value, value.at
        elif not value.artefact and limit.clears(level):
            break
    if loudest is None or since is None:
        return None
    return Broken(limit, loudest, newest or loudest, since, before.value if before else None)


def broken_rules(rule: Rule | Caution, state: SessionState) -> Iterator[Broken]:
    """Every limit of a line that speaks now: on the value itself, and on its change from before the dose."""
    for limit in rule.limits:
        if (found := standing(limit, state.series.get(limit.measure, ()))) is not None:
            yield found
    for limit in rule.changes:
        before = state.baseline.get(limit.measure)
        if before is None:
            continue
        if (found := standing(limit, state.series.get(limit.measure, ()), before)) is not None:
            yield found


def cautioned(caution: Caution, state: SessionState, now: datetime) -> Iterator[Broken]:
    """The band before a rule acts. Only here, and only for a continuous value, does a moment pass first."""
    wait = min(timedelta(seconds=caution.for_s), LONGEST_FILTER)
    for found in broken_rules(caution, state):
        filtered = found.limit.measure in CONTINUOUS and found.value.device
        if not filtered or now - found.since >= wait:
            yield found


def doubted(state: SessionState, measure: Measure) -> Value | None:
    """The newest reading, when it is held to be an artefact and nothing fresh has come since."""
    values = state.series.get(measure, ())
    return values[-1] if values and values[-1].artefact else None


def unknown_now(protocol: Protocol, state: SessionState, now: datetime) -> Measure | None:
    """The first measure a rule would pause or stop the drug for, and of which no current and good value is known."""
    watched = (r for r in protocol.rules if r.action in DANGER and Phase.DOSING in r.phases)
    for measure in dict.fromkeys(limit.measure for rule in watched for limit in rule.limits):
        value = state.latest(measure)
        current = value is not None and is_current(value.at, now, pre_dose_current(measure))
        if not current or doubted(state, measure) is not None:
            return measure
    return None
