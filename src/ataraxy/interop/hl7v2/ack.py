"""The answer to a device's message, in the mode the device asked for.

Original mode (MSH-15 and MSH-16 empty): one application acknowledgement. Enhanced mode: an accept
acknowledgement (C.) if MSH-15 asks for it, an application acknowledgement (A.) if MSH-16 does. Answer only
after commit.

Source: HL7 v2.6 chapter 2.9 (processing rules), tables 0008 and 0155.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Literal

from ataraxy.interop.hl7v2.moment import render_moment
from ataraxy.interop.hl7v2.split import STANDARD, Message, Separators, escape, field

AckCode = Literal["AA", "AE", "AR", "CA", "CE", "CR"]
OUR_NAME = "ATARAXY"
_NOBODY = ("",) * 9
LONGEST = 400  # characters of a header whose answer is remembered
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
        return (_render(_form(STANDARD, _NOBODY, f"A{outcome}", text), "", control_id, now),)
    asked, their_id = _asked(message), field(message.header, 10)
    kinds = _wanted(asked[-2], asked[-1], outcome)
    form = _remembered if not text and sum(map(len, asked)) <= LONGEST else _form
    return tuple(
        _render(
            form(message.separators, asked, f"{kind}{outcome}", text),
            their_id,
            control_id if first else f"{control_id}.2",
            now,
        )
        for kind, first in zip(kinds, (True, False), strict=False)
    )


def _wanted(accept: str, application: str, outcome: str) -> str:
    """Which of C and A to send. A condition nobody knows is answered: a silent device would be worse."""
    if not accept and not application:
        return "A"
    never = ("", "NE", "ER" if outcome == "A" else "SU")
    return ("" if accept in never else "C") + ("" if application in never else "A")


# The separators; then what stands before the time, between it and our id, before their id, and after it.
Form = tuple[Separators, str, str, str, str]


def _render(form: Form, their_id: str, control_id: str, now: datetime) -> str:
    marks, before, between, after, end = form
    return f"{before}{render_moment(now)}{between}{escape(control_id, marks)}{after}{their_id}{end}"


def _form(marks: Separators, asked: tuple[str, ...], code: str, text: str) -> Form:
    """An acknowledgement but for the three things that differ from one to the next.

    Args:
        asked: what the sender's MSH says, see ``_asked``.
    """
    event = Message(marks, ()).components(asked[4])[1:2]
    kind = marks.component.join(["ACK", *(escape(name, marks) for name in event if name), "ACK"])
    header, mark = _header(asked, marks, kind, "", ""), marks.field
    text = escape(text, marks)
    error = ""
    if code[1] != "A":
        where = _ERRORS[code[1]].replace("^", marks.component)
        error = mark.join(["ERR", "", "", where, "E", "", "", "", text]) + "\r"
    return (
        marks,
        mark.join([*header[:6], ""]),
        mark.join(["", *header[7:9], ""]),
        mark.join(["", *header[10:]]) + "\r" + mark.join(["MSA", code, ""]),
        f"{mark}{text}\r{error}",
    )


_remembered = lru_cache(maxsize=4096)(_form)


def header_of_answer(message: Message, kind: str, control_id: str, now: datetime) -> list[str]:
    """The MSH of another answer than an acknowledgement; ``kind`` is MSH-9 with the sender's separators."""
    return _header(_asked(message), message.separators, kind, control_id, render_moment(now))


def _asked(message: Message) -> tuple[str, ...]:
    """What an answer needs of the MSH: fields 3 to 6, 9, 11, 12, 15 and 16, raw."""
    header = message.header if len(message.header) > 16 else message.header + [""] * 17
    return (*header[3:7], header[9], header[11], header[12], header[15], header[16])


def _header(asked: tuple[str, ...], marks: Separators, kind: str, control_id: str, moment: str) -> list[str]:
    """MSH-3 and -4 are the receiver the sender named, or our own name; MSH-5 and -6 the sender."""
    application, facility, receiver, place, _, processing, version, accept, answer = asked
    return [
        "MSH",
        marks.encoding,
        receiver or OUR_NAME,
        place or OUR_NAME,
        application,
        facility,
        moment,
        "",
        kind,
        escape(control_id, marks),
        processing or "P",
        version or "2.6",
        *(("", "", "NE", "NE") if accept or answer else ()),
    ]
