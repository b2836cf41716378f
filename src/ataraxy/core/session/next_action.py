"""The one next thing for the nurse: the most urgent first, and only one at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import assert_never

from ataraxy.core.protocol.types import CheckKind, EmergencyKind, Measure, Phase, Protocol
from ataraxy.core.session.dose import MG_STEP, DoseGiven, DoseStatus
from ataraxy.core.session.permit_more import rested_at
from ataraxy.core.session.standing import unknown_now
from ataraxy.core.session.state import SessionState
from ataraxy.core.session.verdict import (
    ARRIVAL_LINE,
    Due,
    Missing,
    NextAction,
    NextKind,
    Pause,
    Reason,
    Stance,
    Stop,
)

# For these a pause may be enough, and the cards say so; for every other the drug goes off for good.
PAUSED_FOR = (EmergencyKind.AGITATION, EmergencyKind.VOMITING)
# The mg given are an estimate in whole hundredths, of whole milliseconds: so much, and so long, they may be off.
ROUNDED, MARGIN = 2 * MG_STEP, timedelta(seconds=1)
LONGEST = timedelta(days=7)
QUESTIONNAIRES = frozenset({Measure.DISSOCIATION, Measure.ANXIETY_NOW, Measure.NAUSEA, Measure.ORIENTATION})


def next_action(
    protocol: Protocol,
    state: SessionState,
    stance: Stance,
    escalate: tuple[Reason, ...],
    cautions: tuple[Reason, ...],
    due: tuple[Due, ...],
    starting: tuple[Missing, ...],
    leaving: tuple[Missing, ...],
    now: datetime,
) -> NextAction:
    """Danger first, then what is late, then the step the session is at."""
    running = _emergency(state, stance)
    if running is not None:
        return running
    match state.phase:
        case Phase.ENDED:
            return NextAction(NextKind.DONE, "The session has ended.")
        case Phase.ARRIVAL:
            return _called(escalate) or _seated(protocol, due) or _before(starting)
        case Phase.DOSING:
            # Hazard: a questionnaire read out while the pressure climbs. Ratings of many questions wait.
            measured = tuple(d for d in due if not set(d.measures) <= QUESTIONNAIRES)
            return (
                _dose_danger(state, stance)
                or _pump(protocol, state)
                or _again(protocol, due)
                or _over(state, now)
                or _measure(measured, urgent=True)
                or _called(escalate)
                or _look(cautions, state)
                or _dosing(protocol, state, stance, measured, now)
            )
        case Phase.OBSERVATION:
            return (
                _pump(protocol, state)
                or _again(protocol, due)
                or _measure(due, urgent=True)
                or _called(escalate)
                or _look(cautions, state)
                or _after(due, leaving)
            )
        case _:
            assert_never(state.phase)


def _emergency(state: SessionState, stance: Stance) -> NextAction | None:
    """An emergency that runs is the one thing; the drug off comes before its card."""
    emergency = state.care.emergency
    if emergency is None:
        return None
    if state.dose is not None and state.dose.status is DoseStatus.RUNNING:
        if emergency.kind in PAUSED_FOR and not isinstance(stance, Stop):
            return NextAction(NextKind.PAUSE_DOSE, "Emergency: pause the dose, then follow the card.")
        return NextAction(NextKind.STOP_DOSE, "Emergency: stop the dose, then follow the card.")
    words = f"Emergency ({emergency.kind.value.replace('-', ' ')}): follow the card."
    return NextAction(NextKind.EMERGENCY, words, str(emergency.event))


def _pump(protocol: Protocol, state: SessionState) -> NextAction | None:
    """Hazard: the record says stopped, and the pump runs on. It is looked at, and its count read."""
    dose = state.dose
    if dose is None or not dose.pump_at or not any(c.kind is CheckKind.SYRINGE for c in protocol.arrival):
        return None
    if any(read.at >= dose.pump_at for read in state.care.pump):
        return None
    halted = dose.status is not DoseStatus.RUNNING
    words = (
        "Stop the pump, then confirm: read the volume it has infused."
        if halted
        else ("Read the volume the pump has infused, and confirm the new rate.")
    )
    return NextAction(NextKind.CONFIRM_PUMP, words)


def _again(protocol: Protocol, due: tuple[Due, ...]) -> NextAction | None:
    """The second reading after one past a limit: asked for at once, late after its minutes."""
    rules = {rule.id for rule in protocol.rules if rule.repeat_within_min is not None}
    first = next((d for d in due if d.line in rules and d.prompt), None)
    if first is None:
        return None
    what = " and ".join(m.value for m in first.measures)
    return NextAction(NextKind.MEASURE, f"Measure {what} again.", first.line, first.measures, first.due_at)


def _look(cautions: tuple[Reason, ...], state: SessionState) -> NextAction | None:
    """The band before a rule acts: look at the patient and measure again. Once: then it stays a notice.

    Hazard: a pressure that stays in the band hides every other step for an hour.
    """
    first = next((c for c in cautions if c.value is not None and c.since == c.value.at), None)
    if first is None or first.value is None or state.latest(first.value.measure) is not first.value:
        return None
    return NextAction(
        NextKind.MEASURE,
        f"Look at the patient and measure {first.value.measure.value} again: {first.what}.",
        first.line,
        (first.value.measure,),
    )


def _called(escalate: tuple[Reason, ...]) -> NextAction | None:
    if not escalate:
        return None
    first = escalate[0]
    return NextAction(NextKind.CALL_PRESCRIBER, f"Call the prescriber: {first.what}.", first.line)


def _seated(protocol: Protocol, due: tuple[Due, ...]) -> NextAction | None:
    """After a high first pressure: the next of the seated readings, once its time has come."""
    asked = {check.id for check in protocol.arrival if check.readings}
    first = next((d for d in due if d.line in asked and d.prompt), None)
    if first is None:
        return None
    what = " and ".join(m.value for m in first.measures)
    words = f"A reading was high: measure {what} again, seated and at rest."
    return NextAction(NextKind.MEASURE, words, first.line, first.measures, first.due_at)


def _before(starting: tuple[Missing, ...]) -> NextAction:
    gap = next((g for g in starting if not g.overridden), None)
    if gap is None:
        return NextAction(NextKind.START_DOSE, "Everything is checked: start the dose.")
    if gap.line == ARRIVAL_LINE:
        return NextAction(NextKind.CHECK, "Record the arrival once the patient is here.", gap.line)
    return NextAction(NextKind.CHECK, _told(gap), gap.line)


def _told(gap: Missing) -> str:
    return f"{gap.text.removesuffix('.')}: {gap.what}."


def _over(state: SessionState, now: datetime) -> NextAction | None:
    """Hazard: the pump has long stopped by itself, and what is late to measure hides that nobody said so."""
    dose = state.dose
    if dose is None or not dose.is_infusion or not _is_in(dose, now):
        return None
    return NextAction(
        NextKind.FINISH_DOSE, "The planned dose should be in: look at the pump, and record the end."
    )


def _dose_danger(state: SessionState, stance: Stance) -> NextAction | None:
    """A stop is asked for while the dose is open, a pause only while it runs."""
    running = state.dose is not None and state.dose.status is DoseStatus.RUNNING
    if isinstance(stance, Stop):
        return NextAction(
            NextKind.STOP_DOSE, f"Stop the dose: {stance.reasons[0].what}.", stance.reasons[0].line
        )
    if isinstance(stance, Pause) and running:
        return NextAction(
            NextKind.PAUSE_DOSE, f"Pause the dose: {stance.reasons[0].what}.", stance.reasons[0].line
        )
    return None


def _measure(due: tuple[Due, ...], *, urgent: bool) -> NextAction | None:
    """The first measurement that is due; with ``urgent`` False also the one to come."""
    first = next((d for d in due if d.urgent or not urgent), None)
    if first is None:
        return None
    what = " and ".join(m.value for m in first.measures)
    verb = "No value from the monitor: check" if first.by_monitor and first.urgent else "Measure"
    return NextAction(NextKind.MEASURE, f"{verb} {what}.", first.line, first.measures, first.due_at)


def _dosing(
    protocol: Protocol, state: SessionState, stance: Stance, due: tuple[Due, ...], now: datetime
) -> NextAction:
    dose = state.dose
    if (spray := _spray(protocol, state, due, now)) is not None:
        return spray
    if dose is not None and _is_in(dose, now):
        return NextAction(NextKind.FINISH_DOSE, "The planned dose is in: record the end.")
    if dose is not None and dose.status is DoseStatus.PAUSED:
        if isinstance(stance, Pause):
            first = stance.reasons[0]
            measures = (first.value.measure,) if first.value else ()
            return NextAction(NextKind.MEASURE, f"Paused: measure again, {first.what}.", first.line, measures)
        return NextAction(NextKind.RESUME_OR_STOP, "Paused: resume or stop the dose.")
    return _measure(due, urgent=False) or NextAction(NextKind.WAIT, "The dose is running.")


def _is_in(dose: DoseGiven, now: datetime) -> bool:
    """Whether the planned mg are in. Far from the moment at which they will be, nothing is counted."""
    if dose.is_infusion and dose.status is DoseStatus.RUNNING and dose.rate_mg_per_min > 0:
        begin = dose.steps[-1].at
        if (left := dose.planned.mg - dose.mg_at(begin)) > 0:
            if now < _shortly_before(dose, begin, left - ROUNDED):
                return False
            if now > begin + _lasts(dose, left + ROUNDED) + MARGIN:
                return True
    return dose.mg_at(now) >= dose.planned.mg


def _shortly_before(dose: DoseGiven, begin: datetime, mg: Decimal) -> datetime:
    return max(begin, begin + _lasts(dose, mg) - MARGIN)


def _lasts(dose: DoseGiven, mg: Decimal) -> timedelta:
    """How long so much takes at the rate of now; of a pump that hardly moves at least ``LONGEST``."""
    rate, longest = dose.rate_mg_per_min, LONGEST / timedelta(minutes=1)
    if mg <= 0:
        return timedelta(0)
    return LONGEST if rate < mg / Decimal(longest) else timedelta(minutes=float(mg / rate))


def _spray(protocol: Protocol, state: SessionState, due: tuple[Due, ...], now: datetime) -> NextAction | None:
    """The next spray once the patient has rested; what is due before it comes first."""
    dose = state.dose
    if dose is None or dose.next_spray is None or dose.status is not DoseStatus.RUNNING:
        return None
    ready_at = rested_at(protocol, state)
    which = f"spray {dose.next_spray} of {dose.planned.sprays}, {dose.planned.spray_mg} mg"
    if ready_at is None or now >= ready_at:
        if (unknown := unknown_now(protocol, state, now)) is not None:
            words = f"Measure {unknown.value}, then {which}."
            return NextAction(NextKind.MEASURE, words, measures=(unknown,), due_at=ready_at)
        return NextAction(NextKind.GIVE_SPRAY, f"Give {which}.", due_at=ready_at)
    first = _measure(due, urgent=False)
    if first is not None and first.due_at is not None and first.due_at < ready_at:
        return first
    return NextAction(NextKind.WAIT, f"The patient rests; then {which}.", due_at=ready_at)


def _after(due: tuple[Due, ...], leaving: tuple[Missing, ...]) -> NextAction:
    open_gaps = [g for g in leaving if not g.overridden]
    if not open_gaps:
        return NextAction(NextKind.DISCHARGE, "Every criterion holds: the patient may go home.")
    prompted = tuple(d for d in due if d.prompt)
    if (measure := _measure(prompted, urgent=False)) is not None:
        return measure
    waiting = next((g for g in open_gaps if g.ready_at is not None), None)
    if waiting is not None:
        upcoming = _measure(due, urgent=False)
        if (
            upcoming is not None
            and upcoming.due_at
            and waiting.ready_at
            and upcoming.due_at < waiting.ready_at
        ):
            return upcoming
        return NextAction(NextKind.WAIT, _told(waiting), waiting.line, due_at=waiting.ready_at)
    gap = open_gaps[0]
    return NextAction(NextKind.CHECK, _told(gap), gap.line)
