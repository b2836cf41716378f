"""One session as its page shows it: what is known, what is due, what is missing, what may be done next."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.cited import cited
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.models import Monitor, Sample
from ataraxy.clinic.treat.queries.log import names_of
from ataraxy.clinic.treat.queries.tiles import Shown, Tile, heard, latest_samples, tiles
from ataraxy.clinic.treat.record import protocol_of, state_of
from ataraxy.clinic.treat.today import Against, against_today
from ataraxy.clinic.treat.words import (
    MEASURES,
    STAGES,
    effect_label,
    first_capital,
    measures_words,
    spell,
    until,
)
from ataraxy.core.protocol.types import ArrivalCheck, CheckKind, DischargeCriterion, Phase, Protocol, Status
from ataraxy.core.session.believed import believed
from ataraxy.core.session.events import EndReason
from ataraxy.core.session.screen import screens
from ataraxy.core.session.state import SessionState
from ataraxy.core.session.unjudged import judge
from ataraxy.core.session.verdict import ARRIVAL_LINE, Decision, Missing, NextKind, Stage

log = logging.getLogger(__name__)

SAMPLES_SINCE = timedelta(minutes=30)
LINK_QUIET = timedelta(seconds=15)  # a monitor sends every second or so: quieter is worth a word
URGENT = (NextKind.STOP_DOSE, NextKind.PAUSE_DOSE, NextKind.CALL_PRESCRIBER, NextKind.EMERGENCY)


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a person stands when they open a session: who, which session, and what the rules say now."""

    ctx: Context
    session: Session
    protocol: Protocol
    state: SessionState
    decision: Decision

    @property
    def seen(self) -> int:
        return self.state.last_human_seq


def seat(ctx: Context, session: Session) -> Seat:
    protocol, state = protocol_of(session), believed(state_of(session.id), ctx.now)
    decision, error = judge(protocol, state, ctx.now, heard(session.id, ctx.now) if state.monitor else None)
    if error is not None:
        log.error("Session %s cannot be judged: %s.", session.id, type(error).__name__)
    return Seat(ctx, session, protocol, state, decision)


@dataclass(frozen=True, slots=True)
class Link:
    """The monitor's link: ``state`` is none, receiving, quiet."""

    state: str
    words: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class Banner:
    """The one next action. ``kind`` is stop, overdue, clear or empty; ``verb`` names the page that does it."""

    what: str
    when: str
    kind: str
    verb: str
    label: str
    line: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """One line on the way to the start or to the door: done, missing or signed past."""

    line: str
    text: str
    kind: str  # met, not-met, unknown, attested: how it is marked
    what: str
    by: str
    at: datetime | None
    source: str
    status: str
    verb: str  # the page that answers it, empty when a measurement does
    may_override: bool

    @property
    def holds(self) -> bool:
        """Nothing is missing on this line, or it is signed past."""
        return self.kind in ("met", "attested")


def held_first(steps: Iterable[Step]) -> list[Step]:
    """What was found and speaks against it stands above what is only not answered yet."""
    return sorted(steps, key=lambda step: step.kind != "not-met")


@dataclass(frozen=True, slots=True)
class DueLine:
    text: str
    measures: str
    when: str
    kind: str  # due, overdue
    due_at: datetime


@dataclass(frozen=True, slots=True)
class OpenEffect:
    id: UUID
    words: str
    grade: str
    since: datetime
    by: str


def monitor_link(state: SessionState, session_id: UUID, now: datetime) -> Link:
    """Whether the bound monitor is being heard."""
    if state.monitor is None:
        return Link("none", "No monitor bound: values are typed by hand")
    here = Session.objects.filter(id=session_id).values("clinic")  # another clinic may use the same name
    monitors = Monitor.objects.filter(clinic__in=here, device=state.monitor)
    label = monitors.values_list("label", flat=True).first() or state.monitor
    rows = Sample.objects.filter(session_id=session_id).order_by("-received_at")
    last = rows.values_list("received_at", flat=True).first()
    if last is None:
        return Link("quiet", f"{label}: bound, nothing received yet", label)
    age = now - last
    if age <= LINK_QUIET:
        return Link("receiving", f"{label}: receiving", label)
    return Link("quiet", f"{label}: nothing for {spell(int(age.total_seconds()))}", label)


def live_tiles(at: Seat, names: Mapping[UUID, str], link: Link) -> list[Tile]:
    samples: list[Shown] = []
    if link.device:
        samples = latest_samples(at.session.id, link.device, at.ctx.now - SAMPLES_SINCE)
    labels = dict(Monitor.objects.filter(clinic=at.session.clinic_id).values_list("device", "label"))
    return tiles(at.protocol, at.state, at.decision, at.ctx.now, names, samples, labels)


def banner(at: Seat) -> Banner:
    """The next action in words, how pressing it is, and the page that does it."""
    nxt, now = at.decision.next_action, at.ctx.now
    if nxt.kind is NextKind.START_DOSE and (against := against_today(at.ctx, at.session)):
        return Banner(f"Do not start: {against[0].what}.", "", "stop", "start", "Look at why", "", None)
    if went_in_unseen(at.state):
        words = "Ketamine went in, and the session was called off: see how the patient is, and tell the prescriber."
        return Banner(words, "", "stop", "", "", "", None)
    late = nxt.due_at is not None and nxt.due_at < now
    kind = "stop" if nxt.kind in URGENT else "overdue" if late else ""
    if nxt.kind in (NextKind.WAIT, NextKind.DONE):
        kind = "clear"
    when = until(nxt.due_at - now) if nxt.due_at else ""
    verb, label = _verb(at, nxt.kind, nxt.line)
    told = " and ".join(measure.value for measure in nxt.measures)
    what = nxt.text.replace(told, measures_words(nxt.measures)) if told else nxt.text
    return Banner(what.rstrip(".") + ".", when, kind, verb, label, nxt.line, nxt.due_at)


NEXT_PAGE: Mapping[NextKind, tuple[str, str]] = {
    NextKind.STOP_DOSE: ("stop", "Stop the dose"),
    NextKind.PAUSE_DOSE: ("pause", "Pause the dose"),
    NextKind.START_DOSE: ("start", "Look at the dose"),
    NextKind.MEASURE: ("vital", "Enter values"),
    NextKind.RESUME_OR_STOP: ("resume", "Resume"),
    NextKind.FINISH_DOSE: ("finish", "The dose is in"),
    NextKind.CONFIRM_PUMP: ("pump", "Confirm the pump"),
    NextKind.GIVE_SPRAY: ("spray", "Give the spray"),
    NextKind.EMERGENCY: ("emergency", "Open the card"),
    NextKind.DISCHARGE: ("end", "Send home"),
}


def _verb(at: Seat, kind: NextKind, line: str) -> tuple[str, str]:
    """The page that does the next thing, and the words on its button."""
    if kind is NextKind.CHECK:
        return answer_verb(at.protocol, line), "The patient is here" if line == ARRIVAL_LINE else "Answer it"
    return NEXT_PAGE.get(kind, ("", ""))


def answer_verb(protocol: Protocol, line: str) -> str:
    """The page that answers one arrival or discharge line."""
    if line == ARRIVAL_LINE:
        return "arrive"
    kinds = {c.id: c.kind.value for c in protocol.arrival} | {d.id: d.kind.value for d in protocol.discharge}
    pages = {
        "confirm": "check",
        "identifiers": "check",
        "escort": "escort",
        "weight": "vital",
        "limit": "vital",
        "equipment": "check",
        "no-acute-suicidality": "check",
        "falling": "vital",
        "people": "people",
        "syringe": "syringe",
        "suicide-screen": "screen",
    }
    if line in screens(protocol):
        return "screen"
    return pages.get(kinds.get(line, ""), "vital" if kinds.get(line) == "back-to-baseline" else "")


def due_lines(at: Seat) -> list[DueLine]:
    return [
        DueLine(
            due.text,
            first_capital(measures_words(due.measures)),
            until(due.due_at - at.ctx.now),
            "overdue" if due.overdue else "due",
            due.due_at,
        )
        for due in at.decision.due
    ]


def arrival_steps(at: Seat, names: Mapping[UUID, str]) -> list[Step]:
    """Every line before the dose, answered or not, in the order of the protocol."""
    gaps = _gaps(at.decision.to_start)
    arrived = at.state.arrived_at
    here = Step(
        ARRIVAL_LINE,
        "The patient is here",
        "met" if arrived else "unknown",
        "" if arrived else "not recorded",
        "",
        arrived,
        "",
        "",
        "" if arrived else "arrive",
        False,
    )
    return [here, *_day_steps(at), *(_step(c, gaps, at, names) for c in at.protocol.arrival)]


def discharge_steps(at: Seat, names: Mapping[UUID, str]) -> list[Step]:
    """Every line before the door, with what is still missing."""
    gaps = _gaps(at.decision.to_discharge)
    extra = [gaps[key] for key in gaps if key not in {c.id for c in at.protocol.discharge}]
    steps = [_step(c, gaps, at, names) for c in at.protocol.discharge]
    return [*(_open_step(group) for group in extra), *steps]


DAY_LINES = {
    "consent": "Consent to treatment on this protocol version is in force",
    "standing": "Nothing that speaks against treatment became known, and every answer is still current",
    "cover": "The two who are named may do this today, and the rescuer stands by in no other room",
    "equipment": "Today's check of oxygen, suction, bag-mask and defibrillator is signed, and nothing is broken",
    "concern": "No concern about this patient waits for an answer",
    "course": "The day and the dose follow from the sessions before",
    "stop-rules": "No stop rule of the course holds, or a prescriber has reviewed it and signed",
    "dose-step": "The dose is not above the last one, or a prescriber has decided the step",
}
ROOM_LINES = {"cover": CheckKind.PEOPLE, "equipment": CheckKind.EQUIPMENT}  # where the protocol asks for them
DAY_VERBS = {"stop-rules": "review", "dose-step": "decide-dose"}  # a prescriber's pages


def _day_steps(at: Seat) -> list[Step]:
    """What the chart and the course say about a dose today."""
    against = against_today(at.ctx, at.session) if at.state.dose is None else ()
    verbs = DAY_VERBS if at.ctx.signer().has_role(Role.PRESCRIBER) else {}
    return [
        _day_step(line, text, [a for a in against if a.line == line], verbs.get(line, ""))
        for line, text in DAY_LINES.items()
        if line not in ROOM_LINES or any(c.kind is ROOM_LINES[line] for c in at.protocol.arrival)
    ]


def _day_step(line: str, text: str, against: list[Against], verb: str) -> Step:
    what = "; ".join(one.what for one in against)
    if against and line in DAY_VERBS:
        what = f"{what}. {against[0].cure.rstrip('.')}"
    return Step(line, text, "not-met" if against else "met", what, "", None, "", "", verb, False)


def _gaps(missing: tuple[Missing, ...]) -> dict[str, list[Missing]]:
    gaps: dict[str, list[Missing]] = {}
    for one in missing:
        gaps.setdefault(one.line, []).append(one)
    return gaps


def _step(
    line: ArrivalCheck | DischargeCriterion,
    gaps: Mapping[str, list[Missing]],
    at: Seat,
    names: Mapping[UUID, str],
) -> Step:
    open_gaps = gaps.get(line.id, [])
    answer, signed = at.state.checks.get(line.id), at.state.signature(line.id)
    kind = _mark(open_gaps, answer is not None and not answer.ok)
    said = signed if kind == "attested" and signed else answer
    return Step(
        line=line.id,
        text=line.text,
        kind=kind,
        what="; ".join(_plain(g.what) for g in open_gaps),
        by=names.get(said.by, "") if said and said.by else "",
        at=said.at if said else None,
        source=cited(line.source, line.status).words,
        status=line.status.value,
        verb=answer_verb(at.protocol, line.id),
        may_override=any(g.overridable and not g.overridden for g in open_gaps),
    )


def _mark(gaps: list[Missing], answered_no: bool) -> str:
    if not gaps:
        return "met"
    if all(g.overridden for g in gaps):
        return "attested"
    return "not-met" if answered_no or any(g.limit and g.overridable for g in gaps) else "unknown"


def _open_step(gaps: list[Missing]) -> Step:
    first = gaps[0]
    what = "; ".join(_plain(g.what) for g in gaps)
    status = first.status.value if isinstance(first.status, Status) else ""
    kind = "not-met" if any(g.value and g.limit for g in gaps) else "unknown"
    if all(g.overridden for g in gaps):
        kind = "attested"
    return Step(
        first.line,
        first.text,
        kind,
        what,
        "",
        None,
        cited(first.source, first.status).words if first.status else "",
        status,
        "",
        any(g.overridable and not g.overridden for g in gaps),
    )


def _plain(words: str) -> str:
    """Measures in the clinic's words rather than the file's."""
    for measure, name in MEASURES.items():
        if words.startswith(f"{measure.value} "):
            return f"{name}{words[len(measure.value) :]}"
    return words


def open_effects(at: Seat, names: Mapping[UUID, str]) -> list[OpenEffect]:
    return [
        OpenEffect(
            one.event,
            effect_label(one.effect) + (f": {one.note}" if one.note else ""),
            one.grade.value,
            one.at,
            names.get(one.by, "") if one.by else "",
        )
        for one in at.state.open_side_effects
    ]


def went_in_unseen(state: SessionState) -> bool:
    """Called off as a session without a dose, and ketamine went in: nobody was watched for as long as it takes."""
    ended = state.ending is not None and state.ending.how is EndReason.CANCELLED
    return ended and state.drug_since is not None


def phase_words(at: Seat) -> tuple[str, str]:
    """Where the session stands, in words, and its mark. Only a discharge says discharged."""
    stage = at.decision.stage
    marks = {Stage.BOOKED: "planned", Stage.PAUSED: "paused"}
    if went_in_unseen(at.state):
        return "Ended: called off, yet ketamine went in", "ended"
    return STAGES[stage], marks.get(stage, "ended" if at.state.phase is Phase.ENDED else "phase")


def session_names(at: Seat) -> dict[UUID, str]:
    return names_of(at.state)


def identifies(protocol: Protocol, line: str) -> bool:
    return any(c.id == line and c.kind is CheckKind.IDENTIFIERS for c in protocol.arrival)
