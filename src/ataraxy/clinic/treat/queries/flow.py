"""The flow sheet's values, taken from the session's state; the drawing itself is ``clinic/figures``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from ataraxy.clinic.figures.types import (
    Baseline,
    DoseMark,
    FlowSheet,
    Infusion,
    Injection,
    Keep,
    Level,
    Limit,
    Note,
    Origin,
    Pause,
    Predicted,
    Pressure,
    Sample,
    Trace,
    ValueRow,
)
from ataraxy.clinic.treat.words import MEASURES, ROUTES, UNIT_SHOWN, effect_label, event_words, number
from ataraxy.core.protocol.types import Caution, Comparison, Measure, Phase, Protocol, Rule, RuleAction
from ataraxy.core.protocol.types import Limit as Bound
from ataraxy.core.record.envelope import Origin as Told
from ataraxy.core.session.care import BolusGiven
from ataraxy.core.session.dose import DoseGiven, DoseStatus, DoseStepKind
from ataraxy.core.session.events import (
    CheckRecorded,
    EscortNamed,
    EventRetracted,
    SessionOpened,
    SideEffectReported,
    VitalRecorded,
)
from ataraxy.core.session.state import Event, SessionState, Value

LATE = timedelta(minutes=2)
GAP_MIN = 15  # a stretch without a pressure longer than this is marked
TRACES = {
    Measure.SYSTOLIC: Trace.SYSTOLIC,
    Measure.DIASTOLIC: Trace.DIASTOLIC,
    Measure.PULSE_CUFF: Trace.PULSE,
}
PULSES = (Measure.PULSE_CUFF, Measure.HEART_RATE_ECG, Measure.PULSE_OXIMETER)
ROWS = (
    (Measure.SPO2, Keep.LOWEST),
    (Measure.RESPIRATORY_RATE, Keep.LOWEST),
    (Measure.SEDATION, Keep.LOWEST),
    (Measure.DISSOCIATION, Keep.HIGHEST),
    (Measure.NAUSEA, Keep.HIGHEST),
    (Measure.ANXIETY_NOW, Keep.LATEST),
)
# Drawn as marks, rows or limits, or asked line by line: everything else that happened is a numbered note.
NOT_NOTED = (SessionOpened, CheckRecorded, EscortNamed, VitalRecorded, EventRetracted)


def flow_sheet(
    protocol: Protocol,
    state: SessionState,
    now: datetime,
    zone: tzinfo,
    names: Mapping[UUID, str],
    *,
    labels: Mapping[str, str] | None = None,
    predicted: Predicted | None = None,
) -> FlowSheet:
    """A session as an anaesthesia record. ``labels``: what monitors are called; ``predicted``: only when asked for."""
    first, last = _span(state, now)
    return FlowSheet(
        starts=first,
        ends=last,
        tz=zone,
        now=None if state.ending else now,
        pressures=tuple(_pressures(state)),
        pulses=_pulses(state),
        rows=tuple(_row(protocol, state, m, keep) for m, keep in ROWS if state.series.get(m)),
        infusions=(_infusion(protocol, state.dose),) if state.dose and state.dose.is_infusion else (),
        injections=tuple(_injections(protocol, state.dose)) if state.dose else (),
        given=tuple(_given(state)),
        limits=tuple(_limits(protocol, state)),
        baseline=_baseline(state),
        predicted=predicted,
        notes=tuple(_notes(state, protocol, names, labels or {})),
        gap_after_min=GAP_MIN if state.dose else None,
    )


def _span(state: SessionState, now: datetime) -> tuple[datetime, datetime]:
    """From the arrival or the first value to now or the end; an hour at least. Booking days ago is outside."""
    seen = [values[0].at for values in state.series.values() if values]
    starts = [t for t in (state.arrived_at, state.dose and state.dose.started_at) if t] + seen
    first = min(starts) if starts else now
    last = max([state.ending.at if state.ending else now, *(v[-1].at for v in state.series.values() if v)])
    return first, max(last, first + timedelta(hours=1))


def _origin(value: Value) -> Origin:
    if value.origin is Told.DEVICE:
        return Origin.MONITOR
    return Origin.LATE if value.recorded_at - value.at > LATE else Origin.HAND


def _pressures(state: SessionState) -> Iterator[Pressure]:
    low = {v.event: v for v in state.series.get(Measure.DIASTOLIC, ())}
    for high in state.series.get(Measure.SYSTOLIC, ()):
        if high.event in low:
            doubted = high.event in state.care.artefacts
            origin = Origin.ARTEFACT if doubted else _origin(high)
            yield Pressure(high.at, high.value, low[high.event].value, origin)


def _pulses(state: SessionState) -> tuple[Sample, ...]:
    """One source for the whole sheet, so that a dot never changes its meaning midway."""
    source = next((m for m in PULSES if state.series.get(m)), None)
    values = state.series.get(source, ()) if source else ()
    return tuple(Sample(v.at, v.value, _origin(v)) for v in values)


def _row(protocol: Protocol, state: SessionState, measure: Measure, keep: Keep) -> ValueRow:
    limits = [x for r in protocol.rules for x in r.limits if x.measure is measure]
    below = [x.value for x in limits if x.comparison in (Comparison.BELOW, Comparison.AT_MOST)]
    above = [x.value for x in limits if x.comparison in (Comparison.ABOVE, Comparison.AT_LEAST)]
    samples = tuple(Sample(v.at, v.value, _origin(v)) for v in state.series[measure])
    unit = UNIT_SHOWN.get(measure.unit, measure.unit)
    label = MEASURES[measure].split(" (")[0]
    return ValueRow(
        label,
        unit,
        samples,
        keep,
        flag_below=max(below, default=None),
        flag_above=min(above, default=None),
    )


def _infusion(protocol: Protocol, dose: DoseGiven) -> Infusion:
    pauses: list[Pause] = []
    for step in dose.steps:
        if step.kind is DoseStepKind.PAUSE:
            pauses.append(Pause(step.at))
        elif pauses and pauses[-1].ends is None:
            pauses[-1] = Pause(pauses[-1].starts, step.at)
    return Infusion(
        words=f"{protocol.drug.name} {dose.planned.mg} mg over {dose.planned.duration_min} min",
        starts=dose.started_at,
        ends=dose.ended_at,
        pauses=tuple(pauses),
        stopped_early=dose.status is DoseStatus.STOPPED,
    )


def _given(state: SessionState) -> Iterator[DoseMark]:
    """Supplements, rescue medicines and oxygen: each kind in a row of its own."""
    dose = state.dose
    for nth, at in enumerate(dose.sprayed_at[1:] if dose else (), 2):
        yield DoseMark("Spray", f"{nth}: {dose.planned.spray_mg} mg" if dose else "", at)
    for one in state.care.given:
        if isinstance(one.what, BolusGiven):
            yield DoseMark("Supplement", f"{number(one.what.mg)} mg {one.what.way.value}", one.at)
        else:
            words = f"{number(one.what.amount)} {one.what.unit}"
            yield DoseMark(one.what.medicine.capitalize(), words, one.at)


def _injections(protocol: Protocol, dose: DoseGiven) -> Iterator[Injection]:
    """An injection, or the first spray; the further ones have a row of their own."""
    if not dose.is_infusion:
        amount = dose.planned.spray_mg if dose.is_sprayed else dose.planned.mg
        planned = f", 1 of {dose.planned.sprays}" if dose.is_sprayed else ""
        words = f"{protocol.drug.name} {amount} mg {ROUTES[dose.planned.route]}{planned}"
        yield Injection(words, dose.started_at)


def _limits(protocol: Protocol, state: SessionState) -> Iterator[Limit]:
    """The limits on what is drawn as a line; before the dose those that hold it, then those that act or ask to look.

    A limit on the change from before the dose stands where it lies for this patient.
    """
    if state.phase is Phase.ARRIVAL:
        held = [x for c in protocol.arrival for x in c.limits]
        yield from (_limit(x, Level.MEDIUM, "hold") for x in held if x.measure in TRACES)
        return
    seen: set[tuple[Measure, object]] = set()
    for rule in sorted(protocol.rules, key=lambda r: r.action is not RuleAction.STOP):
        for x in rule.limits:
            if x.measure in TRACES and (x.measure, x.value) not in seen:
                seen.add((x.measure, x.value))
                level = Level.HIGH if rule.action is RuleAction.STOP else Level.MEDIUM
                yield _limit(x, level, _word(rule))
    for rule in protocol.rules:
        yield from _changes(rule, state, Level.MEDIUM, _word(rule), seen)
    for caution in protocol.cautions:
        for x in caution.limits:
            if x.measure in TRACES and (x.measure, x.value) not in seen:
                seen.add((x.measure, x.value))
                yield _limit(x, Level.LOW, "look")
        yield from _changes(caution, state, Level.LOW, "look", seen)


def _word(rule: Rule) -> str:
    return "call" if rule.action is RuleAction.ESCALATE else rule.action.value


def _changes(
    line: Rule | Caution,
    state: SessionState,
    level: Level,
    word: str,
    seen: set[tuple[Measure, object]],
) -> Iterator[Limit]:
    """Its limits on a change, each where it lies above or below this patient's own value before the dose."""
    for x in line.changes:
        before = state.baseline.get(x.measure)
        if before is None or x.measure not in TRACES or (x.measure, before.value + x.value) in seen:
            continue
        seen.add((x.measure, before.value + x.value))
        stop = isinstance(line, Rule) and line.action is RuleAction.STOP
        drawn = _limit(replace(x, value=before.value + x.value), Level.HIGH if stop else level, word)
        yield replace(drawn, change=x.value)


def _limit(limit: Bound, level: Level, word: str) -> Limit:
    above = limit.comparison in (Comparison.ABOVE, Comparison.AT_LEAST)
    inclusive = limit.comparison in (Comparison.AT_LEAST, Comparison.AT_MOST)
    return Limit(TRACES[limit.measure], limit.value, level, word, above, inclusive)


def _baseline(state: SessionState) -> Baseline | None:
    high, low = state.baseline.get(Measure.SYSTOLIC), state.baseline.get(Measure.DIASTOLIC)
    return Baseline(high.value, low.value) if high and low else None


def _notes(
    state: SessionState, protocol: Protocol, names: Mapping[UUID, str], labels: Mapping[str, str]
) -> Iterator[Note]:
    out = {o.event.envelope.id for o in state.out_of_effect}
    for event in state.log:
        if not isinstance(event.payload, NOT_NOTED) and event.envelope.id not in out:
            yield _note(event, protocol, names, labels)


def _note(event: Event, protocol: Protocol, names: Mapping[UUID, str], labels: Mapping[str, str]) -> Note:
    frame, payload = event.envelope, event.payload
    words = event_words(payload, protocol, labels)
    if isinstance(payload, SideEffectReported):
        words = f"{effect_label(payload.effect)}, {payload.grade.value}"
    by = names.get(frame.actor, "") if frame.actor else ""
    return Note(frame.at, words, by, frame.recorded_at - frame.at > LATE)
