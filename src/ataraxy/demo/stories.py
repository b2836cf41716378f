"""The stories of the demo clinic's patients, one function each, spread over every stage of the pathway."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from ataraxy.clinic.audit.models import ChainHead
from ataraxy.clinic.consent.actions import invite_to_consent, withdraw_consent
from ataraxy.clinic.day.actions import sign_record
from ataraxy.clinic.day.equipment import ITEMS, sign_equipment
from ataraxy.clinic.day.queries.closing import unsigned_records
from ataraxy.clinic.people.models import Patient, Role
from ataraxy.clinic.plan.actions.courses import stop_course
from ataraxy.clinic.plan.models import Course, Session
from ataraxy.clinic.treat.actions.monitor import bind
from ataraxy.core.chart.events import GrantKind
from ataraxy.demo import cast
from ataraxy.demo.aftercare import answer_all, follow_up
from ataraxy.demo.bedside import Script, run_session
from ataraxy.demo.cast import Person
from ataraxy.demo.clock import at, course_days, course_days_ending, working_day
from ataraxy.demo.pathway import ask, book, book_one, consent, decide, meet, plan, refer, refuse
from ataraxy.demo.play import Play
from ataraxy.demo.stock import count_all

Story = Callable[[Play, datetime], Session | None]
GOALS = "To sleep through, and to answer the telephone again."


def weeks_ago(now: datetime, weeks: float) -> datetime:
    """A working morning some weeks before."""
    day = working_day((now - timedelta(weeks=weeks)).date())
    return at(day, 9, 30)


def planned(play: Play, person: Person, first: datetime) -> tuple[Patient, Course]:
    """Referred two weeks before ``first``, screened, decided, agreed, with a course planned."""
    patient = refer(play, person, first - timedelta(days=14))
    meet(play, patient, person, first - timedelta(days=9))
    ask(play, patient, person, first - timedelta(days=8))
    decide(play, patient, person, first - timedelta(days=7))
    consent(play, patient, person, first - timedelta(days=6))
    return patient, plan(play, patient, person, first - timedelta(days=5), GOALS)


def treated(
    play: Play,
    person: Person,
    first: datetime,
    sessions: int,
    *,
    nausea: bool = False,
    room: int = 0,
    answering: int = 99,
) -> list[Session]:
    """A course of which ``sessions`` sessions were held from ``first`` on; ``answering`` of them were answered."""
    _, course = planned(play, person, first)
    iv = person.protocol == cast.IV
    days = (
        course_days(first.date(), sessions)
        if iv
        else [(first + timedelta(days=7 * n)).date() for n in range(sessions)]
    )
    held = book(play, course, days, first - timedelta(days=4), room)
    for turn, session in enumerate(held):
        dose_at = session.during.lower + timedelta(minutes=45)
        tired = Script(anxious=person.anxious[:2], nausea=nausea and turn == 0)
        run_session(play, session, person, dose_at, tired)
        if turn + 1 < len(held) and turn < answering:
            follow_up(play, person, session, until=held[turn + 1].during.lower)
    return held


def arrived_last_week(play: Play, now: datetime) -> None:
    """Referred, met once: most of the table is still unknown."""
    patient = refer(play, cast.ARRIVED, now - timedelta(days=6))
    meet(play, patient, cast.ARRIVED, now - timedelta(days=2))


def held_at_the_gate(play: Play, now: datetime) -> None:
    """An aneurysm: no signature opens that."""
    person = cast.HELD
    patient = refer(play, person, now - timedelta(days=20))
    meet(play, patient, person, now - timedelta(days=13))
    ask(play, patient, person, now - timedelta(days=12))
    refuse(play, patient, person, now - timedelta(days=11))


def waiting_for_records(play: Play, now: datetime) -> None:
    """Two conditions nobody could answer: unknown does not open the gate."""
    person = cast.UNSURE
    patient = refer(play, person, now - timedelta(days=12))
    meet(play, patient, person, now - timedelta(days=5))
    ask(play, patient, person, now - timedelta(days=4))


def invited_to_consent(play: Play, now: datetime) -> None:
    person = cast.DECIDED
    patient = refer(play, person, now - timedelta(days=16))
    meet(play, patient, person, now - timedelta(days=8))
    ask(play, patient, person, now - timedelta(days=7))
    decide(play, patient, person, now - timedelta(days=1))
    row = play.protocols[person.protocol]
    invite_to_consent(play.as_(Role.NURSE, now - timedelta(hours=20)), patient, row, person.disorder)


def consented_not_planned(play: Play, now: datetime) -> None:
    person = cast.CONSENTED
    patient = refer(play, person, now - timedelta(days=18))
    meet(play, patient, person, now - timedelta(days=10))
    ask(play, patient, person, now - timedelta(days=9))
    decide(play, patient, person, now - timedelta(days=5))
    consent(play, patient, person, now - timedelta(days=4), story=False)


def this_morning(play: Play, now: datetime) -> None:
    """The clinic has opened: rescue equipment tried, medicines counted by two, the records of the last weeks signed."""
    day = now.date()
    sign_equipment(play.as_(Role.NURSE, at(day, 8, 10)), ITEMS)
    count_all(play, at(day, 8, 20), "opening")
    prescriber = play.as_(Role.PRESCRIBER, at(day, 8, 30))
    for session in unsigned_records(prescriber):
        sign_record(prescriber, session, ChainHead.objects.get(id=session.id).seq)


def booked_for_today(play: Play, now: datetime) -> None:
    """A first injection this afternoon."""
    first = at(now.date(), 14)
    _, course = planned(play, cast.BOOKED, first)
    book_one(play, course, now.date(), now - timedelta(days=3), room=1, start=(14, 0))


def in_the_chair_now(play: Play, now: datetime) -> Session:
    """The third of six infusions, begun a quarter of an hour ago; the monitor speaks."""
    person = cast.LIVE
    days = course_days_ending(now.date(), 3)
    _, course = planned(play, person, at(days[0], 9))
    held = book(play, course, days[:2], at(days[0], 9) - timedelta(days=3))
    held.append(book_one(play, course, now.date(), at(days[0], 9), start=(9, 30)))
    for turn, session in enumerate(held[:2]):
        dose_at = session.during.lower + timedelta(minutes=45)
        run_session(play, session, person, dose_at, Script(anxious=person.anxious[:2]))
        follow_up(play, person, session, until=held[turn + 1].during.lower)
    live = held[2]
    bind(play.as_(Role.NURSE, now - timedelta(minutes=50)), live.id, cast.monitor_of(play.rooms[0].name))
    script = Script(anxious=person.anxious[:2], stop_at=15)
    run_session(play, live, person, now - timedelta(minutes=15), script)
    return live


def next_week(play: Play, now: datetime) -> None:
    """A course that begins in the coming days."""
    first = at(course_days(now.date(), 2)[1], 9)
    _, course = planned(play, cast.NEXT, first)
    book(play, course, course_days(first.date(), 2), now - timedelta(days=1), room=2)


def responded(play: Play, now: datetime) -> None:
    held = treated(play, cast.RESPONDER, weeks_ago(now, 7), 6, room=1)
    answer_all(play, cast.RESPONDER, held[-1], now)


def relapsed(play: Play, now: datetime) -> None:
    held = treated(play, cast.RELAPSED, weeks_ago(now, 8), 1, room=2)
    answer_all(play, cast.RELAPSED, held[-1], now)


def did_not_respond(play: Play, now: datetime) -> None:
    held = treated(play, cast.NON_RESPONDER, weeks_ago(now, 6), 6, room=2)
    answer_all(play, cast.NON_RESPONDER, held[-1], now)


def got_worse(play: Play, now: datetime) -> None:
    """Worse after the second injection, thoughts of being better off dead: called the same day, course stopped."""
    person = cast.WORSE
    held = treated(play, person, weeks_ago(now, 7), 2, room=1)
    answer_all(play, person, held[-1], now, dark=True)
    when = min(now, held[-1].during.upper + timedelta(days=23))
    stop_course(
        play.as_(Role.PRESCRIBER, when), held[-1].course, "Reliably worse after the second injection."
    )


def stopped_early(play: Play, now: datetime) -> None:
    """Nausea at the first injection; did not want a second one."""
    person = cast.STOPPED
    held = treated(play, person, weeks_ago(now, 5), 1, nausea=True, room=2)
    course = held[-1].course
    when = held[-1].during.upper + timedelta(days=3)
    stop_course(play.as_(Role.NURSE, when), course, "The patient does not want another injection: nausea.")
    answer_all(play, person, held[-1], now)


def fell_silent(play: Play, now: datetime) -> None:
    """Six infusions, then no answer to anything."""
    held = treated(play, cast.SILENT, weeks_ago(now, 5), 6, room=0, answering=2)
    answer_all(play, cast.SILENT, held[-1], now, silent=True)


def remitted(play: Play, now: datetime) -> None:
    held = treated(play, cast.REMITTED, weeks_ago(now, 9), 3, room=0)
    answer_all(play, cast.REMITTED, held[-1], now)


def withdrew_consent(play: Play, now: datetime) -> None:
    person = cast.WITHDREW
    patient = refer(play, person, now - timedelta(days=30))
    meet(play, patient, person, now - timedelta(days=22))
    ask(play, patient, person, now - timedelta(days=21))
    decide(play, patient, person, now - timedelta(days=20))
    consent(play, patient, person, now - timedelta(days=19))
    withdraw_consent(
        play.as_(Role.NURSE, now - timedelta(days=15)),
        patient,
        [*GrantKind],
        "I want to try without it first.",
    )


STORIES: tuple[Story, ...] = (
    remitted,
    relapsed,
    responded,
    got_worse,
    did_not_respond,
    stopped_early,
    fell_silent,
    withdrew_consent,
    held_at_the_gate,
    waiting_for_records,
    arrived_last_week,
    invited_to_consent,
    consented_not_planned,
    this_morning,
    in_the_chair_now,
    booked_for_today,
    next_week,
)
