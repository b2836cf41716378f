"""What an import would change, on a terminal and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ataraxy.commands.evidence_page import plain
from ataraxy.core.evidence.answer import Shown
from ataraxy.core.evidence.difference import Change, Difference
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.pool_difference import PoolChange, PoolChanges
from ataraxy.core.protocol.problem import path_text
from ataraxy.core.protocol.sources import Source
from ataraxy.interop.arriving import Arrival
from ataraxy.interop.references import References
from ataraxy.interop.taken import Note, Weight

STYLES = {Change.ADDED: "green", Change.REMOVED: "red", Change.CHANGED: "yellow"}
MARKS = {Change.ADDED: "+", Change.REMOVED: "-", Change.CHANGED: "~"}
WEIGHTS = {Weight.LEFT_OUT: "yellow", Weight.DOUBT: "cyan", Weight.SKIPPED: "red"}


def as_json(arrival: Arrival, written: Sequence[Path]) -> dict[str, Any]:
    """Everything that is shown, for programs."""
    return {
        "studies": [plain(one.study) for one in arrival.taken],
        "notes": [_note(note) for one in arrival.taken for note in one.notes],
        "differences": [plain(one) for one in arrival.differences],
        "pools": {
            "changed": [plain(one) for one in arrival.pools.changed],
            "unchanged": arrival.pools.unchanged,
            "left_out": [plain(one) for one in arrival.pools.left_out],
        },
        "problems": [
            {"study": key, "path": path_text(one.path), "cause": one.cause, "cure": one.cure}
            for key, one in arrival.problems
        ],
        "findings": [{"study": key, "words": words} for key, words in arrival.findings],
        "in_place_of": list(arrival.in_place_of),
        "written": [str(path) for path in written],
    }


def _note(note: Note) -> dict[str, str]:
    return {"where": note.where, "weight": note.weight.value, "words": note.words}


def print_studies(arrival: Arrival, written: Sequence[Path], asked: bool, console: Console) -> None:
    """Notes, differences, pools, problems; and whether anything was written."""
    for one in arrival.taken:
        counts = len(one.study.arms), len(one.study.outcomes), len(one.study.harms)
        words = "{}: {} arms, {} outcomes, {} harms".format(one.study.id, *counts)
        console.print(Text(words, style="bold"))
        _print_notes(one.notes, console)
    for key in arrival.in_place_of:
        console.print(Text(f"{key} ships with the catalog: this file would stand in its place.", style="red"))
    _print_differences(arrival.differences, console)
    _print_pools(arrival.pools, console)
    for key, words in arrival.findings:
        console.print(Text(f"Disagrees with itself: {key}: {words}", style="yellow"))
    for key, problem in arrival.problems:
        where = path_text(problem.path)
        console.print(
            Text(f"May not be accepted: {key} {where}: {problem.cause} {problem.cure}", style="red")
        )
    _print_end(written, asked, bool(arrival.problems), console)


def _print_notes(notes: Sequence[Note], console: Console) -> None:
    for note in notes:
        line = Text(f"  {note.weight.value}: ", style=WEIGHTS[note.weight])
        line.append(f"{note.words} ", style="default").append(f"({note.where})", style="dim")
        console.print(line)


def _print_differences(found: Sequence[Difference], console: Console) -> None:
    console.print(Text(f"In the base: {len(found)} differences." if found else "In the base: no difference."))
    for one in found:
        line = Text(f"  {MARKS[one.change]} {one.study} {one.path}".rstrip(), style=STYLES[one.change])
        if one.change is Change.CHANGED:
            line.append(f": {one.before} → {one.after}", style="default")
        else:
            line.append(f": {one.after or one.before}", style="default")
        console.print(line)


def _print_pools(pools: PoolChanges, console: Console) -> None:
    words = f"Pooled estimates: {len(pools.changed)} change, {pools.unchanged} stay as they are."
    console.print(Text(words, style="bold" if pools.changed else ""))
    told = [one for one in pools.changed if isinstance(one.before, Shown) or isinstance(one.after, Shown)]
    if len(told) < len(pools.changed):
        few = (
            f"  {len(pools.changed) - len(told)} of them have too few studies for a number, before and after."
        )
        console.print(Text(few, style="dim"))
    if told:
        table = Table(show_lines=True, expand=True)
        for name in ("Pool", "Before", "After"):
            table.add_column(name, overflow="fold")
        for one in told:
            table.add_row(
                Text(_name(one)),
                Text(_side(one.before, one.studies_before)),
                Text(_side(one.after, one.studies_after)),
            )
        console.print(table)
    for excluded in pools.left_out:
        console.print(Text(f"  not pooled: {excluded.study}: {excluded.words}", style="dim"))


def _name(one: PoolChange) -> str:
    name = one.name
    parts = (name.condition.value.upper(), name.measure.value.upper(), name.instrument, name.window)
    return f"{' '.join(filter(None, parts))}; {name.analysis.value}; {name.method}"


def _side(result: Shown | TooFew | None, studies: Sequence[str]) -> str:
    if result is None:
        return "no such pool"
    if isinstance(result, TooFew):
        return f"{result} ({', '.join(studies)})"
    p = "" if result.p is None else f", p = {result.p:.3g}"
    return f"{result.value:.4g} [{result.low:.4g}, {result.high:.4g}]{p} ({', '.join(studies)})"


def _print_end(written: Sequence[Path], asked: bool, wrong: bool, console: Console) -> None:
    for path in written:
        console.print(Text(f"Written: {path}", style="green"))
    if written:
        console.print("Read each file before it is used: an import is nobody's judgement.")
        console.print("The clinic's pages show it once it is brought and accepted there; on a terminal:")
        console.print(Text(f"ataraxy evidence --beside {written[0].parent}"), soft_wrap=True)
    elif wrong and asked:
        console.print("Nothing was written.")
    elif not asked:
        console.print("Nothing was written. To accept it: --accept --into FOLDER.")


def print_references(
    found: References, known: Mapping[str, Source | None], written: Sequence[Path], console: Console
) -> None:
    """Each reference, new or known, and what of the file was skipped."""
    for one in found.entries:
        source = known[one.key]
        told = (
            f"known as {source.key}"
            if source is not None
            else "new; not read, so what cites it is unverified"
        )
        line = Text(f"  {one.key}: ", style="green" if source is None else "dim")
        console.print(line.append(f"{one.title} ({told})", style="default"))
    _print_notes(found.notes, console)
    console.print("References change no pooled estimate.")
    _print_end(written, asked=bool(written), wrong=False, console=console)
