"""The answer to a device's message, in the mode the device asked for.

Original mode (MSH-15 and MSH-16 empty): one application acknowledgement. Enhanced mode: an accept
acknowledgement (C.) if MSH-15 asks for it, an application acknowledgement (A.) if MSH-16 does. Answer only
after commit.

Source: HL7 v2.6 chapter 2.9 (processing rules), tables 0008 and 0155.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ataraxy.interop.hl7v2.moment import render_moment
from ataraxy.interop.hl7v2.split import STANDARD, Message, Separators, escape, field

AckCode = Literal["AA", "AE", "AR", "CA", "CE", "CR"]
OUR_NAME = "ATARAXY"
_ERRORS = {"E": "207^Application internal error^HL70357", "R": "200^Unsupported message type^HL70357"}


def acknowledge(
    message: Message | None, code: AckCode, text: str, control_id: str, now: datetime
) -> tuple[str, ...]:
    """The acknowledgements the sender wants, in order: none, one, or (accept, application).

    Args:
        message: what is answered; None when not even its MSH could be read.
        code: the outcome. Its first letter is replaced by what the sender's mode asks for.
        text: cause and cure, without anything from the patient's record.
        control_id: ours; the second of two gets ``.2`` appended.
        now: with a zone.
    """
    outcome = code[1]
    if message is None:
        return (_render(None, f"A{outcome}", text, control_id, now),)
    kinds = _wanted(field(message.header, 15), field(message.header, 16), outcome)
    return tuple(
        _render(message, f"{kind}{outcome}", text, control_id if first else f"{control_id}.2", now)
        for kind, first in zip(kinds, (True, False), strict=False)
    )


def _wanted(accept: str, application: str, outcome: str) -> str:
    """Which of C and A to send. A condition nobody knows is answered: a silent device would be worse."""
    if not accept and not application:
        return "A"
    never = ("", "NE", "ER" if outcome == "A" else "SU")
    return ("" if accept in never else "C") + ("" if application in never else "A")


def _render(message: Message | None, code: str, text: str, control_id: str, now: datetime) -> str:
    marks = message.separators if message else STANDARD
    lines = [_msh(message, marks, control_id, now), ["MSA", code, _their_id(message), escape(text, marks)]]
    if code[1] != "A":
        error = _ERRORS[code[1]].replace("^", marks.component)
        lines.append(["ERR", "", "", error, "E", "", "", "", escape(text, marks)])
    return "".join(marks.field.join(line) + "\r" for line in lines)


def _their_id(message: Message | None) -> str:
    return field(message.header, 10) if message else ""


def _msh(message: Message | None, marks: Separators, control_id: str, now: datetime) -> list[str]:
    event = message.components(field(message.header, 9))[1:2] if message else []
    kind = marks.component.join(["ACK", *(escape(name, marks) for name in event if name), "ACK"])
    return _header(message, marks, kind, control_id, now)


def header_of_answer(message: Message, kind: str, control_id: str, now: datetime) -> list[str]:
    """The MSH of another answer than an acknowledgement; ``kind`` is MSH-9 with the sender's separators."""
    return _header(message, message.separators, kind, control_id, now)


def _header(
    message: Message | None, marks: Separators, kind: str, control_id: str, now: datetime
) -> list[str]:
    """MSH-3 and -4 are the receiver the sender named, or our own name; MSH-5 and -6 the sender."""
    header = message.header if message else []
    return [
        "MSH",
        marks.encoding,
        field(header, 5) or OUR_NAME,
        field(header, 6) or OUR_NAME,
        field(header, 3),
        field(header, 4),
        render_moment(now),
        "",
        kind,
        escape(control_id, marks),
        field(header, 11) or "P",
        field(header, 12) or "2.6",
        *(("", "", "NE", "NE") if field(header, 15) or field(header, 16) else ()),
    ]
