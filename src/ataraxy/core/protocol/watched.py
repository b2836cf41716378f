"""What is checked before the dose, watched after it, done when it goes wrong, and asked before going home."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ataraxy.core.protocol.line import Line, Override
from ataraxy.core.protocol.measured import Limit, Measure, Phase
from ataraxy.core.protocol.status import Status


class CheckKind(StrEnum):
    CONFIRM = "confirm"  # a person confirms it is so
    IDENTIFIERS = "identifiers"  # two identifiers read back
    ESCORT = "escort"  # a named adult with a telephone number
    WEIGHT = "weight"  # kg, measured today
    LIMIT = "limit"  # a measured value inside limits: ``limits``
    PEOPLE = "people"  # a credentialed prescriber on site, a rescue-certified person free for the room
    EQUIPMENT = "equipment"  # today's signed check of the room: ``items``
    SYRINGE = "syringe"  # what was drawn up, checked by a second person
    SUICIDE_SCREEN = "suicide-screen"  # a scale asked item by item: ``scale``, ``asked``, ``high``


@dataclass(frozen=True, slots=True)
class ArrivalCheck(Line):
    """Before the dose. A missing one holds too; a value past a limit holds until reviewed."""

    kind: CheckKind
    override: Override
    limits: tuple[Limit, ...] = ()
    fresh_within_min: int | None = None  # LIMIT: an older value is not a current one
    time_out: bool = False  # asked in the time-out, just before the dose
    items: tuple[str, ...] = ()  # EQUIPMENT: what must work
    readings: int | None = None  # LIMIT: after a value past it, so many seated readings ...
    over_min: int | None = None  # ... over so many minutes, all of them shown
    scale: str = ""  # SUICIDE_SCREEN: which instrument ...
    asked: int | None = None  # ... how many items, each answered ...
    high: tuple[int, ...] = ()  # ... and those of which one "yes" is high: nothing is added up
    skip_after: int | None = None  # after a "no" to this item ...
    skipped: tuple[int, ...] = ()  # ... these may stay unasked; empty: every item is asked
    skip_source: str = ""
    skip_status: Status = Status.PROPOSED


@dataclass(frozen=True, slots=True)
class Monitoring(Line):
    """What is measured in a phase: every ``every_min``, or at ``at_min`` minutes after the dose starts."""

    phase: Phase
    measures: tuple[Measure, ...]
    every_min: int | None = None
    at_min: tuple[int, ...] = ()


class RuleAction(StrEnum):
    HOLD = "hold"  # do not start
    PAUSE = "pause"
    STOP = "stop"
    ESCALATE = "escalate"  # call the prescriber now


@dataclass(frozen=True, slots=True)
class Rule(Line):
    """During a session: when any of ``limits`` is broken in ``phases``, the screen asks for ``action``."""

    phases: tuple[Phase, ...]
    action: RuleAction
    limits: tuple[Limit, ...]
    changes: tuple[Limit, ...] = ()  # on the change from this patient's value before the dose
    repeat_within_min: int | None = None  # a value past it asks for a second reading so soon


@dataclass(frozen=True, slots=True)
class Caution(Line):
    """The band before a rule acts: look, and measure again. It stops nothing.

    ``for_s``: a continuous value must have been past it so long, at most 15 s; 0 for a cuff or a rating.
    """

    phases: tuple[Phase, ...]
    limits: tuple[Limit, ...] = ()
    changes: tuple[Limit, ...] = ()
    for_s: int = 0


class EmergencyKind(StrEnum):
    AIRWAY = "airway"  # apnoea or laryngospasm
    HYPERTENSIVE_CRISIS = "hypertensive-crisis"
    CHEST_PAIN = "chest-pain"
    ANAPHYLAXIS = "anaphylaxis"
    SEIZURE = "seizure"
    AGITATION = "agitation"
    VOMITING = "vomiting"


@dataclass(frozen=True, slots=True)
class EmergencyCard(Line):
    """What to do first, in order; ``roles`` are given out at the start."""

    kind: EmergencyKind
    steps: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RescueMedicine(Line):
    """One that may be ordered here. The amount is the prescriber's; none is written in the file."""

    medicine: str
    unit: str
    controlled: bool


class BedsideKind(StrEnum):
    SPRAY_REST = "spray-rest"  # between two sprays into the nose
    PUMP_DIFFERENCE = "pump-difference"  # pump beside estimate: more is explained

    @property
    def unit(self) -> str:
        return {BedsideKind.SPRAY_REST: "min", BedsideKind.PUMP_DIFFERENCE: "%"}[self]


@dataclass(frozen=True, slots=True)
class BedsideNumber(Line):
    """One number the session itself counts with."""

    kind: BedsideKind
    value: Decimal
    unit: str


class DischargeKind(StrEnum):
    MINIMUM_OBSERVATION = "minimum-observation"  # parameter: at_least_min since the dose started
    LIMIT = "limit"  # the latest value of a measure inside limits, not older than fresh_within_min
    CONFIRM = "confirm"
    ESCORT = "escort"
    BACK_TO_BASELINE = (
        "back-to-baseline"  # a measure back to the value before the dose, plus at most ``margin``
    )
    FALLING = "falling"  # below its highest since the dose, or at most ``margin`` above its value before
    NO_ACUTE_SUICIDALITY = (
        "no-acute-suicidality"  # asked after the dose, item by item where a scale is named; no override
    )


@dataclass(frozen=True, slots=True)
class DischargeCriterion(Line):
    kind: DischargeKind
    override: Override
    at_least_min: int | None = None
    fresh_within_min: int | None = None
    limits: tuple[Limit, ...] = ()
    measure: Measure | None = None
    margin: Decimal | None = None
    scale: str = ""  # NO_ACUTE_SUICIDALITY, asked item by item: which instrument ...
    asked: int | None = None  # ... how many items, each answered ...
    high: tuple[int, ...] = ()  # ... and those of which one "yes" is high: nothing is added up
    skip_after: int | None = None  # after a "no" to this item ...
    skipped: tuple[int, ...] = ()  # ... these may stay unasked; empty: every item is asked
    skip_source: str = ""
    skip_status: Status = Status.PROPOSED
