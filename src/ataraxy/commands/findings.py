"""What ``doctor`` says about one thing it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    UNKNOWN = "unknown"  # it could not be seen from here; unknown is never ok


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing, how it is, and what to do when it is not well."""

    name: str
    status: Status
    words: str
    cure: str = ""


def ok(name: str, words: str) -> Finding:
    return Finding(name, Status.OK, words)


def warning(name: str, words: str, cure: str) -> Finding:
    return Finding(name, Status.WARNING, words, cure)


def wrong(name: str, words: str, cure: str) -> Finding:
    return Finding(name, Status.WRONG, words, cure)


def unknown(name: str, words: str, cure: str) -> Finding:
    return Finding(name, Status.UNKNOWN, words, cure)
