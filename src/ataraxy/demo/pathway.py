"""From referral to the booked sessions of one synthetic patient, act by act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from ataraxy.catalog.load import cautions, instruments
from ataraxy.clinic.consent.actions import invite_to_consent, sign_consent
from ataraxy.clinic.consent.text import consent_text
from ataraxy.clinic.people.actions.patients import Referral, add_patient, record_escort
from ataraxy.clinic.people.models import Patient, Role
from ataraxy.clinic.plan.actions.courses import start_course
from ataraxy.clinic.plan.actions.sessions import Slot, book_session
from ataraxy.clinic.plan.models import Course, Session
from ataraxy.clinic.plan.queries import protocol_of
from ataraxy.clinic.screen.actions.decisions import override_criterion, sign_decision
from ataraxy.clinic.screen.actions.facts import (
    Asked,
    record_body,
    record_conditions,
    record_diagnosis,
    record_medicines,
    record_pregnancy,
    record_treatment,
)
from ataraxy.clinic.screen.actions.scales import answer_scale, enter_total
from ataraxy.core.chart.events import (
    Answer,
    DecisionKind,
    GrantKind,
    Outcome,
    TreatmentKind,
    TreatmentRecorded,
)
from ataraxy.core.protocol.types import Disorder
from ataraxy.demo.cast import SC, Person
from ataraxy.demo.clock import at
from ataraxy.demo.play import Play

ICD10 = {Disorder.GAD: "F41.1", Disorder.SAD: "F40.10", Disorder.PTSD: "F43.10"}
SCALE_OF = {Disorder.GAD: "hama", Disorder.SAD: "lsas", Disorder.PTSD: "pcl5"}
# drug, mg a day, weeks; therapy, sessions
EARLIER = {
    Disorder.GAD: (("venlafaxine", "150", 12), ("duloxetine", "60", 10), ("cbt", 14)),
    Disorder.SAD: (("sertraline", "100", 12), ("escitalopram", "15", 10), ("cbt", 16)),
    Disorder.PTSD: (("sertraline", "150", 16), ("venlafaxine", "150", 14), ("prolonged-exposure", 12)),
}
SLOTS = ((9, 0), (13, 0))
HOURS = timedelta(hours=3, minutes=30)


def refer(play: Play, person: Person, when: datetime) -> Patient:
    """The coordinator adds the patient."""
    referral = Referral(
        given_name=person.given,
        family_name=person.family,
        birth_date=person.born,
        sex=person.sex,
        referred_by="Dr Lane, family practice",
        reason=person.reason,
        phone="+1 555 01" + f"{30 + len(person.family) * 3 + len(person.given)}",
    )
    ctx = play.as_(Role.COORDINATOR, when)
    patient = add_patient(ctx, referral)
    record_escort(play.as_(Role.COORDINATOR, when), patient, *person.escort)
    return patient


def spread(total: int, items: int) -> tuple[int, ...]:
    """Item answers that add up to ``total``, as even as can be."""
    each, more = divmod(total, items)
    return tuple(each + (1 if i < more else 0) for i in range(items))


def answers_for(scale: str, total: int) -> tuple[int, ...]:
    """Item answers of an instrument with this total."""
    return spread(total, len(instruments()[scale].items))


def meet(play: Play, patient: Patient, person: Person, when: datetime) -> None:
    """The first conversation: the diagnosis and how ill this person is."""
    ctx = play.as_(Role.PRESCRIBER, when)
    basis = "clinical interview, DSM-5 criteria"
    record_diagnosis(ctx, patient, person.disorder, ICD10[person.disorder], basis)
    nurse = play.as_(Role.NURSE, when + timedelta(minutes=40))
    low = person.severity == 0
    answer_scale(nurse, patient, "gad7", answers_for("gad7", 12 if low else 16))
    answer_scale(nurse, patient, "phq9", (*answers_for("phq9", 9)[:8], 0))
    scale = SCALE_OF[person.disorder]
    if not low and scale == "lsas":
        enter_total(nurse, patient, scale, Decimal(person.severity))
    elif not low:
        answer_scale(nurse, patient, scale, answers_for(scale, person.severity))


def ask(play: Play, patient: Patient, person: Person, when: datetime) -> None:
    """Earlier treatments, conditions, medicines, pregnancy, weight."""
    ctx = play.as_(Role.PRESCRIBER, when)
    *drugs, therapy = EARLIER[person.disorder]
    for name, mg, weeks in drugs:
        record_treatment(ctx, patient, _drug(str(name), Decimal(str(mg)), int(weeks)))
    record_treatment(ctx, patient, _therapy(str(therapy[0]), int(therapy[1])))
    conditions = {name: Asked(_answer(person, name)) for name in cautions().conditions}
    record_conditions(ctx, patient, conditions)
    record_medicines(ctx, patient, {name: Asked(Answer.NO) for name in cautions().medicine_groups})
    measure(play, patient, person, when + timedelta(minutes=10))


def _drug(name: str, mg: Decimal, weeks: int) -> TreatmentRecorded:
    return TreatmentRecorded(TreatmentKind.DRUG, name, mg, weeks, None, Outcome.NON_RESPONSE, Answer.YES)


def _therapy(name: str, sessions: int) -> TreatmentRecorded:
    return TreatmentRecorded(
        TreatmentKind.PSYCHOTHERAPY, name, None, sessions, sessions, Outcome.PARTIAL, Answer.YES
    )


def _answer(person: Person, condition: str) -> Answer:
    if condition in person.conditions:
        return Answer.YES
    return Answer.UNKNOWN if condition in person.unknown_conditions else Answer.NO


def measure(play: Play, patient: Patient, person: Person, when: datetime) -> None:
    """Weight, height, pregnancy."""
    nurse = play.as_(Role.NURSE, when)
    record_body(nurse, patient, person.weight_kg, person.height_cm)
    basis = "urine test today" if person.sex == "female" else "not possible: male"
    record_pregnancy(nurse, patient, Answer.NO, basis)


def decide(play: Play, patient: Patient, person: Person, when: datetime) -> None:
    """The prescriber signs the decision to treat."""
    row = play.protocols[person.protocol]
    ctx = play.as_(Role.PRESCRIBER, when)
    for criterion, reason in OVERRIDES.get(person.family, ()):
        override_criterion(ctx, patient, row, person.disorder, criterion, reason)
    words = "Two adequate medicines and psychotherapy did not help enough; discussed at length."
    sign_decision(ctx, patient, row, person.disorder, DecisionKind.TREAT, words)


OVERRIDES: dict[str, tuple[tuple[str, str], ...]] = {}


def refuse(play: Play, patient: Patient, person: Person, when: datetime) -> None:
    """The prescriber signs the decision not to treat."""
    row = play.protocols[person.protocol]
    ctx = play.as_(Role.PRESCRIBER, when)
    words = "Known aortic aneurysm: a contraindication without exception. Referred for a second opinion on therapy."
    sign_decision(ctx, patient, row, person.disorder, DecisionKind.DO_NOT_TREAT, words)


def consent(play: Play, patient: Patient, person: Person, when: datetime, *, story: bool = True) -> None:
    """Invited, read at home, signed."""
    row = play.protocols[person.protocol]
    invitation = invite_to_consent(play.as_(Role.NURSE, when), patient, row, person.disorder)
    grants = [GrantKind.TREATMENT, GrantKind.RESEARCH, *([GrantKind.STORY] if story else [])]
    points = consent_text(protocol_of(row)).points
    signed = play.as_patient(patient, when + timedelta(hours=5))
    sign_consent(signed, invitation, grants, points, f"{person.given} {person.family}")


def plan(play: Play, patient: Patient, person: Person, when: datetime, goals: str) -> Course:
    row = play.protocols[person.protocol]
    return start_course(play.as_(Role.PRESCRIBER, when), patient, row, person.disorder, goals)


def book(play: Play, course: Course, days: Sequence[date], when: datetime, room: int = 0) -> list[Session]:
    """The sessions of a course on these days, each in the first room that is free from the wanted one on."""
    return [book_one(play, course, day, when, room) for day in days]


def book_one(
    play: Play, course: Course, day: date, when: datetime, room: int = 0, start: tuple[int, int] | None = None
) -> Session:
    for hour, minute in (start,) if start else SLOTS:
        for turn in range(len(play.rooms)):
            chosen = play.rooms[(room + turn) % len(play.rooms)]
            begins = at(day, hour, minute)
            slot = Slot(chosen, begins, begins + HOURS)
            if not taken(slot):
                return book_session(play.as_(Role.COORDINATOR, when), course, slot)
    raise LookupError(f"no room is free on {day}")  # a mistake in the story, not in the clinic


def taken(slot: Slot) -> bool:
    rows = Session.objects.filter(room=slot.room, during__overlap=slot.during)
    return rows.exclude(ended="cancelled").exists()


def weekly_scale(person: Person) -> str:
    """The scale whose totals ``person.weekly`` holds."""
    return "pcl5-week" if person.disorder is Disorder.PTSD else "gad7"


def is_subcutaneous(person: Person) -> bool:
    return person.protocol == SC
