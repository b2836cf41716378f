"""An emergency as its page shows it: the card, the parts, the log, and what goes with the ambulance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ataraxy.clinic.people.cited import cited
from ataraxy.clinic.treat.care_words import EMERGENCIES, care_words, number
from ataraxy.clinic.treat.queries.room import Seat
from ataraxy.clinic.treat.words import MEASURES, counted_by, effect_label, mg_words, unit
from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.attended import Emergency


@dataclass(frozen=True, slots=True)
class CardStep:
    number: int
    text: str
    done_at: datetime | None
    key: UUID  # each button is an act of its own


@dataclass(frozen=True, slots=True)
class Part:
    role: str
    who: str
    key: UUID


@dataclass(frozen=True, slots=True)
class LogLine:
    at: datetime
    words: str
    by: str


@dataclass(frozen=True, slots=True)
class Card:
    """The protocol's card for this kind of emergency, and how far it was followed."""

    text: str
    source: str
    status: str
    steps: tuple[CardStep, ...]
    parts: tuple[Part, ...]
    log: tuple[LogLine, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    words: str


def card_of(at: Seat, one: Emergency, names: Mapping[UUID, str]) -> Card:
    """A protocol without a card for it gives none: the clinic's own emergency plan counts."""
    card = next((c for c in at.protocol.emergencies if c.kind is one.kind), None)
    done = {line.step: line.at for line in reversed(one.log) if line.step is not None}
    taken = dict(one.roles)
    steps = tuple(
        CardStep(i, text, done.get(i), at.ctx.new_id())
        for i, text in enumerate(card.steps if card else (), 1)
    )
    parts = tuple(
        Part(role, taken.get(role, ""), at.ctx.new_id()) for role in (card.roles if card else taken)
    )
    log = tuple(LogLine(x.at, x.words, names.get(x.by, "") if x.by else "") for x in reversed(one.log))
    return Card(
        card.text if card else "The protocol has no card for this: follow the clinic's emergency plan.",
        cited(card.source, card.status).words if card else "",
        card.status.value if card else "",
        steps,
        parts,
        log,
    )


def summary(at: Seat, names: Mapping[UUID, str]) -> list[Fact]:
    """What goes with the patient: who, what was given and when, the last values, what was done."""
    state, zone = at.state, at.ctx.zone

    def clock(moment: datetime) -> str:
        return moment.astimezone(zone).strftime("%H:%M")

    patient = at.session.patient
    born = patient.birth_date.strftime("%-d %B %Y")
    facts = [Fact("Patient", f"{patient.full_name}, born {born}, record {patient.record_number}")]
    if state.dose is not None:
        dose = state.dose
        facts.append(
            Fact(
                "Ketamine",
                f"{mg_words(state, at.decision.mg_given)} mg ({counted_by(state)}) of {number(dose.planned.mg)} mg,"
                f" from {clock(dose.started_at)},"
                f" {dose.status.value}{f' {clock(dose.ended_at)}' if dose.ended_at else ''}",
            )
        )
    facts += [Fact(clock(g.at), care_words(g.what)) for g in state.care.given]
    shown = [m for m in Measure if m is not Measure.WEIGHT and state.latest(m) is not None]
    for measure in shown:
        value = state.latest(measure)
        before = state.baseline.get(measure)
        if value is not None:
            was = f" (before the dose {number(before.value)})" if before is not None else ""
            words = f"{number(value.value)} {unit(measure)} at {clock(value.at)}{was}".strip()
            facts.append(Fact(MEASURES[measure], words))
    if weight := state.latest(Measure.WEIGHT):
        facts.append(Fact("Weight", f"{number(weight.value)} kg"))
    facts += [
        Fact("Side effect", f"{effect_label(s.effect)}, {s.grade.value}, since {clock(s.at)}")
        for s in state.open_side_effects
    ]
    for one in state.care.emergencies:
        over = f" until {clock(one.ended_at)}: {one.outcome}" if one.ended_at else ", still running"
        facts.append(Fact("Emergency", f"{EMERGENCIES[one.kind]} from {clock(one.at)}{over}"))
        facts += [Fact(clock(line.at), line.words) for line in one.log]
    if state.escort is not None:
        facts.append(Fact("Escort", f"{state.escort.name}, {state.escort.phone}"))
    return facts
