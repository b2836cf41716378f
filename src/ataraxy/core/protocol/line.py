"""One line of a protocol, and the words that every part of it shares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ataraxy.core.protocol.status import Status


class Disorder(StrEnum):
    GAD = "gad"
    SAD = "sad"
    PTSD = "ptsd"


class Use(StrEnum):
    """CLINIC: may treat patients. DEMO: a draft, refused outside a demo clinic."""

    CLINIC = "clinic"
    DEMO = "demo"


class Approval(StrEnum):
    OFF_LABEL = "off-label"
    ON_LABEL = "on-label"


class Route(StrEnum):
    IV_INFUSION = "iv-infusion"
    SUBCUTANEOUS = "subcutaneous"
    INTRAMUSCULAR = "intramuscular"
    NASAL = "nasal"  # sprays, one after the other, each after its rest


class WeightBasis(StrEnum):
    ACTUAL = "actual"


class Override(StrEnum):
    """NEVER: no signature opens it. PRESCRIBER: a signed reason does."""

    NEVER = "never"
    PRESCRIBER = "prescriber"


@dataclass(frozen=True, slots=True)
class Line:
    """What every line of a protocol carries: an id unique in the file, words, a source and its status."""

    id: str
    text: str
    source: str  # a key in sources.toml
    status: Status
