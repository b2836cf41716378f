"""The live numbers: each value with its unit, its source and its age, drawn as fresh, old or absent.

Charted values and the newest samples of the bound monitor are shown together; whichever is newer stands. A
value never loses its source: a pulse from the oximeter is not a heart rate from the ECG.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Max
from django.db.models.functions import Coalesce, Least

from ataraxy.clinic.treat.models import Sample
from ataraxy.clinic.treat.words import MEASURES, ago, number, spell, unit
from ataraxy.core.protocol.types import Measure, Protocol
from ataraxy.core.record.envelope import Origin
from ataraxy.core.session.freshness import CONTINUOUS, CUFF, CUFF_VALUE, SHELF_LIFE, Freshness, freshness
from ataraxy.core.session.state import SessionState, Value
from ataraxy.core.session.verdict import Decision, Hold, Pause, Reason, Stop

HEARD_SINCE = timedelta(minutes=5)
PRESSURE = (Measure.SYSTOLIC, Measure.DIASTOLIC)
NEVER_TILED = (Measure.WEIGHT, Measure.MEAN_PRESSURE)
_TRUE_AT = Least(Coalesce("device_at", "received_at"), "received_at")


@dataclass(frozen=True, slots=True)
class Shown:
    """One measure's newest value, from the chart or straight from the monitor."""

    measure: Measure
    value: Decimal
    at: datetime
    origin: Origin
    source: str


@dataclass(frozen=True, slots=True)
class Tile:
    """``state`` is fresh, old or absent; ``alarm`` high, medium or empty; seconds are the shelf life."""

    measures: str  # "systolic diastolic", "spo2"
    name: str
    value: str
    unit: str
    state: str
    source: str
    age: str
    age_short: str
    at: datetime | None
    change: str
    alarm: str
    fresh_s: int
    gone_s: int


def tiles(
    protocol: Protocol,
    state: SessionState,
    decision: Decision,
    now: datetime,
    names: Mapping[UUID, str],
    samples: Iterable[Shown] = (),
    labels: Mapping[str, str] | None = None,
) -> list[Tile]:
    """The tiles of a session, in the order of the measures. ``labels``: what monitors are called here."""
    newest = newest_values(state, names, samples, labels or {})
    watched = {m for line in protocol.monitoring for m in line.measures} | newest.keys()
    alarms = _alarms(decision)
    shown = [m for m in Measure if m in watched and m not in NEVER_TILED and m is not Measure.DIASTOLIC]
    return [_tile(m, newest, state, now, alarms) for m in shown]


def newest_values(
    state: SessionState, names: Mapping[UUID, str], samples: Iterable[Shown], labels: Mapping[str, str]
) -> dict[Measure, Shown]:
    """The newest of each measure that is no artefact. A pressure is taken whole: its two halves are of one moment."""
    charted = {
        m: _charted(value, names, labels) for m in state.series if (value := state.latest(m)) is not None
    }
    for sample in samples:
        held = charted.get(sample.measure)
        if held is None or sample.at > held.at:
            charted[sample.measure] = sample
    return charted


def heard(session_id: UUID, now: datetime) -> dict[Measure, datetime]:
    """When the monitor's newest value of each measure was true, of what came in the last minutes.

    Hazard: a monitor or a gateway repeats an old value with its own old time, and the probe is off.
    """
    rows = Sample.objects.filter(
        session_id=session_id, received_at__gte=now - HEARD_SINCE, value__isnull=False
    )
    newest = rows.values("measure").annotate(at=Max(_TRUE_AT)).order_by()
    known = Measure._value2member_map_
    return {Measure(one["measure"]): min(one["at"], now) for one in newest if one["measure"] in known}


def latest_samples(session_id: UUID, label: str, since: datetime) -> list[Shown]:
    """The newest sample of each measure since ``since``; a value the device withdrew is none."""
    rows = (
        Sample.objects.filter(session_id=session_id, received_at__gte=since)
        .order_by("measure", "-received_at", "-id")
        .distinct("measure")
        .values_list("measure", "value", "device_at", "received_at")
    )
    return [
        Shown(Measure(m), value, min(told or received, received), Origin.DEVICE, label)
        for m, value, told, received in rows
        if value is not None and m in Measure._value2member_map_
    ]


def _charted(value: Value, names: Mapping[UUID, str], labels: Mapping[str, str]) -> Shown:
    by_hand = names.get(value.by, "staff") if value.by else "staff"
    source = labels.get(value.device, value.device) if value.origin is Origin.DEVICE else by_hand
    return Shown(value.measure, value.value, value.at, value.origin, source)


def _tile(
    measure: Measure,
    newest: Mapping[Measure, Shown],
    state: SessionState,
    now: datetime,
    alarms: Mapping[Measure, str],
) -> Tile:
    value = newest.get(measure)
    typed = value is not None and value.origin is not Origin.DEVICE
    # Read off and typed in, as beside a dead monitor, a continuous value keeps as long as a cuff pressure.
    life = CUFF_VALUE if typed and measure in CONTINUOUS else SHELF_LIFE[measure]
    pressure = measure is Measure.SYSTOLIC
    fresh = freshness(value.at if value else None, now, measure, by_hand=typed)
    gone = fresh is Freshness.ABSENT or value is None
    alarm = alarms.get(measure) or (alarms.get(Measure.DIASTOLIC, "") if pressure else "")
    return Tile(
        measures="systolic diastolic" if pressure else measure.value,
        name="Blood pressure" if pressure else MEASURES[measure],
        value="--" if gone or value is None else _value_words(measure, value, newest),
        unit=unit(measure),
        state=fresh.value,
        source=value.source if value else "",
        age=ago(now - value.at) if value else "no value yet",
        age_short=spell(int((now - value.at).total_seconds())) if value else "",
        at=value.at if value else None,
        change="" if gone or value is None else _change(measure, value, newest, state),
        alarm=alarm,
        fresh_s=int(life.fresh.total_seconds()),
        gone_s=int(life.gone.total_seconds()),
    )


def _value_words(measure: Measure, value: Shown, newest: Mapping[Measure, Shown]) -> str:
    low = newest.get(Measure.DIASTOLIC)
    if measure is not Measure.SYSTOLIC:
        return number(value.value)
    return f"{number(value.value)}/{number(low.value) if low and low.at == value.at else '--'}"


def _change(measure: Measure, value: Shown, newest: Mapping[Measure, Shown], state: SessionState) -> str:
    """Against this patient's own value before the dose."""
    before = state.baseline.get(measure)
    if before is None or measure not in CUFF:
        return ""
    words = f"{value.value - before.value:+f}"
    low, low_before = newest.get(Measure.DIASTOLIC), state.baseline.get(Measure.DIASTOLIC)
    if measure is Measure.SYSTOLIC and low and low_before and low.at == value.at:
        words += f"/{low.value - low_before.value:+f}"
    return f"{words} since before the dose"


def _alarms(decision: Decision) -> dict[Measure, str]:
    """Which measures a rule speaks about now: a stop is high, everything else medium."""
    alarms = {r.value.measure: "medium" for r in (*_speaking(decision), *decision.escalate) if r.value}
    if isinstance(decision.stance, Stop):
        alarms |= {r.value.measure: "high" for r in decision.stance.reasons if r.value}
    return alarms


def _speaking(decision: Decision) -> tuple[Reason, ...]:
    stance = decision.stance
    return stance.reasons if isinstance(stance, Hold | Pause | Stop) else ()
