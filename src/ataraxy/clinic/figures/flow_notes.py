"""What happened, as numbered marks under the pressures and a legend that says what, when and who."""

from __future__ import annotations

from textwrap import wrap

from ataraxy.clinic.figures.svg import line, tag, text
from ataraxy.clinic.figures.time_axis import TimeAxis
from ataraxy.clinic.figures.types import FlowSheet, Note

MARK, LINE_HEIGHT = 19.0, 17.0
TWO_COLUMNS_FROM = 6
CHARACTERS_ACROSS = 150
NARROW, CHARACTER = 500.0, 6.5  # below this width: a phone; and how wide a character is at its size


def ordered(sheet: FlowSheet) -> list[Note]:
    return sorted(sheet.notes, key=lambda note: note.at)


def numbered(sheet: FlowSheet, axis: TimeAxis) -> list[tuple[int, Note]]:
    """The notes of this stretch of time, each with its number in the whole session."""
    return [(i, note) for i, note in enumerate(ordered(sheet), start=1) if axis.shows(note.at)]


def marks(sheet: FlowSheet, axis: TimeAxis, top: float) -> tuple[list[str], float]:
    """The numbered marks and the height they need; marks close in time stand below each other."""
    last: list[float] = []
    stems: list[str] = []  # behind every mark, so that none is struck through
    drawn: list[str] = []
    for number, note in numbered(sheet, axis):
        x = axis.x(note.at)
        row = next((i for i, before in enumerate(last) if x - before >= MARK), len(last))
        last[row:] = [x, *last[row + 1 :]]
        y = top + 11 + row * MARK
        stems.append(line(x, top - 3, x, y, "reference"))
        drawn.append(tag("circle", cls="note-mark", cx=x, cy=y, r=8.5))
        drawn.append(text(x, y + 4, str(number), "text-on-ink", 11, "middle"))
    return stems + drawn, len(last) * MARK + (6 if last else 0)


def legend(
    sheet: FlowSheet, axis: TimeAxis, left: float, width: float, top: float
) -> tuple[list[str], float]:
    """The notes in words, in two columns when there are many, read down and then across; on a phone in one."""
    notes = numbered(sheet, axis)
    across = CHARACTERS_ACROSS if width > NARROW else int((width - 22) / CHARACTER)
    columns = 2 if len(notes) >= TWO_COLUMNS_FROM and width > NARROW else 1
    per_column = -(-len(notes) // columns) if notes else 0
    drawn: list[str] = []
    height = 0.0
    for column in range(columns):
        y = top
        first = column * per_column
        x = left + column * width / columns
        for number, note in notes[first : first + per_column]:
            words = wrap(_words(sheet, note), across // columns) or [""]
            drawn.append(text(x + 14, y + 12, str(number), "text-strong", 12, "end"))
            for i, part in enumerate(words):
                drawn.append(text(x + 22, y + 12 + i * LINE_HEIGHT, part, "text", 12))
            y += LINE_HEIGHT * len(words) + 2
        height = max(height, y - top)
    return drawn, height


def _words(sheet: FlowSheet, note: Note) -> str:
    who = f" ({note.by})" if note.by else ""
    late = ", entered later" if note.late else ""
    return f"{sheet.clock(note.at)} {note.words}{who}{late}"
