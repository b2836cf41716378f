"""What is wrong with a file: which line, why, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

Path = tuple[str | int, ...]  # ("rules", 2, "limits", 0, "value")


@dataclass(frozen=True, slots=True)
class Problem:
    """``path`` leads to the key in the file; the reader of the file knows its line and column."""

    path: Path
    cause: str
    cure: str


def path_text(path: Path) -> str:
    """A path as people write it: ``rules[2].limits[0].value``."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(parts).removeprefix(".")
