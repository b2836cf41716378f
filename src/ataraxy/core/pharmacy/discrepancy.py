"""A difference between the books and what is there: opened, explained, closed, in this order, by at least two people."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from ataraxy.core.errors import InputRefused


class What(StrEnum):
    DOSE = "dose"  # drug entered a patient, and no vial accounts for it
    MISSING = "missing"  # a count found less than the books say
    SURPLUS = "surplus"  # a count found more


class Resolution(StrEnum):
    CHARGED = "charged"  # the dose was charged to the vial it came from
    COUNTED_WRONG = "counted-wrong"  # counted again, and it is there
    OVERFILL = "overfill"  # more in the vial than its label says
    LOSS = "loss"  # theft or loss, to be reported
    OUTSIDE = "outside"  # from stock that was never in this ledger; reported
    CHART_WRONG = "chart-wrong"  # the dose was charted wrongly and is corrected


ALLOWED: dict[What, tuple[Resolution, ...]] = {
    What.DOSE: (Resolution.CHARGED, Resolution.CHART_WRONG, Resolution.OUTSIDE),
    What.MISSING: (Resolution.COUNTED_WRONG, Resolution.LOSS),
    What.SURPLUS: (Resolution.COUNTED_WRONG, Resolution.OVERFILL),
}


class Step(StrEnum):
    OPENED = "opened"
    EXPLAINED = "explained"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Taken:
    """One step that was taken."""

    step: Step
    by: UUID
    words: str


def next_step(taken: tuple[Taken, ...], step: Step, by: UUID) -> None:
    """Whether ``step`` may follow.

    Raises:
        InputRefused: it is closed already, not yet explained, or the same person would explain and close it.
    """
    last = taken[-1].step if taken else None
    if last is Step.CLOSED:
        raise InputRefused("This discrepancy is closed.", "Open a new one if the difference came back.")
    if step is Step.CLOSED and last is not Step.EXPLAINED:
        raise InputRefused("Nobody has explained this yet.", "Explain it first; another person closes it.")
    if step is Step.CLOSED and taken[-1].by == by:
        raise InputRefused("You explained this yourself.", "Another person looks at it and closes it.")


def difference(expected_ml: Decimal, found_ml: Decimal) -> tuple[What, Decimal] | None:
    """What a count of one place found, as a positive volume; None when it agrees."""
    if found_ml == expected_ml:
        return None
    missing = expected_ml - found_ml
    return (What.MISSING, missing) if missing > 0 else (What.SURPLUS, -missing)
