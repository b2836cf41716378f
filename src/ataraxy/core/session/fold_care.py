"""The care around the dose, event by event. What does not fit is told in words, never refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from ataraxy.core.record.envelope import Envelope
from ataraxy.core.session.attended import (
    Care,
    Cover,
    Emergency,
    EmergencyLine,
    Given,
    Handover,
    Moved,
    Order,
    Paper,
    PumpReading,
    Syringe,
)
from ataraxy.core.session.care import (
    ArtefactMarked,
    BolusGiven,
    CarePayload,
    CoverNamed,
    EmergencyEnded,
    EmergencyLogged,
    EmergencyReviewed,
    EmergencyRoleTaken,
    EmergencyStarted,
    EntryMovedIn,
    FromPaper,
    HandoverAccepted,
    HandoverOffered,
    MedicineGiven,
    OrderCountersigned,
    OrderGiven,
    PumpRead,
    RateChanged,
    SyringeChecked,
    SyringePrepared,
)

# These name another entry: their meaning may change when that one is corrected.
POINTING = (
    SyringeChecked,
    OrderCountersigned,
    EmergencyRoleTaken,
    EmergencyLogged,
    EmergencyEnded,
    EmergencyReviewed,
    HandoverAccepted,
    ArtefactMarked,
)


def step_care(  # noqa: C901 (one case for each payload)
    care: Care, envelope: Envelope, payload: CarePayload, at: datetime, stands_in: Mapping[UUID, UUID]
) -> tuple[Care, str]:
    """The care after one more event, and what is irregular about it (empty: nothing)."""
    by, own = envelope.actor, envelope.id

    def real(event: UUID) -> UUID:
        return stands_in.get(event, event)

    match payload:
        case CoverNamed(prescriber, rescuer):
            return replace(care, cover=Cover(prescriber, rescuer, at, by, own)), ""
        case SyringePrepared():
            return replace(care, syringes=(*care.syringes, Syringe(payload, at, by, own))), ""
        case SyringeChecked(syringe):
            return _checked(care, real(syringe), by, at)
        case RateChanged():
            return care, ""  # a step of the dose: ``fold.py``
        case PumpRead(infused_ml, stopped, explanation, counts):
            read = PumpReading(infused_ml, stopped, explanation, at, by, own, counts)
            return replace(care, pump=(*care.pump, read)), ""
        case OrderGiven():
            return replace(care, orders=(*care.orders, Order(payload, at, by, own))), ""
        case OrderCountersigned(order):
            return _countersigned(care, real(order), by, at)
        case BolusGiven() | MedicineGiven():
            past = payload.past if isinstance(payload, BolusGiven) else ""
            trouble = f"it went in past what is allowed: {past}" if past else ""
            return replace(care, given=(*care.given, Given(payload, at, by, own))), trouble
        case ArtefactMarked(event, _, reason):
            return replace(care, artefacts={**care.artefacts, real(event): reason}), ""
        case EmergencyStarted(kind):
            return replace(care, emergencies=(*care.emergencies, Emergency(kind, at, by, own))), ""
        case EmergencyRoleTaken() | EmergencyLogged() | EmergencyEnded() | EmergencyReviewed():
            return _emergency(care, real(payload.emergency), payload, EmergencyLine(at, by, own, ""))
        case HandoverOffered(to, things, note):
            offered = Handover(to, things, note, at, by, own)
            return replace(care, handovers=(*care.handovers, offered)), ""
        case HandoverAccepted(offer):
            return _accepted(care, real(offer), payload, by, at)
        case EntryMovedIn(copied, session, original, reason):
            moved = Moved(copied, session, original, reason, at, by)
            return replace(care, moved=(*care.moved, moved)), ""
        case FromPaper(entries, sheet, written_by):
            told = dict.fromkeys(entries, Paper(sheet, written_by, own))
            return replace(care, paper={**care.paper, **told}), ""
    assert_never(payload)


def _checked(care: Care, syringe: UUID, by: UUID | None, at: datetime) -> tuple[Care, str]:
    """Hazard: who drew it up reads their own label, and reads what they meant to write."""
    found = next((s for s in care.syringes if s.event == syringe), None)
    if found is None:
        return care, "it checks a syringe that was not prepared"
    if by is None or by == found.by:
        return care, "a syringe is checked by a second person"
    checked = replace(found, checked_by=by, checked_at=found.checked_at or at)
    return replace(care, syringes=tuple(checked if s is found else s for s in care.syringes)), ""


def _countersigned(care: Care, order: UUID, by: UUID | None, at: datetime) -> tuple[Care, str]:
    found = next((o for o in care.orders if o.event == order), None)
    if found is None:
        return care, "it countersigns an order that was not given"
    if by != found.order.prescriber:
        return care, "an order is countersigned by who gave it"
    signed = replace(found, countersigned_at=found.countersigned_at or at)
    return replace(care, orders=tuple(signed if o is found else o for o in care.orders)), ""


def _emergency(
    care: Care,
    emergency: UUID,
    payload: EmergencyRoleTaken | EmergencyLogged | EmergencyEnded | EmergencyReviewed,
    line: EmergencyLine,
) -> tuple[Care, str]:
    found = next((e for e in care.emergencies if e.event == emergency), None)
    if found is None:
        return care, "it belongs to an emergency that was not started"
    changed = _in_emergency(found, payload, line)
    return replace(care, emergencies=tuple(changed if e is found else e for e in care.emergencies)), ""


def _in_emergency(
    one: Emergency,
    payload: EmergencyRoleTaken | EmergencyLogged | EmergencyEnded | EmergencyReviewed,
    line: EmergencyLine,
) -> Emergency:
    match payload:
        case EmergencyRoleTaken(role=role, who=who):
            others = tuple(pair for pair in one.roles if pair[0] != role)
            words = replace(line, words=f"{role}: {who}")
            return replace(one, roles=(*others, (role, who)), log=(*one.log, words))
        case EmergencyLogged(what=what, step=step):
            return replace(one, log=(*one.log, replace(line, words=what, step=step)))
        case EmergencyEnded(outcome=outcome):
            over = replace(line, words=f"Over: {outcome}")
            return replace(
                one, ended_at=one.ended_at or line.at, outcome=one.outcome or outcome, log=(*one.log, over)
            )
        case EmergencyReviewed(words=review):
            return replace(one, reviewed_at=line.at, review=review)
        case _:
            assert_never(payload)


def _accepted(
    care: Care, offer: UUID, payload: HandoverAccepted, by: UUID | None, at: datetime
) -> tuple[Care, str]:
    found = next((h for h in care.handovers if h.event == offer), None)
    if found is None:
        return care, "it accepts a hand-over that was not offered"
    if by != found.to:
        return care, "a hand-over is accepted by who it was offered to"
    taken = replace(found, accepted_at=found.accepted_at or at, infused_ml=payload.infused_ml)
    return replace(care, handovers=tuple(taken if h is found else h for h in care.handovers)), ""
