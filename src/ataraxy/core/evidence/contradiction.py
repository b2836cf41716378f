"""Printed numbers that cannot both be right, as a value that says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Flaw(StrEnum):
    """What is wrong between printed numbers."""

    BOUNDS = "bounds-out-of-order"
    OUTSIDE = "estimate-outside-its-interval"
    MIDPOINT = "estimate-off-the-middle"
    SE = "standard-error-against-interval"
    P = "p-against-estimate"
    NULL = "p-against-interval"
    Z = "test-statistic-against-p"
    UNITS = "units-mixed"
    DIRECTION = "direction-turned"
    COUNTS = "counts-impossible"
    SHARE = "percentage-no-count-gives"
    MEAN = "mean-off-the-scale"
    GRIM = "mean-no-whole-scores-give"
    SD_HIGH = "sd-larger-than-possible"
    SD_LOW = "sd-smaller-than-possible"
    SD_WHOLE = "sd-no-whole-scores-give"
    SD_SE = "sd-against-standard-error"


class Weight(StrEnum):
    """IMPOSSIBLE: no method gives it. DISAGREES: the usual methods do not; an unusual one, named in the words, may."""

    IMPOSSIBLE = "impossible"
    DISAGREES = "disagrees"


@dataclass(frozen=True, slots=True)
class Place:
    """Where it stands: a study or review, an outcome (or pool), and the arm or the n-th reported estimate of it."""

    record: str
    outcome: str = ""
    reported: int | None = None
    arm: str = ""

    def __str__(self) -> str:
        parts = [self.record, self.outcome, self.arm]
        if self.reported is not None:
            parts.append(f"reported {self.reported + 1}")
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """``words`` say cause and meaning; ``numbers`` are those compared, by name, as printed or computed."""

    kind: Flaw
    weight: Weight
    words: str
    numbers: tuple[tuple[str, float], ...] = ()
    place: Place | None = None

    def number(self, name: str) -> float:
        """Raises: KeyError: no number of this name was compared."""
        return dict(self.numbers)[name]
