"""What comes after a dose: check-ins sent and answered, a concern answered, a story told."""

from __future__ import annotations

from datetime import datetime, timedelta

from ataraxy.clinic.follow.actions import answer, concern, send
from ataraxy.clinic.follow.models import CheckIn
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.people.models import Patient, Role
from ataraxy.clinic.plan.models import Session
from ataraxy.core.protocol.types import Disorder
from ataraxy.demo.cast import Person
from ataraxy.demo.pathway import answers_for, weekly_scale
from ataraxy.demo.play import Play

WEEKLY_LINES = ("weekly", "trauma-weekly")
ACUTE = {"after-2-hours": 1, "after-24-hours": 2, "after-3-days": 3, "after-7-days": 4}
PCL5_TOP, GAD7_TOP = 80, 21
READ_AFTER = timedelta(minutes=50)


def follow_up(play: Play, person: Person, session: Session, until: datetime) -> None:
    """The check-ins between this session and the next one."""
    for row in _due(session, until):
        _answer(play, person, row, row.line, 0)


def answer_all(
    play: Play,
    person: Person,
    session: Session,
    now: datetime,
    *,
    dark: bool = False,
    silent: bool = False,
) -> None:
    """The check-ins after the last session: all are sent, and answered as far as this person answers them.

    ``dark``: the second weekly answer tells of thoughts of being better off dead, and somebody calls.
    ``silent``: no answer to anything.
    """
    turns = dict.fromkeys(WEEKLY_LINES, 0)
    for row in _due(session, now):
        turn = turns.get(row.line, 0)
        if row.line in turns:
            turns[row.line] += 1
        if silent or (row.line in turns and turn >= _answered_weeks(person, row.line)):
            send(play.as_(Role.COORDINATOR, _when(row)), row.id)
            continue
        _answer(play, person, row, row.line, turn, dark=dark and turn == 1)
        if dark and turn == 1 and row.line == "weekly":
            _call(play, row)


def _due(session: Session, before: datetime) -> list[CheckIn]:
    """The check-ins of a session whose time, and time to answer, came before a moment."""
    rows = CheckIn.objects.filter(session=session, superseded_by__isnull=True).order_by("due_at", "line")
    return [row for row in rows if _when(row) + READ_AFTER < before]


def _when(row: CheckIn) -> datetime:
    """When it is sent: when it is due, but not before the patient is home."""
    home: datetime = row.session.during.upper + timedelta(minutes=20)
    return max(row.due_at, home)


def _answered_weeks(person: Person, line: str) -> int:
    """PTSD's own weekly scale begins a week before the others, so those miss the first."""
    first = person.disorder is Disorder.PTSD and line == "weekly"
    return max(0, len(person.weekly) - (1 if first else 0))


def _answer(play: Play, person: Person, row: CheckIn, line: str, turn: int, *, dark: bool = False) -> None:
    sent = _when(row)
    send(play.as_(Role.COORDINATOR, sent), row.id)
    given = {scale: _given(person, scale, line, turn, dark) for scale in row.scales}
    words = person.story if line in WEEKLY_LINES and turn == 0 and weekly_scale(person) in row.scales else ""
    answer(play.as_patient(row.patient, sent + READ_AFTER), row.id, given, words=words)


def _given(person: Person, scale: str, line: str, turn: int, dark: bool) -> tuple[int, ...]:
    if scale == "anxiety-now":
        return (person.anxious[ACUTE[line]] if line in ACUTE else person.anxious[4],)
    total = _weekly_total(person, line, turn)
    if scale == "pcl5-week":
        return answers_for(scale, total)
    level = round(total * GAD7_TOP / PCL5_TOP) if person.disorder is Disorder.PTSD else total
    if scale == "phq9":
        return (*answers_for(scale, level * 8 // 10)[:8], 1 if dark else 0)
    return answers_for(scale, level)


def _weekly_total(person: Person, line: str, turn: int) -> int:
    later = 1 if person.disorder is Disorder.PTSD and line == "weekly" else 0
    return person.weekly[turn + later]


def _call(play: Play, row: CheckIn) -> None:
    """The therapist calls the same day and says what was done."""
    when = _when(row) + timedelta(hours=2)
    patient = Patient.objects.select_related("clinic").get(id=row.patient_id)
    for open_one in chart_of(patient.id).open_concerns:
        concern(
            play.as_(Role.THERAPIST, when),
            patient,
            open_one.record.envelope.id,
            "Called at once: passive thoughts, no plan, no intent. Safety plan agreed; seen the next morning.",
        )
