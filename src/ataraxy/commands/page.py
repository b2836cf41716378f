"""A protocol as a page a clinician can read: the sections in the order of care, unsigned lines marked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ataraxy.core.protocol.lines import Claim, claims, unsigned
from ataraxy.core.protocol.types import Approval, Protocol

SIGN = "SIGN"  # a word, so that the mark does not depend on colour


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the page and the sections of the file it shows."""

    heading: str
    sections: tuple[str, ...]


ORDER = (
    Section("Who: what it treats", ("indications",)),
    Section("Who may be treated", ("eligibility",)),
    Section("What must be agreed", ("consent",)),
    Section("What is given", ("drug", "dose")),
    Section("The course: stepping up and stopping", ("course_rules",)),
    Section("Before the dose", ("arrival",)),
    Section("What is watched", ("monitoring",)),
    Section("When to act", ("rules",)),
    Section("Before going home", ("discharge",)),
    Section("Afterwards", ("check_ins",)),
)


def print_page(protocol: Protocol, console: Console) -> None:
    """Print the whole protocol."""
    console.print(_head(protocol))
    every = claims(protocol)
    for section in ORDER:
        shown = [claim for name in section.sections for claim in every if claim.section == name]
        if shown:
            console.print(f"\n[bold]{section.heading}[/]")
            console.print(_table(protocol, shown))
    console.print(_foot(protocol))


def _head(protocol: Protocol) -> RenderableType:
    label = "OFF-LABEL" if protocol.approval is Approval.OFF_LABEL else "on label"
    parts = (
        Text(f"{protocol.id}, version {protocol.version}, {protocol.jurisdiction}, {label}"),
        Text(protocol.approval_note),
        Text(f"Authors: {', '.join(protocol.authors)}"),
        Text(f"sha256 {protocol.sha256}", style="dim", overflow="fold"),
    )
    return Panel(Group(*parts), title=escape(protocol.title), title_align="left")


def _table(protocol: Protocol, shown: list[Claim]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(width=len(SIGN), style="bold yellow", no_wrap=True)
    table.add_column(ratio=3)
    table.add_column(ratio=1, style="dim", overflow="fold")
    for claim in shown:
        mark = SIGN if claim.status.needs_signature else ""
        words = Text("\n").join([Text(claim.text), *map(_detail, _details(protocol, claim))])
        table.add_row(mark, words, Text(f"{claim.id}\n{claim.status.value}: {claim.source}"))
    return table


def _detail(words: str) -> Text:
    return Text(f"  {words}", style="italic")


def _details(protocol: Protocol, claim: Claim) -> Iterator[str]:
    """What the words alone do not show: who may sign past a line, what is for the demo only."""
    if len(claim.path) != 2 or claim.section not in ("eligibility", "arrival", "discharge", "indications"):
        return
    line = getattr(protocol, claim.section)[claim.path[1]]
    if claim.section == "indications":
        yield f"{line.disorder.value.upper()}; {'DEMO ONLY' if line.use.value == 'demo' else 'for patients'}"
    elif line.override.value == "prescriber":
        yield "a prescriber may sign past it"
    if getattr(line, "disorders", ()):
        yield "only " + ", ".join(disorder.value.upper() for disorder in line.disorders)


def _foot(protocol: Protocol) -> str:
    waiting = len(unsigned(protocol))
    if not waiting:
        return "\nNo line needs the director's signature."
    return (
        f"\n[bold]{waiting} of {len(claims(protocol))} lines need the director's signature[/] "
        f"before a real patient may be treated: those marked {SIGN} (proposed or unverified)."
    )
