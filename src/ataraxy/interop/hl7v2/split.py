"""An HL7 v2 message, cut into segments and fields. Escapes are decoded only where a field is read.

The cutting is ``str.split`` and nothing else, because a monitor sends a message every second for every room.
A message that cannot be trusted as a whole is refused; nothing of its content appears in the error, since it
may name a patient.

Source: HL7 v2.6 chapter 2 (message delimiters 2.5.4, escape sequences 2.7, MSH 2.14.9).
"""

from __future__ import annotations

from dataclasses import dataclass

from ataraxy.core.errors import AtaraxyError

Segment = list[str]

_COMMON = frozenset({"MSH", "PID", "PV1", "OBR", "OBX"})
# By the name of MSH-18 (HL7 table 0211) without blanks and dashes, as devices also write it.
_CHARSETS = {
    "": "utf-8",
    "ASCII": "utf-8",
    "ISOIR6": "utf-8",
    "UNICODE": "utf-8",
    "UNICODEUTF8": "utf-8",
    "UTF8": "utf-8",
    **{f"8859/{part}": f"iso8859-{part}" for part in (*range(1, 12), 13, 14, 15, 16)},
    "ISO88591": "iso8859-1",
    "WINDOWS1252": "cp1252",
    "WINDOWS1251": "cp1251",
    "GB180302000": "gb18030",
    "GB18030": "gb18030",
    "GBK": "gb18030",
    "GB2312": "gb18030",
    "BIG5": "big5",
    "KSX1001": "euc-kr",
    "ISOIR87": "shift_jis",
    "ISOIR159": "shift_jis",
    "SHIFTJIS": "shift_jis",
}


class MessageRefused(AtaraxyError):
    """A device message cannot be taken. ``unsupported``: well formed, but of a kind nobody here reads."""

    def __init__(self, cause: str, cure: str, *, unsupported: bool = False) -> None:
        super().__init__(cause, cure)
        self.unsupported = unsupported


@dataclass(frozen=True, slots=True)
class Separators:
    """The five characters a message says it is cut with. An empty one is not in use."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"

    @property
    def encoding(self) -> str:
        """MSH-2 as sent."""
        return f"{self.component}{self.repetition}{self.escape}{self.subcomponent}"


STANDARD = Separators()
_USUAL = f"MSH|{STANDARD.encoding}|"


@dataclass(frozen=True, slots=True)
class Message:
    """A cut message. ``segments[0]`` is the MSH, padded so that ``fields[n]`` is field n of every segment."""

    separators: Separators
    segments: tuple[Segment, ...]

    @property
    def header(self) -> Segment:
        return self.segments[0]

    @property
    def kind(self) -> str:
        """Message type and event, such as ``ORU^R01``, always joined by ``^``."""
        return "^".join(self.components(field(self.header, 9))[:2])

    @property
    def control_id(self) -> str:
        return self.text(field(self.header, 10))

    def components(self, raw: str) -> list[str]:
        """The components of the first repetition of a field, each decoded."""
        marks = self.separators
        first = raw.split(marks.repetition, 1)[0] if marks.repetition else raw
        return [self.text(part) for part in first.split(marks.component)]

    def text(self, raw: str) -> str:
        """A field without further structure, decoded."""
        escape = self.separators.escape
        if not escape or escape not in raw:
            return raw
        return unescape(raw, self.separators)


def field(segment: Segment, number: int) -> str:
    """Field ``number`` of a segment, raw; empty when the segment is shorter."""
    return segment[number] if number < len(segment) else ""


def split(message: bytes | str) -> Message:
    """Cut a message into segments and fields.

    Args:
        message: one message without its MLLP frame. Segments may end in CR, LF or both.

    Raises:
        MessageRefused: no MSH, unusable separators, or a line that is no segment.
    """
    text = decode(message) if isinstance(message, bytes) else message
    if "\n" in text:
        text = text.replace("\r\n", "\r").replace("\n", "\r")
    lines = [line for line in text.lstrip("\ufeff\r ").split("\r") if line]
    separators = read_separators(lines[0] if lines else "")
    mark = separators.field
    segments = [line.split(mark) for line in lines]
    segments[0].insert(1, mark)
    names = {segment[0] for segment in segments}
    if not names <= _COMMON and not all(map(_is_name, names)):
        raise MessageRefused(
            "A line of the message is not an HL7 segment.",
            "Line breaks inside a field must be sent as an escape sequence; check the monitor's settings.",
        )
    return Message(separators, tuple(segments))


def read_header(message: bytes | str) -> Message:
    """Only the MSH, so that a message refused further down can still be answered."""
    text = decode(message) if isinstance(message, bytes) else message
    line = text.lstrip("\ufeff\r\n ").replace("\n", "\r").split("\r", 1)[0]
    separators = read_separators(line)
    fields = line.split(separators.field)
    fields.insert(1, separators.field)
    return Message(separators, (fields,))


def read_separators(line: str) -> Separators:
    """The separators an MSH announces; real devices drop the escape character, which is then not in use."""
    if line.startswith(_USUAL):
        return STANDARD
    if not line.startswith("MSH") or len(line) < 5:
        raise MessageRefused(
            "The message does not begin with an MSH segment.",
            "Set the monitor to send HL7 v2 (IHE PCD-01) over MLLP.",
        )
    mark = line[3]
    marks = line[4:].split(mark, 1)[0]
    if len(marks) == 3 and marks[2] == "&":
        marks = f"{marks[:2]}\0&"
    component, repetition, escape, subcomponent = (*marks[:4], *[""] * 4)[:4]
    if not _usable(mark + marks.replace("\0", "")) or not component:
        raise MessageRefused(
            "MSH-1 and MSH-2 do not name usable separators.",
            r"Set the monitor's separators to the standard |^~\& .",
        )
    return Separators(mark, component, repetition, "" if escape == "\0" else escape, subcomponent)


def decode(message: bytes) -> str:
    """Bytes to text in the character set MSH-18 names, else UTF-8, else Latin-1, which always reads.

    Only names and free text can come out wrong then: codes, numbers and times are ASCII in all of them.
    """
    if message.isascii():
        return message.decode("ascii")
    first_line = message[:4096].lstrip(b"\xef\xbb\xbf\r\n ").replace(b"\n", b"\r").split(b"\r", 1)[0]
    fields = first_line.split(first_line[3:4] or b"|")
    named = fields[17].decode("ascii", "replace").split("~")[0].strip() if len(fields) > 17 else ""
    charset = _CHARSETS.get(named.upper().replace(" ", "").replace("-", ""), "utf-8")
    try:
        return message.decode(charset)
    except UnicodeDecodeError:
        return message.decode("iso8859-1")


def unescape(raw: str, separators: Separators) -> str:
    r"""Undo ``\F\ \S\ \T\ \R\ \E\`` and ``\Xhh..\``; any other sequence is kept as it was sent."""
    mark = separators.escape
    meanings = {
        "F": separators.field,
        "S": separators.component,
        "R": separators.repetition,
        "E": mark,
        "T": separators.subcomponent,
    }
    out: list[str] = []
    at = 0
    while True:
        start = raw.find(mark, at)
        end = raw.find(mark, start + 1) if start >= 0 else -1
        if end < 0:
            out.append(raw[at:])
            return "".join(out)
        inner = raw[start + 1 : end]
        meaning = meanings.get(inner) or _hexadecimal(inner)
        # the mark that closes an unknown sequence may open the next one
        out.append(raw[at:start] + (raw[start:end] if meaning is None else meaning))
        at = end if meaning is None else end + 1


def escape(text: str, separators: Separators = STANDARD) -> str:
    """Text made safe for a field. Without an escape character, separators become spaces."""
    mark = separators.escape
    names = {
        separators.field: "F",
        separators.component: "S",
        separators.repetition: "R",
        mark: "E",
        separators.subcomponent: "T",
        "\r": "X0D",
        "\n": "X0A",
    }
    names.pop("", None)
    if not any(sign in text for sign in names):
        return text
    if not mark:
        return "".join(" " if sign in names else sign for sign in text)
    return "".join(f"{mark}{names[sign]}{mark}" if sign in names else sign for sign in text)


def _hexadecimal(inner: str) -> str | None:
    if not inner.startswith("X") or len(inner) < 3:
        return None
    try:
        return bytes.fromhex(inner[1:]).decode("utf-8", "replace")
    except ValueError:
        return None


def _usable(marks: str) -> bool:
    return (
        2 <= len(marks) <= 6  # v2.7 adds a truncation character
        and len(set(marks)) == len(marks)
        and all(sign.isascii() and sign.isprintable() and not sign.isalnum() for sign in marks)
        and " " not in marks
    )


def _is_name(name: str) -> bool:
    return len(name) == 3 and name.isascii() and name.isalnum() and name.isupper()
