"""How far a number of the catalog may be trusted."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """How far a line may be trusted. PROPOSED and UNVERIFIED need the director's signature."""

    LABEL = "label"
    GUIDANCE = "guidance"
    TRIAL = "trial"
    PROPOSED = "proposed"
    UNVERIFIED = "unverified"

    @property
    def needs_signature(self) -> bool:
        return self in (Status.PROPOSED, Status.UNVERIFIED)
