"""How a command speaks: Rich for people on stderr and stdout, one JSON document for programs, and an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from ataraxy.core.errors import AtaraxyError


class Exit(IntEnum):
    """What every command's exit code means."""

    FINE = 0
    WRONG = 1  # it ran, and found something wrong
    NOT_RUN = 2  # it could not run, or was asked wrongly
    BROKEN = 3  # the record does not verify


out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def document(value: Mapping[str, Any]) -> None:
    """The one JSON document of a command called with ``--json``."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def trouble(error: AtaraxyError, as_json: bool) -> None:
    """Cause and cure, in one panel (or one document)."""
    if as_json:
        document({"error": {"cause": error.cause, "cure": error.cure}})
        return
    words = Text(error.cause)
    words.append("\n\n" + error.cure, style="bold")
    err.print(Panel(words, title="Ataraxy cannot do this", title_align="left", border_style="red"))


class Bar:
    """One line of progress; silent for programs."""

    def __init__(self, progress: Progress | None, task: TaskID | None) -> None:
        self._progress, self._task = progress, task

    def step(self, amount: float = 1) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task, amount)


@contextmanager
def bar(words: str, total: float | None, as_json: bool) -> Iterator[Bar]:
    """A progress bar on stderr; with ``total`` None a moving one."""
    if as_json or not err.is_terminal:
        yield Bar(None, None)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        yield Bar(progress, progress.add_task(words, total=total))
