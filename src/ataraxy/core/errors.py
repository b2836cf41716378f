"""The exception tree.

AtaraxyError
├── CatalogError      a file clinicians review is wrong: refuse to start
├── InputRefused      the person at the screen can fix it: shown beside the field
├── StaleSession      somebody else acted first: reload and look again
├── MessageRefused    a device's message cannot be read: kept aside (interop/hl7v2/split.py)
├── NotPermitted      this person may not do this: never shown as a hint to an outsider
├── RecordBroken      the append-only record does not verify: stop and call for help
└── RecordUnreadable  an event was written by a later release, or is no event: upgrade or restore

Each says cause and cure. A clinical outcome (hold, stop, not met) is a value, never an exception.
"""

from __future__ import annotations


class AtaraxyError(Exception):
    """Something went wrong; ``cause`` says what, ``cure`` says what to do about it."""

    def __init__(self, cause: str, cure: str) -> None:
        super().__init__(f"{cause} {cure}")
        self.cause = cause
        self.cure = cure


class CatalogError(AtaraxyError):
    """A catalog file is wrong; ``where`` is ``file:line:column`` when known."""

    def __init__(self, cause: str, cure: str, where: str = "") -> None:
        super().__init__(cause, cure)
        self.where = where

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.cause} {self.cure}"


class InputRefused(AtaraxyError):
    """The input cannot be taken; ``field`` names the form field to show it beside."""

    def __init__(self, cause: str, cure: str, field: str | None = None) -> None:
        super().__init__(cause, cure)
        self.field = field


class StaleSession(AtaraxyError):
    """Another person acted after this page was drawn."""


class NotPermitted(AtaraxyError):
    """This person may not do this here."""


class RecordBroken(AtaraxyError):
    """A link of the hash chain does not hold."""


class RecordUnreadable(AtaraxyError):
    """An event this release cannot read."""
