"""Events to state. The state is a function of which events there are, never of the order in which they came.

A reader refuses nothing: what does not fit is listed as irregular, and the rest stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ataraxy.core.record.envelope import Origin
from ataraxy.core.session.care import ArtefactMarked, CarePayload, RateChanged
from ataraxy.core.session.dose import DoseGiven, DoseStatus, DoseStep, DoseStepKind
from ataraxy.core.session.effect import in_effect, points
from ataraxy.core.session.events import (
    CheckRecorded,
    DoseDecided,
    DoseFinished,
    DosePaused,
    DoseResumed,
    DoseStarted,
    DoseStopped,
    EndReason,
    EscortNamed,
    EventRetracted,
    MonitorBound,
    MonitorUnbound,
    NoteWritten,
    OverrideSigned,
    PatientArrived,
    SessionEnded,
    SessionOpened,
    SideEffectReported,
    SideEffectResolved,
    SprayGiven,
    VitalRecorded,
)
from ataraxy.core.session.fold_care import POINTING, step_care
from ataraxy.core.session.reading import impossible, impossible_together
from ataraxy.core.session.state import (
    CheckAnswer,
    Decided,
    Ending,
    Escort,
    Event,
    Irregular,
    Note,
    SessionState,
    SideEffect,
    Signature,
    Value,
    moment,
)

HUMAN = (Origin.STAFF, Origin.PATIENT)
CLOCKS_AGREE_WITHIN = timedelta(seconds=60)  # further ahead than this, a device's clock is reported as wrong


def fold_session(events: Iterable[Event]) -> SessionState:
    """The session that these events tell of, whatever their order; an event given twice counts once."""
    once: dict[UUID, Event] = {}
    for event in events:
        once.setdefault(event.envelope.id, event)
    return _project(tuple(sorted(once.values(), key=_order)))


def apply(state: SessionState, event: Event) -> SessionState:
    """The state after one more event: the same as folding all of them again."""
    if any(e.envelope.id == event.envelope.id for e in reversed(state.log)):
        return state
    newest = not state.log or _order(state.log[-1]) < _order(event)
    if isinstance(event.payload, DoseStarted) and any(isinstance(e.payload, SprayGiven) for e in state.log):
        newest = False
    if not newest or _looks_back(event) or event.envelope.id in state.unresolved:
        return fold_session((*state.log, event))
    return _step(_logged(state, event), event, {})


def _order(event: Event) -> tuple[datetime, int, int]:
    return moment(event.envelope), event.envelope.seq, event.envelope.id.int


def _looks_back(event: Event) -> bool:
    """True when the event's meaning depends on corrections among the events before it."""
    return points(event) or isinstance(event.payload, (SideEffectResolved, *POINTING))


def _project(log: tuple[Event, ...]) -> SessionState:
    effect = in_effect(log)
    state = SessionState(out_of_effect=effect.out, irregular=effect.irregular, unresolved=effect.unresolved)
    for event in _start_first(effect.events):
        state = _step(state, event, effect.stands_in)
    return replace(
        state,
        log=log,
        last_seq=max((e.envelope.seq for e in log), default=0),
        last_human_seq=max((e.envelope.seq for e in log if e.envelope.origin in HUMAN), default=0),
    )


def _start_first(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The same, but no spray before the start of its dose.

    Hazard: a clock set back, or a time put right wrongly, would take a spray that is in out of the count.
    """
    start = next((n for n, e in enumerate(events) if isinstance(e.payload, DoseStarted)), 0)
    early = tuple(e for e in events[:start] if isinstance(e.payload, SprayGiven))
    if not early:
        return events
    before = tuple(e for e in events[:start] if not isinstance(e.payload, SprayGiven))
    return (*before, events[start], *early, *events[start + 1 :])


def _logged(state: SessionState, event: Event) -> SessionState:
    seq = event.envelope.seq
    human = seq if event.envelope.origin in HUMAN else 0
    return replace(
        state,
        log=(*state.log, event),
        last_seq=max(state.last_seq, seq),
        last_human_seq=max(state.last_human_seq, human),
    )


def _irregular(state: SessionState, event: Event, reason: str) -> SessionState:
    listed = Irregular(event.envelope.id, event.envelope.seq, reason)
    return replace(state, irregular=(*state.irregular, listed))


def _step(  # noqa: C901 (one case for each payload)
    state: SessionState, event: Event, stands_in: Mapping[UUID, UUID]
) -> SessionState:
    """One event in effect, in the order in which things were true."""
    envelope, payload = event.envelope, event.payload
    at, by, own = moment(envelope), envelope.actor, envelope.id
    recorded_at = envelope.recorded_at.astimezone(UTC)
    if envelope.at - envelope.recorded_at > CLOCKS_AGREE_WITHIN:
        state = _irregular(state, event, "it claims to be later than the moment it was written down")
    match payload:
        case SessionOpened():
            if state.opened is not None:
                return _irregular(state, event, "the session is opened a second time")
            return replace(state, opened=payload)
        case PatientArrived():
            return replace(state, arrived_at=state.arrived_at or at)
        case CheckRecorded(line, ok, note, identifiers, answers):
            answer = CheckAnswer(line, ok, note, identifiers, at, recorded_at, by, own, answers)
            return replace(state, checks={**state.checks, line: answer})
        case EscortNamed(name, phone, present):
            return replace(state, escort=Escort(name, phone, present, at, by, own))
        case MonitorBound(device):
            return replace(state, monitor=device)
        case MonitorUnbound(device):
            if state.monitor != device:
                return _irregular(state, event, f"monitor {device} was not bound to this patient")
            return replace(state, monitor=None)
        case VitalRecorded():
            return _vital(state, event, payload)
        case OverrideSigned(line, reason):
            if envelope.origin is not Origin.STAFF or by is None:
                return _irregular(state, event, "a signature needs a person on the staff")
            return replace(state, signatures=(*state.signatures, Signature(line, reason, at, by, own)))
        case DoseDecided(mg_per_kg, reason, after):
            if envelope.origin is not Origin.STAFF or by is None:
                return _irregular(state, event, "a decision needs a person on the staff")
            return replace(state, decided=Decided(mg_per_kg, reason, after, at, by, own))
        case DoseStarted():
            return _start(state, event, payload)
        case SprayGiven():
            return _spray(state, event, payload)
        case DosePaused() | DoseResumed() | DoseStopped() | DoseFinished():
            return _dose_act(state, event, payload)
        case SideEffectReported(effect, grade, note, action, serious):
            reported = SideEffect(effect, grade, note, at, by, own, action=action, serious=serious)
            return replace(state, side_effects=(*state.side_effects, reported))
        case SideEffectResolved(report, outcome):
            return _resolve(state, event, stands_in.get(report, report), outcome)
        case NoteWritten(text):
            return replace(state, notes=(*state.notes, Note(text, at, by, own)))
        case EventRetracted():
            return state  # what it does is done in ``effect``
        case SessionEnded():
            return _end(state, event, payload)
        case _:
            return _care(state, event, payload, stands_in)


def _care(
    state: SessionState, event: Event, payload: CarePayload, stands_in: Mapping[UUID, UUID]
) -> SessionState:
    """The care around the dose; a change of rate is a step of the dose as well."""
    at = moment(event.envelope)
    care, trouble = step_care(state.care, event.envelope, payload, at, stands_in)
    state = replace(state, care=care)
    if trouble:
        return _irregular(state, event, trouble)
    if isinstance(payload, RateChanged):
        return _rate(state, event, payload)
    return _doubted(state, payload, stands_in) if isinstance(payload, ArtefactMarked) else state


def _doubted(state: SessionState, mark: ArtefactMarked, stands_in: Mapping[UUID, UUID]) -> SessionState:
    """The marked values stay where they are, with the reason. One that comes later is marked as it comes."""
    doubted = stands_in.get(mark.event, mark.event)
    series = {
        measure: tuple(replace(v, artefact=mark.reason) if v.event == doubted else v for v in values)
        if measure in mark.measures
        else values
        for measure, values in state.series.items()
    }
    return replace(state, series=series)


def _rate(state: SessionState, event: Event, payload: RateChanged) -> SessionState:
    dose = state.dose
    if dose is None or not dose.is_open:
        return _irregular(state, event, "no dose was open when its rate was changed")
    if dose.planned.duration_min is None:
        return _irregular(state, event, "an injection has no rate")
    envelope = event.envelope
    step = DoseStep(
        DoseStepKind.RATE,
        moment(envelope),
        envelope.actor,
        envelope.id,
        payload.reason,
        payload.rate_mg_per_min,
    )
    return replace(state, dose=dose.with_step(step, dose.status))


def _vital(state: SessionState, event: Event, payload: VitalRecorded) -> SessionState:
    """Readings join their series. One that cannot be true is listed and leaves the measure unknown."""
    if (swapped := impossible_together(payload.readings)) is not None:
        return _irregular(state, event, swapped)
    ending = state.ending
    if ending is not None and not any(one.at >= ending.at for one in state.care.emergencies):
        state = _irregular(state, event, "it was measured after the session had ended")
    envelope = event.envelope
    series = dict(state.series)
    for reading in payload.readings:
        if (why := impossible(reading)) is not None:
            state = _irregular(state, event, why)
            continue
        value = Value(
            measure=reading.measure,
            value=reading.value,
            unit=reading.unit,
            at=moment(envelope),
            recorded_at=envelope.recorded_at.astimezone(UTC),
            origin=envelope.origin,
            by=envelope.actor,
            device=payload.device,
            event=envelope.id,
            artefact=state.care.artefacts.get(envelope.id, ""),
        )
        series[reading.measure] = (*series.get(reading.measure, ()), value)
    return replace(state, series=series)


def _start(state: SessionState, event: Event, payload: DoseStarted) -> SessionState:
    if state.dose is not None:
        return _irregular(state, event, "a dose was already started")
    if state.ending is not None:
        state = _irregular(state, event, "the session had ended before this dose")
        if not payload.already_in:
            return state
    envelope = event.envelope
    step = DoseStep(DoseStepKind.START, moment(envelope), envelope.actor, envelope.id)
    whole = payload.duration_min is None and (payload.sprays is None or payload.sprays <= 1)
    status = DoseStatus.FINISHED if whole else DoseStatus.RUNNING
    if payload.past:
        # Hazard: what held the first spray holds no further one once the dose has begun. So it ends there.
        status = status if whole else DoseStatus.STOPPED
        state = _irregular(state, event, f"it went in past what is allowed: {payload.past}")
    newest = {measure: state.latest(measure) for measure in state.series}
    baseline = {measure: value for measure, value in newest.items() if value is not None}
    return replace(state, dose=DoseGiven(payload, status, (step,)), baseline=baseline)


def _spray(state: SessionState, event: Event, payload: SprayGiven) -> SessionState:
    """A further spray. The last of them ends the dose; one that went in after a stop is counted and listed.

    Hazard: counted by the number it was given as it was told, a later spray would be lost when an earlier one is taken
    back or moved, and it would be given again. Every one in effect went in; which it is follows from the times.
    """
    dose = state.dose
    if dose is None or not dose.is_sprayed:
        return _irregular(state, event, "no dose by nose had been started")
    envelope, nth = event.envelope, len(dose.sprayed_at) + 1
    at = max(moment(envelope), dose.started_at)
    if at > moment(envelope):
        state = _irregular(state, event, "it is dated before the dose began; it counts from there")
    if payload.number < nth:
        words = f"it was told as spray {payload.number}, and is number {nth} by the times"
        state = _irregular(state, event, words)
    if payload.past or not dose.is_open:
        past = payload.past or f"the dose was {dose.status.value}"
        state = _irregular(state, event, f"it went in past what is allowed: {past}")
    step = DoseStep(DoseStepKind.SPRAY, at, envelope.actor, envelope.id)
    last = dose.is_open and nth == dose.planned.sprays
    return replace(state, dose=dose.with_step(step, DoseStatus.FINISHED if last else dose.status))


def _dose_act(
    state: SessionState, event: Event, payload: DosePaused | DoseResumed | DoseStopped | DoseFinished
) -> SessionState:
    """Pause, resume, stop or finish. A repeated tap changes nothing; a contradiction is listed."""
    kind, status, after = _ACTS[type(payload)]
    dose = state.dose
    if dose is None:
        return _irregular(state, event, "no dose had been started")
    late_tap = not dose.is_open and isinstance(payload, DosePaused | DoseStopped)
    if dose.status is status or late_tap:
        return state
    if dose.status not in after:
        return _irregular(state, event, f"the dose was {dose.status.value}")
    reason = payload.reason if isinstance(payload, DosePaused | DoseStopped) else ""
    envelope = event.envelope
    step = DoseStep(kind, moment(envelope), envelope.actor, envelope.id, reason)
    return replace(state, dose=dose.with_step(step, status))


_OPEN = (DoseStatus.RUNNING, DoseStatus.PAUSED)
_ACTS: Mapping[type, tuple[DoseStepKind, DoseStatus, tuple[DoseStatus, ...]]] = {
    DosePaused: (DoseStepKind.PAUSE, DoseStatus.PAUSED, (DoseStatus.RUNNING,)),
    DoseResumed: (DoseStepKind.RESUME, DoseStatus.RUNNING, (DoseStatus.PAUSED,)),
    DoseStopped: (DoseStepKind.STOP, DoseStatus.STOPPED, _OPEN),
    DoseFinished: (DoseStepKind.FINISH, DoseStatus.FINISHED, _OPEN),
}


def _resolve(state: SessionState, event: Event, report: UUID, outcome: str) -> SessionState:
    if not any(s.event == report for s in state.side_effects):
        return _irregular(state, event, "it resolves a side effect that was not reported")
    at = moment(event.envelope)
    effects = tuple(
        replace(s, resolved_at=s.resolved_at or at, outcome=s.outcome or outcome) if s.event == report else s
        for s in state.side_effects
    )
    return replace(state, side_effects=effects)


def _end(state: SessionState, event: Event, payload: SessionEnded) -> SessionState:
    if state.ending is not None:
        return _irregular(state, event, "the session had already ended")
    if state.dose is not None and state.dose.is_open:
        state = _irregular(state, event, "the session was ended while the dose was still open")
    if state.drug_since is not None and payload.how is EndReason.CANCELLED:
        state = _irregular(
            state, event, "it was called off as a session without a dose, and ketamine went in"
        )
    envelope = event.envelope
    at, by = moment(envelope), envelope.actor
    ending = Ending(payload.how, payload.escort, payload.note, at, by, envelope.id, payload.why)
    return replace(state, ending=ending)
