"""One whole session of the demo, charted minute by minute as a careful nurse would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from ataraxy.clinic.context import Context
from ataraxy.clinic.day.equipment import ITEMS, equipment_gap, sign_equipment
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.actions.arrival import arrive, check, escort, screen
from ataraxy.clinic.treat.actions.decide import decide_dose
from ataraxy.clinic.treat.actions.dose import finish, start
from ataraxy.clinic.treat.actions.leave import end
from ataraxy.clinic.treat.actions.observe import note, resolve, side_effect, vital
from ataraxy.clinic.treat.actions.prepare import as_planned, check_syringe, name_cover, prepare_syringe
from ataraxy.clinic.treat.actions.pump import read_pump
from ataraxy.clinic.treat.course import holds_today
from ataraxy.clinic.treat.cover import cover_gap
from ataraxy.clinic.treat.dosing import dose_of_today, shown
from ataraxy.clinic.treat.record import protocol_of, state_of
from ataraxy.core.protocol.types import CheckKind, CourseRuleKind, DischargeKind, Measure, Protocol
from ataraxy.core.session.events import EndReason, Grade
from ataraxy.core.session.screen import is_itemised
from ataraxy.demo.cast import Person
from ataraxy.demo.play import Play
from ataraxy.demo.stock import draw_up, waste_rest
from ataraxy.live.physiology import Baseline, vitals_at

# Minutes after the dose started. Invented, for the demo.
DISSOCIATES_MIN, NAUSEA_MIN, COMPANY_MIN, RESOLVED_MIN = 20, 40, 70, 115


@dataclass(frozen=True, slots=True)
class Script:
    """How this session goes: how strong it is felt, and what troubles."""

    strength: Decimal = Decimal("1")
    nausea: bool = False
    anxious: tuple[int, ...] = (7, 3)  # before and after the dose
    stop_at: int | None = None  # chart only up to this minute after the dose started


@dataclass(frozen=True, slots=True)
class Bedside:
    """One session being charted."""

    play: Play
    session: Session
    person: Person
    dose_at: datetime
    script: Script

    def minute(self, minute: float) -> datetime:
        return self.dose_at + timedelta(minutes=minute)


def run_session(play: Play, session: Session, person: Person, dose_at: datetime, script: Script) -> None:
    """Arrival, dose, observation, discharge; or up to ``script.stop_at`` for a session still going on."""
    here = Bedside(play, session, person, dose_at, script)
    protocol = protocol_of(Session.objects.select_related("course__protocol").get(id=session.id))
    admit(here, protocol)
    give(here)
    last = watch(here, protocol)
    if script.stop_at is None:
        leave(here, protocol, last)


def admit(here: Bedside, protocol: Protocol) -> None:
    """The arrival checks, the baseline, the escort."""
    nurse = here.play.as_(Role.NURSE, here.minute(-32))
    arrive(nurse, here.session.id)
    escort(nurse, here.session.id, here.person.escort[0], here.person.escort[1], False)
    vital(
        here.play.as_(Role.NURSE, here.minute(-28)), here.session.id, {Measure.WEIGHT: here.person.weight_kg}
    )
    for turn, line in enumerate(protocol.arrival):
        nurse = here.play.as_(Role.NURSE, here.minute(-26 + turn))
        if line.kind is CheckKind.IDENTIFIERS:
            check(nurse, here.session.id, line.id, True, identifiers=("full-name", "birth-date"))
        elif line.kind is CheckKind.EQUIPMENT:
            if equipment_gap(nurse):
                sign_equipment(nurse, ITEMS)
            check(nurse, here.session.id, line.id, True)
        elif line.kind is CheckKind.PEOPLE:
            prescriber = here.play.as_(Role.PRESCRIBER, here.minute(-26 + turn))
            name_cover(nurse, here.session.id, prescriber.signer().id, _free(here, nurse, prescriber))
        elif line.kind is CheckKind.SYRINGE:
            _draw(here, protocol, turn)
        elif line.kind is CheckKind.SUICIDE_SCREEN:
            screen(nurse, here.session.id, line.id, (0,) * (line.asked or 0))
        elif line.kind is CheckKind.CONFIRM:
            check(nurse, here.session.id, line.id, True)
    before = _values(here, -6) | {Measure.DISSOCIATION: Decimal(0), Measure.SEDATION: Decimal(5)}
    before[Measure.ANXIETY_NOW] = Decimal(here.script.anxious[0])
    vital(here.play.as_(Role.NURSE, here.minute(-5)), here.session.id, before)


def _free(here: Bedside, nurse: Context, prescriber: Context) -> UUID:
    """Whoever of the two is certified in rescue and stands by in no other room."""
    session = Session.objects.get(id=here.session.id)
    people = (nurse.signer().id, prescriber.signer().id)
    return next((p for p in people if not cover_gap(nurse, session, prescriber.signer().id, p)), people[0])


def _draw(here: Bedside, protocol: Protocol, turn: int) -> None:
    """Drawn up by the nurse as planned, checked by the prescriber."""
    plan = dose_of_today(protocol, state_of(here.session.id))
    nurse = here.play.as_(Role.NURSE, here.minute(-26 + turn))
    made = prepare_syringe(nurse, here.session.id, as_planned(protocol, plan, f"S-{here.session.number}"))
    prescriber = here.play.as_(Role.PRESCRIBER, here.minute(-26 + turn))
    check_syringe(prescriber, here.session.id, made[0].envelope.id)
    draw_up(here.play, here.minute(-26 + turn), here.session, plan.stock_ml)


def give(here: Bedside) -> None:
    """The dose begins, with the numbers step 1 showed; a step up is a prescriber's decision before it."""
    session = Session.objects.select_related("course__protocol").get(id=here.session.id)
    planned = state_of(session.id).planned_mg_per_kg
    if any(hold.kind is CourseRuleKind.STEP_UP for hold in holds_today(session, state_of(session.id))):
        assert planned is not None
        prescriber = here.play.as_(Role.PRESCRIBER, here.minute(-4))
        decide_dose(
            prescriber,
            session.id,
            planned,
            "The last dose was tolerated well; talked through with the patient.",
        )
    plan = dose_of_today(protocol_of(session), state_of(session.id))
    start(here.play.as_(Role.NURSE, here.dose_at), here.session.id, shown(plan))


def watch(here: Bedside, protocol: Protocol) -> int:
    """Values when the protocol asks for them; returns the last minute charted."""
    infusion = protocol.dose.duration_min or 0
    last = 166 if infusion else 136
    minutes: list[int] = [
        *([] if infusion else [1]),
        *range(5, infusion, 10),
        *range(infusion or 15, last, 15),
    ]
    before = 0
    for minute in minutes:
        if here.script.stop_at is not None and minute > here.script.stop_at:
            return before
        if infusion and minute == infusion:
            finish(here.play.as_(Role.NURSE, here.minute(minute)), here.session.id)
            _read_the_pump(here, minute)
        vital(here.play.as_(Role.NURSE, here.minute(minute)), here.session.id, _observed(here, minute))
        _trouble(here, before, minute)
        before = minute
    return before


def _read_the_pump(here: Bedside, minute: int) -> None:
    """The pump's own count at the end, as near to the plan as a pump is."""
    dose = state_of(here.session.id).dose
    assert dose is not None and dose.planned.concentration_mg_per_ml
    infused = dose.planned.mg / dose.planned.concentration_mg_per_ml
    read_pump(here.play.as_(Role.NURSE, here.minute(minute)), here.session.id, infused, True)


def _values(here: Bedside, minute: float) -> dict[Measure, Decimal]:
    systolic, diastolic, pulse = here.person.resting
    seen = vitals_at(
        minute, Baseline(systolic, diastolic, pulse), seed=len(here.person.family) * 7 + here.session.number
    )
    return {
        Measure.SYSTOLIC: seen.systolic_mmhg,
        Measure.DIASTOLIC: seen.diastolic_mmhg,
        Measure.PULSE_CUFF: seen.pulse_per_min,
        Measure.SPO2: seen.spo2_percent,
        Measure.PULSE_OXIMETER: seen.pulse_per_min,
        Measure.RESPIRATORY_RATE: seen.respiratory_rate_per_min,
    }


def _observed(here: Bedside, minute: int) -> Mapping[Measure, Decimal]:
    felt = _felt(minute) * here.script.strength
    values = _values(here, minute)
    values[Measure.SEDATION] = Decimal(4) if felt > Decimal("0.75") else Decimal(5)
    if minute >= 30:
        values[Measure.DISSOCIATION] = (felt * 28).quantize(Decimal(1))
    if minute >= 60:
        values[Measure.ANXIETY_NOW] = Decimal(here.script.anxious[1])
    return values


def _felt(minute: int) -> Decimal:
    """The share of the strongest effect, 0 to 1: up to 40 min, gone by 110. Invented, for the demo."""
    if minute <= 40:
        return Decimal(minute) / 40
    return max(Decimal(0), Decimal(110 - minute) / 70)


def _trouble(here: Bedside, before: int, minute: int) -> None:
    """What is felt, and what is done about it, at the first look after it began."""
    nurse = here.play.as_(Role.NURSE, here.minute(minute))

    def begins(at_min: int) -> bool:
        return before < at_min <= minute

    if begins(DISSOCIATES_MIN):
        side_effect(nurse, here.session.id, "dissociation", Grade.MILD)
    if here.script.nausea and begins(NAUSEA_MIN):
        side_effect(nurse, here.session.id, "nausea", Grade.MODERATE, note="Ginger tea; head of the bed up.")
    if begins(RESOLVED_MIN):
        for effect in state_of(here.session.id).open_side_effects:
            resolve(nurse, here.session.id, effect.event)
    if begins(COMPANY_MIN):
        therapist = here.play.as_(Role.THERAPIST, here.minute(minute))
        note(therapist, here.session.id, "Awake, quiet, glad to have company.")


def leave(here: Bedside, protocol: Protocol, last: int) -> None:
    """The discharge criteria, the escort at the door, home."""
    nurse = here.play.as_(Role.NURSE, here.minute(last + 3))
    for line in protocol.discharge:
        if is_itemised(line):
            screen(nurse, here.session.id, line.id, (0,) * (line.asked or 0))
        elif line.kind in (DischargeKind.CONFIRM, DischargeKind.NO_ACUTE_SUICIDALITY):
            check(nurse, here.session.id, line.id, True)
    escort(nurse, here.session.id, here.person.escort[0], here.person.escort[1], True)
    waste_rest(here.play, here.minute(last + 4), here.session)
    end(here.play.as_(Role.NURSE, here.minute(last + 5)), here.session.id, EndReason.DISCHARGED)
