"""What a monitor is told when it sends something other than vital signs.

A monitor asks who its patient is, announces one, or sends its curves over the same connection; without an answer it
stops sending vital signs too. A question gets the answer that nobody was found: no patient is ever told to a device,
which cannot prove what it is. A curve is taken note of and left. An alarm is rejected: who sends one must not believe
that anybody here heard it.

Source: HL7 v2.6 chapters 2.9, 3.3, 5.10 (QRY/ADR, QRY/ORF) and 5.3 (QBP/RSP); hazard list of device samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ataraxy.interop.hl7v2.ack import AckCode, acknowledge, header_of_answer
from ataraxy.interop.hl7v2.split import Message, Segment, escape, field

QUESTIONS = {"QRY^R02": "ORF^R04", "QRY^A19": "ADR^A19", "QRY^Q01": "DSR^Q01", "QRY^T12": "DOC^T12"}
NOT_TOLD = "Patients are not told to monitors; a person binds this one to a patient."
ANNOUNCED = "Taken note of. A person binds this monitor to a patient; the monitor's word does not."
CURVES = "Curves are not kept."


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a message that is no report is acknowledged."""

    code: AckCode
    words: str


def outcome_of(message: Message) -> Outcome | None:
    """How to acknowledge what is neither a report nor a question; None for what is a question."""
    kind, _, event = message.kind.partition("^")
    if _answer_kind(kind, event):
        return None
    if kind == "ADT":
        return Outcome("AA", ANNOUNCED)
    if message.kind == "ORU^W01":
        return Outcome("AA", CURVES)
    if message.kind == "ORU^R01":
        return Outcome("AA", "")  # a sign of life: it holds no value and names nobody
    if message.kind in ("ORU^R40", "ORU^R41", "ORU^R42"):
        return Outcome("AR", "Alarms are not heard here: the bedside monitor is the alarm.")
    return Outcome("AR", "Only vital signs (ORU^R01) are read here.")


def answer(message: Message, control_id: str, now: datetime) -> tuple[str, ...]:
    """The answer to a question: that nobody was found. In enhanced mode an accept acknowledgement goes before it."""
    kind, _, event = message.kind.partition("^")
    told = _answer_kind(kind, event)
    if not told:
        raise ValueError(f"{message.kind} is no question.")
    marks = message.separators
    first: tuple[str, ...] = ()
    if field(message.header, 15) in ("AL", "SU"):
        first = acknowledge(message, "AA", "", control_id, now)[:1]
    lines = [
        header_of_answer(message, told.replace("^", marks.component), f"{control_id}.a", now),
        ["MSA", "AA", field(message.header, 10), escape(NOT_TOLD, marks)],
        ["QAK", _tag(message), "NF"],
        *_echo(message),
    ]
    return (*first, "".join(marks.field.join(line) + "\r" for line in lines))


def _answer_kind(kind: str, event: str) -> str:
    """ORF^R04 for QRY^R02, RSP^K22 for QBP^Q22; empty for what is no question."""
    if kind == "QBP":
        return f"RSP^K{event[1:]}" if event[:1] in ("Q", "Z") and event[1:].isdigit() else "RSP^K11"
    return QUESTIONS.get(f"{kind}^{event}", "ORF^R04" if kind == "QRY" else "")


def _tag(message: Message) -> str:
    """The name the sender gave its question: QPD-2, else QRD-4."""
    for segment in message.segments:
        if segment[0] in ("QPD", "QRD"):
            return field(segment, 2 if segment[0] == "QPD" else 4)
    return ""


def _echo(message: Message) -> list[Segment]:
    """The question's own segments, as the answer must repeat them."""
    return [segment for segment in message.segments if segment[0] in ("QRD", "QRF", "QPD")]
