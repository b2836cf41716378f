"""What is printed: each paper is one page description (typst) and one module that gathers its values."""

from __future__ import annotations

from importlib.resources import files


def source(name: str) -> str:
    """The page description of a paper."""
    return (files(__package__) / f"{name}.typ").read_text(encoding="utf-8")
