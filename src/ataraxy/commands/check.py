"""``ataraxy check FILE``: is this protocol, model, effect, population, study or review fit to be used?

Exit code 0: no problem. 1: problems, each with its line. 2: the file cannot be read.
"""

from __future__ import annotations

import json as json_text
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from ataraxy.catalog.check import CatalogProblem, OnShelf, check_bytes, read_on_shelf, shelf_of
from ataraxy.commands.evidence_page import plain, print_review, print_study
from ataraxy.commands.page import print_page
from ataraxy.core.evidence.study import Review, Study
from ataraxy.core.protocol.lines import claims, unsigned
from ataraxy.core.protocol.types import Protocol

Checked = Protocol | OnShelf
OK, PROBLEMS, UNREADABLE = 0, 1, 2


def check(file: Path, json: bool = False) -> int:
    """Check one file of the catalog, print every problem or the page, and return the exit code."""
    console = Console(highlight=False, soft_wrap=json)
    try:
        data = file.read_bytes()
    except (OSError, ValueError) as error:
        return _unreadable(file, error, json, console)
    one, problems = _checked(data, file)
    if json:
        _print_json(_as_json(file, one, problems))
    else:
        _print(file, one, problems, console)
    return PROBLEMS if problems else OK


def _checked(data: bytes, file: Path) -> tuple[Checked | None, tuple[CatalogProblem, ...]]:
    folder = shelf_of(data, file.name, file.absolute().parent.name)
    if folder is not None:
        return read_on_shelf(folder, data, file.name)
    reading, problems = check_bytes(data, file.name)
    return (reading.protocol if reading is not None else None), problems


def _unreadable(file: Path, error: Exception, json: bool, console: Console) -> int:
    reason = getattr(error, "strerror", None) or str(error)
    problem = CatalogProblem(str(file), f"The file cannot be read: {reason}.", "Check its name and rights.")
    if json:
        _print_json(_as_json(file, None, (problem,)))
    else:
        console.print(Text(str(problem), style="red"))
    return UNREADABLE


def _print(file: Path, one: Checked | None, problems: Sequence[CatalogProblem], console: Console) -> None:
    if isinstance(one, Protocol):
        print_page(one, console)
        console.print()
    elif one is not None:
        _print_model(one, console)
    for problem in problems:
        console.print(Text.assemble((problem.where, "bold red"), f": {problem.cause} {problem.cure}"))
    if problems:
        number = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        console.print(Text(f"{file.name}: {number}. It may not be used.", style="bold red"))
    else:
        console.print(Text(f"{file.name}: no problem found.", style="bold green"))


def _print_model(one: OnShelf, console: Console) -> None:
    """A model, an effect or a population: what it is, of whom, and what it leaves out. A study: what it found."""
    if isinstance(one, Study | Review):
        print_study(one, console) if isinstance(one, Study) else print_review(one, console)
        return
    console.print(Text(f"{one.name} ({one.standing.value})", style="bold"))
    console.print(Text(f"Of whom: {one.cohort}"))
    for part in one.leaves_out:
        console.print(Text(f"Leaves out: {part}"))
    console.print()


def _as_json(file: Path, one: Checked | None, problems: Sequence[CatalogProblem]) -> dict[str, Any]:
    listed = [{"where": p.where, "cause": p.cause, "cure": p.cure} for p in problems]
    return {
        "file": str(file),
        "ok": not problems,
        "problems": listed,
        "protocol": _protocol_json(one) if isinstance(one, Protocol) else None,
        "model": None if one is None or isinstance(one, Protocol) else _model_json(one),
    }


def _model_json(one: OnShelf) -> dict[str, Any]:
    if isinstance(one, Study | Review):
        return dict(plain(one))
    return {
        "id": one.id,
        "version": one.version,
        "name": one.name,
        "standing": one.standing.value,
        "cohort": one.cohort,
        "leaves_out": list(one.leaves_out),
    }


def _protocol_json(protocol: Protocol) -> dict[str, Any]:
    return {
        "id": protocol.id,
        "version": protocol.version,
        "title": protocol.title,
        "sha256": protocol.sha256,
        "lines": [
            {"id": c.id, "section": c.section, "text": c.text, "source": c.source, "status": c.status.value}
            for c in claims(protocol)
        ],
        "unsigned": [claim.id for claim in unsigned(protocol)],
    }


def _print_json(value: dict[str, Any]) -> None:
    Console(soft_wrap=True, highlight=False, markup=False).print(
        json_text.dumps(value, ensure_ascii=False), markup=False
    )
