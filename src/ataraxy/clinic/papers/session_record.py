"""The printed record of one session: who, what was planned and given, the flow sheet, and every event in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from ataraxy.clinic.audit.models import ChainHead
from ataraxy.clinic.figures import flow_sheet as figure
from ataraxy.clinic.paper import pdf
from ataraxy.clinic.papers import source
from ataraxy.clinic.treat.queries.flow import flow_sheet
from ataraxy.clinic.treat.queries.log import Entry, log, monitor_labels
from ataraxy.clinic.treat.queries.room import Seat, phase_words, session_names
from ataraxy.clinic.treat.words import ENDINGS, counted_by, effect_label, mg_words, per_kg_words
from ataraxy.core.session.state import SessionState

OUT = {"corrected": "corrected by a later entry", "retracted": "taken back"}


def session_record(at: Seat, signed: Sequence[Mapping[str, str]] = ()) -> bytes:
    """The PDF. ``signed``: who has signed the record, each with ``who``, ``when`` and ``upto``."""
    return pdf(source("session_record"), record_values(at, signed))


def record_values(at: Seat, signed: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """Everything on the paper, as words."""
    names = session_names(at)
    labels = monitor_labels(at.state)
    sheet = flow_sheet(at.protocol, at.state, at.ctx.now, at.ctx.zone, names, labels=labels)
    events = list(reversed(log(at.state, at.protocol, names)))
    head = ChainHead.objects.get(id=at.session.id)
    return {
        "clinic": at.session.clinic.name,
        "foot": f"{at.session.patient.record_number}, session {at.session.number}. Printed {_when(at, at.ctx.now)}.",
        "title": f"Session {at.session.number}",
        "facts": _facts(at),
        "sheet": figure.draw(sheet),
        "sheet_words": figure.describe(sheet),
        "effects": _effects(at.state, at),
        "events": [_line(at, seq, one) for seq, one in enumerate(events, start=1)],
        "signed": [dict(one) for one in signed],
        "chain": {"length": head.seq, "hash": head.hash},
    }


def _facts(at: Seat) -> list[list[str]]:
    patient, session, dose, end = at.session.patient, at.session, at.state.dose, at.state.ending
    rows = [
        ["Patient", f"{patient.full_name}, born {patient.birth_date:%-d %B %Y}, {patient.sex}"],
        ["Record number", patient.record_number],
        ["Where", f"{session.room.name}, booked {_when(at, session.during.lower)}"],
        ["Protocol", f"{at.protocol.title}, version {at.protocol.version}"],
        ["Protocol text", session.course.protocol.sha256],
        ["Arrived", _when(at, at.state.arrived_at) if at.state.arrived_at else "no"],
        ["Dose planned", f"{at.state.planned_mg_per_kg} mg/kg"],
    ]
    if dose is not None:
        planned = dose.planned
        over = f" over {planned.duration_min} min" if planned.duration_min else ""
        rows += [
            [
                "Dose ordered",
                f"{planned.mg} mg{over}, {per_kg_words(planned)}",
            ],
            ["Dose started", _when(at, dose.started_at)],
            [
                "Dose given",
                f"{mg_words(at.state, at.decision.mg_given)} mg ({counted_by(at.state)}), {dose.status.value}",
            ],
            ["Dose over", _when(at, dose.ended_at) if dose.ended_at else "still going on"],
        ]
    escort = at.state.escort
    rows.append(["Escort", f"{escort.name}, {escort.phone}" if escort else "nobody named"])
    how = f"{ENDINGS.get(end.how, end.how.value)}, {_when(at, end.at)}" if end else phase_words(at)[0]
    return [*rows, ["How it ended" if end else "Where it stands", how]]


def _effects(state: SessionState, at: Seat) -> list[list[str]]:
    return [
        [
            effect_label(one.effect) + (f": {one.note}" if one.note else ""),
            one.grade.value,
            _clock(at, one.at),
            _clock(at, one.resolved_at) if one.resolved_at else "open",
        ]
        for one in state.side_effects
    ]


def _line(at: Seat, seq: int, one: Entry) -> dict[str, Any]:
    """One event: nothing in the record is left out, also what was corrected or taken back."""
    told = [f"charted {_when(at, one.entered)}" if one.entered else "", OUT.get(one.out, one.out)]
    told.append(f"does not fit: {one.trouble}" if one.trouble else "")
    return {
        "seq": str(seq),
        "at": f"{one.at.astimezone(at.ctx.zone):%-d %b %H:%M:%S}",
        "words": one.words,
        "who": one.who,
        "told": "; ".join(filter(None, told)),
        "out": bool(one.out),
    }


def _when(at: Seat, moment: Any) -> str:
    return f"{moment.astimezone(at.ctx.zone):%-d %b %Y, %H:%M}"


def _clock(at: Seat, moment: Any) -> str:
    return f"{moment.astimezone(at.ctx.zone):%H:%M}"


def signed_words(at: Seat, signatures: Sequence[Any], people: Mapping[UUID, str]) -> list[dict[str, str]]:
    """The signatures of a record, for its paper."""
    return [
        {
            "who": people.get(one.envelope.actor, ""),
            "when": _when(at, one.envelope.at),
            "upto": str(one.payload.upto_seq),
        }
        for one in signatures
    ]
