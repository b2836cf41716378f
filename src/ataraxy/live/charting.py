"""What of a stream of readings a careful nurse would write into the chart.

Each new cuff pressure; of what is measured without pause one value a minute, and at once when a limit of the
protocol is crossed. Pure: the protocol's limits, the session so far, one message's values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.crossing import Limits, crosses, limits_of
from ataraxy.core.session.events import Reading, VitalRecorded
from ataraxy.core.session.freshness import CONTINUOUS, CUFF
from ataraxy.core.session.sound import Refusal, sound
from ataraxy.core.session.state import SessionState, Value
from ataraxy.live.told import Told

STREAMED = CONTINUOUS | {
    Measure.TEMPERATURE
}  # a weight a monitor tells was typed into it, for anybody: never charted
EVERY = timedelta(minutes=1)
TOGETHER = timedelta(seconds=45)  # written along with another that is due, so that a minute is one entry

__all__ = ["Charted", "Charting", "CuffReading", "Limits", "limits_of", "to_chart"]

CuffReading = tuple[Measure, datetime]


@dataclass(frozen=True, slots=True)
class Charted:
    """One entry to write: values of one moment."""

    at: datetime
    payload: VitalRecorded


@dataclass(frozen=True, slots=True)
class Charting:
    """What to write, what cannot be written and why, and which cuff readings are now known."""

    entries: tuple[Charted, ...] = ()
    refused: tuple[Refusal, ...] = ()
    cuffs: frozenset[CuffReading] = frozenset()
    by_the_clock: bool = False  # nothing but the minute asks for it


NOTHING = Charting()


def to_chart(
    state: SessionState,
    limits: Limits,
    told: Sequence[Told],
    known: frozenset[CuffReading],
    device: str,
    *,
    clock: bool = True,
) -> Charting:
    """What of one message belongs into the chart now.

    Args:
        known: cuff readings this device already told; it repeats the last one in every message.
        clock: False leaves what only the minute asks for to the next message.
    """
    if _is_quiet(state, limits, told, known, clock):
        return NOTHING
    believed = [value for value in told if value.is_believed]
    new = _new_cuffs(state, believed, known)
    streamed = [value for value in believed if value.measure in STREAMED]
    crossed = [value for value in streamed if _crossed(limits, value, _written_before(state, value))]
    minute = clock and any(_by_the_clock(state, value, EVERY) for value in streamed)
    due = [v for v in streamed if v in crossed or (minute and _by_the_clock(state, v, TOGETHER))]
    entries, refused = [], []
    for at, readings in _by_moment((*new, *due)).items():
        payload = VitalRecorded(tuple(readings.values()), device)
        why = sound(payload)
        if why is None:
            entries.append(Charted(at, payload))
        else:
            refused.append(why)
    return Charting(
        tuple(entries),
        tuple(refused),
        frozenset(_key(value) for value in new),
        minute and not crossed and not new,
    )


def _is_quiet(
    state: SessionState, limits: Limits, told: Iterable[Told], known: frozenset[CuffReading], clock: bool
) -> bool:
    """Whether nothing here can be due, as with nearly every message: told before, inside the minute, nothing crossed."""
    for value in told:
        if not value.is_believed:
            continue
        if value.measure in CUFF:
            if not value.own_time or _key(value) not in known:
                return False
        elif value.measure in STREAMED:
            before = _written_before(state, value)
            if before is None or _crossed(limits, value, before):
                return False
            if clock and value.at - before.at >= EVERY:
                return False
    return True


def _new_cuffs(state: SessionState, told: list[Told], known: frozenset[CuffReading]) -> list[Told]:
    """Cuff values not seen before. One without a time of its own counts as new only when it differs."""
    cuffs = [value for value in told if value.measure in CUFF]
    return [v for v in cuffs if (_key(v) not in known if v.own_time else _differs(state, v))]


def _key(told: Told) -> CuffReading:
    assert told.measure is not None
    return told.measure, told.device_at or told.at


def _differs(state: SessionState, told: Told) -> bool:
    assert told.measure is not None
    last = state.latest(told.measure)
    return last is None or last.value != told.value


def _by_the_clock(state: SessionState, told: Told, every: timedelta) -> bool:
    assert told.measure is not None
    before = _written_before(state, told)
    return before is None or told.at - before.at >= every


def _written_before(state: SessionState, told: Told) -> Value | None:
    """The newest value of this measure in the chart, at the time of this one."""
    assert told.measure is not None
    for value in reversed(state.series.get(told.measure, ())):
        if value.at <= told.at:
            return value
    return None


def _crossed(limits: Limits, told: Told, before: Value | None) -> bool:
    """Past a limit it had not crossed: at once. Back inside one: when it has been past it a little while."""
    assert told.measure is not None and told.value is not None
    later = told.at - before.at if before else timedelta(0)
    return crosses(limits.get(told.measure, ()), before.value if before else None, told.value, later)


def _by_moment(values: Iterable[Told]) -> dict[datetime, dict[Measure, Reading]]:
    """Readings by when they were true; of one measure told twice (two codes) the first counts."""
    moments: dict[datetime, dict[Measure, Reading]] = {}
    for value in values:
        reading = value.reading
        assert reading is not None
        moments.setdefault(value.at, {}).setdefault(reading.measure, reading)
    return moments
