"""What the protocol says against an act that lets the drug flow, silences a warning, signs past a line, or sends home."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from ataraxy.core.protocol.types import (
    Limit,
    Override,
    Phase,
    Protocol,
    RuleAction,
)
from ataraxy.core.record.envelope import Envelope, Origin, Recorded
from ataraxy.core.session.arrival import to_start
from ataraxy.core.session.believed import believed
from ataraxy.core.session.care import (
    ArtefactMarked,
)
from ataraxy.core.session.decide import decide, rules_speaking
from ataraxy.core.session.discharge import to_discharge
from ataraxy.core.session.dose import DoseStatus
from ataraxy.core.session.events import (
    CheckRecorded,
    DoseDecided,
    EventRetracted,
    SessionPayload,
    VitalRecorded,
)
from ataraxy.core.session.fold import apply
from ataraxy.core.session.freshness import pre_dose_current
from ataraxy.core.session.screen import is_high, is_whole, screens
from ataraxy.core.session.sound import Refusal
from ataraxy.core.session.standing import doubted, unknown_now
from ataraxy.core.session.state import SessionState
from ataraxy.core.session.verdict import Hold, Pause, Stop


def gate_resume(protocol: Protocol, state: SessionState, now: datetime) -> Refusal | None:
    """The drug flows again only on current values of everything a rule would pause or stop it for."""
    if state.care.emergency is not None:
        return Refusal("An emergency runs.", "End it first, with its outcome.")
    state = believed(state, now)
    stance = decide(protocol, state, now).stance
    if isinstance(stance, Hold | Pause | Stop):
        first = stance.reasons[0]
        return Refusal(f"{first.text}: {first.what}.", "Measure again; resume when it is inside the limit.")
    measure = unknown_now(protocol, state, now)
    if measure is None:
        return None
    if doubted(state, measure) is not None:
        return Refusal(f"{measure.value} was held to be an artefact.", "Measure it again, then go on.")
    minutes = pre_dose_current(measure) // timedelta(minutes=1)
    return Refusal(f"No value of {measure.value} is newer than {minutes} min.", "Measure it, then go on.")


def gate_taken_back(
    protocol: Protocol,
    state: SessionState,
    payload: SessionPayload,
    now: datetime,
    at: datetime,
    corrects: UUID,
) -> Refusal | None:
    """Hazard: a warning is made to go away by putting right, or taking back, the value that gave it.

    What a monitor sent is never changed: it is marked as an artefact, and measured again. What was typed is corrected
    or taken back only where nothing falls silent by it; a fresh reading that is good makes it so, and nothing that was
    typed wrong is stuck. An entry of another patient is moved to them.
    """
    target = next((e for e in state.log if e.envelope.id == corrects), None)
    if target is None or not isinstance(target.payload, VitalRecorded | ArtefactMarked):
        return None
    if isinstance(payload, EventRetracted) and payload.moved_to is not None:
        return None
    marked = isinstance(target.payload, ArtefactMarked)
    if target.envelope.origin is Origin.DEVICE and not marked:
        return Refusal(
            "This is what the monitor sent.", "Mark it as an artefact with the reason; measure again."
        )
    if state.phase is Phase.ENDED and not isinstance(payload, EventRetracted):
        return None  # nobody is at the bedside to measure again
    after = _after(state, payload, now, at, corrects)
    if not _saying(protocol, state, now) - _saying(protocol, after, now):
        return None
    if marked:
        return Refusal("A warning would fall silent.", "Measure again; then it may be taken back.")
    return Refusal(
        "A warning would fall silent.",
        "Mark it as an artefact and measure again; then it may be corrected.",
    )


def _saying(protocol: Protocol, state: SessionState, now: datetime) -> set[tuple[str, Limit | None]]:
    """Everything that speaks or holds now, signed past or not, by its line and limit."""
    state = believed(state, now)
    gaps = (*to_start(protocol, state, now), *to_discharge(protocol, state, now))
    rules = {(reason.line, reason.limit) for reason in rules_speaking(protocol, state)}
    return rules | {(gap.line, gap.limit) for gap in gaps}


def _after(
    state: SessionState, payload: SessionPayload, now: datetime, at: datetime, corrects: UUID
) -> SessionState:
    """The session as it would stand with this correction."""
    frame = Envelope(UUID(int=0), state.last_seq + 1, at, now, None, Origin.STAFF, corrects)
    return apply(state, Recorded(frame, payload))


def gate_running_again(
    protocol: Protocol,
    state: SessionState,
    payload: SessionPayload,
    now: datetime,
    at: datetime,
    corrects: UUID,
) -> Refusal | None:
    """Hazard: to take back a pause or a stop lets the drug flow again; it asks what a resume asks."""
    if state.dose is None or state.dose.status is DoseStatus.RUNNING:
        return None
    after = _after(state, payload, now, at, corrects)
    if after.dose is None or not after.dose.is_open:
        return None
    if state.phase is Phase.ENDED:
        if state.dose.is_open:
            return None
        return Refusal("The session has ended; the dose was over.", "Correct its time, or write a note.")
    return gate_resume(protocol, after, now) if after.dose.status is DoseStatus.RUNNING else None


def gate_discharge(protocol: Protocol, state: SessionState, now: datetime) -> Refusal | None:
    gap = next((m for m in decide(protocol, state, now).to_discharge if not m.overridden), None)
    if gap is None:
        return None
    return Refusal(f"{gap.text}: {gap.what}.", "The patient stays until it holds, or leaves against advice.")


def gate_decision(protocol: Protocol, state: SessionState, decision: DoseDecided) -> Refusal | None:
    """One of the doses of the course, and never more than this session was planned with."""
    opened = state.opened
    indication = protocol.indication(opened.disorder) if opened else None
    if opened is None or indication is None:
        return Refusal("The protocol plans no dose here.", "Plan the course again.")
    allowed = [d for d in indication.course.doses_mg_per_kg if d <= opened.planned_mg_per_kg]
    if decision.mg_per_kg not in allowed:
        words = ", ".join(f"{d}" for d in sorted(set(allowed)))
        return Refusal(
            f"{decision.mg_per_kg} mg/kg is not a dose of this session.", f"Choose one of {words}."
        )
    return None


def gate_screen(protocol: Protocol, told: CheckRecorded) -> Refusal | None:
    """A screen is its items: all of them, and "ok" is what they say, not what somebody thinks of them."""
    check = screens(protocol).get(told.line)
    if check is None:
        return None
    if not is_whole(check, told.answers):
        words = f"It has {check.asked} items, each yes or no."
        return Refusal(
            words, "Ask every one; only what the protocol lets go unasked after a no is not asked."
        )
    if told.ok == is_high(check, told.answers):
        return Refusal("The answers say something else.", "Look at them again.")
    return None


def gate_signature(protocol: Protocol, line: str) -> Refusal | None:
    lines = {c.id: c.override for c in protocol.arrival}
    lines |= {c.id: c.override for c in protocol.discharge}
    lines |= {r.id: Override.PRESCRIBER for r in protocol.rules if r.action is RuleAction.ESCALATE}
    if lines.get(line) is Override.PRESCRIBER:
        return None
    return Refusal(f"The protocol lets nobody sign past {line!r}.", "Put right what holds, or cancel.")
