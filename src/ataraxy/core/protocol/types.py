"""A treatment protocol, as one frozen value.

The same value is checked, shown, executed at the bedside and measured. Numbers that reach a patient
(mg, mg/kg, mL) are ``Decimal``; limits on measurements are ``Decimal`` too. Times are minutes from the
start of the dose unless the name says hours or days.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ataraxy.core.protocol.status import Status as Status  # its own file: models of a drug need no protocol


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


class Phase(StrEnum):
    """Where a session stands. ARRIVAL until the dose starts; OBSERVATION from its end until discharge."""

    ARRIVAL = "arrival"
    DOSING = "dosing"
    OBSERVATION = "observation"
    ENDED = "ended"


class Measure(StrEnum):
    """What is measured; pulse by ECG, by oximeter and by cuff stay three different things."""

    SYSTOLIC = "systolic"
    DIASTOLIC = "diastolic"
    MEAN_PRESSURE = "mean-pressure"
    SPO2 = "spo2"
    HEART_RATE_ECG = "heart-rate-ecg"
    PULSE_OXIMETER = "pulse-oximeter"
    PULSE_CUFF = "pulse-cuff"
    RESPIRATORY_RATE = "respiratory-rate"
    SEDATION = "sedation"  # MOAA/S, 0 to 5
    DISSOCIATION = "dissociation"  # CADSS total, entered as a score
    ANXIETY_NOW = "anxiety-now"  # 0 to 10
    WEIGHT = "weight"
    TEMPERATURE = "temperature"
    NAUSEA = "nausea"  # 0 to 10
    ORIENTATION = "orientation"  # 0 to 3: knows their name, the place, the day

    @property
    def unit(self) -> str:
        return UNITS[self]


UNITS: dict[Measure, str] = {
    Measure.SYSTOLIC: "mmHg",
    Measure.DIASTOLIC: "mmHg",
    Measure.MEAN_PRESSURE: "mmHg",
    Measure.SPO2: "%",
    Measure.HEART_RATE_ECG: "/min",
    Measure.PULSE_OXIMETER: "/min",
    Measure.PULSE_CUFF: "/min",
    Measure.RESPIRATORY_RATE: "/min",
    Measure.SEDATION: "score",
    Measure.DISSOCIATION: "score",
    Measure.ANXIETY_NOW: "score",
    Measure.WEIGHT: "kg",
    Measure.TEMPERATURE: "Cel",
    Measure.NAUSEA: "score",
    Measure.ORIENTATION: "score",
}


class Comparison(StrEnum):
    ABOVE = "above"
    AT_LEAST = "at-least"
    BELOW = "below"
    AT_MOST = "at-most"

    def holds(self, value: Decimal, limit: Decimal) -> bool:
        return _HOLDS[self](value, limit)


_HOLDS: dict[Comparison, Callable[[Decimal, Decimal], bool]] = {
    Comparison.ABOVE: operator.gt,
    Comparison.AT_LEAST: operator.ge,
    Comparison.BELOW: operator.lt,
    Comparison.AT_MOST: operator.le,
}


@dataclass(frozen=True, slots=True)
class Line:
    """What every line of a protocol carries: an id unique in the file, words, a source and its status."""

    id: str
    text: str
    source: str  # a key in sources.toml
    status: Status


# --- who -----------------------------------------------------------------------------------------


class CriterionKind(StrEnum):
    DIAGNOSIS = "diagnosis"  # one of the protocol's indications is the recorded diagnosis
    AGE = "age"  # parameters: at_least_years, at_most_years
    SEVERITY = "severity"  # parameters: the severity of the indication (scale, at_least)
    TRIALS = "trials"  # parameters: drug_trials, psychotherapy_trials
    ABSENT_CONDITION = "absent-condition"  # parameters: conditions (keys in catalog/cautions)
    ABSENT_MEDICINE = "absent-medicine"  # parameters: medicine_groups
    NOT_PREGNANT = "not-pregnant"
    CONSENT = "consent"  # a valid treatment consent on this protocol version


class CriterionRole(StrEnum):
    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"
    CAUTION = "caution"


@dataclass(frozen=True, slots=True)
class Criterion(Line):
    """One eligibility criterion, phrased so that *met* speaks for treating."""

    kind: CriterionKind
    role: CriterionRole
    override: Override
    disorders: tuple[Disorder, ...] = ()  # empty: applies to all
    at_least_years: int | None = None
    at_most_years: int | None = None
    drug_trials: int | None = None
    psychotherapy_trials: int | None = None
    conditions: tuple[str, ...] = ()
    medicine_groups: tuple[str, ...] = ()
    within_days: int | None = None  # an answer older than this is unknown again

    def applies_to(self, disorder: Disorder) -> bool:
        return not self.disorders or disorder in self.disorders


@dataclass(frozen=True, slots=True)
class Severity:
    """The least score, on which scale, not older than ``within_days``."""

    scale: str
    at_least: Decimal
    within_days: int
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class Course:
    """How many sessions, how far apart. ``doses_mg_per_kg`` has one entry a session."""

    doses_mg_per_kg: tuple[Decimal, ...]
    least_days_apart: int
    most_days_apart: int
    within_days: int  # the whole course, first to last session
    source: str
    status: Status
    spacing_source: str = ""  # for the days between sessions, where they are not from the same place
    spacing_status: Status = Status.PROPOSED

    @property
    def sessions(self) -> int:
        return len(self.doses_mg_per_kg)


@dataclass(frozen=True, slots=True)
class Indication(Line):
    disorder: Disorder
    use: Use
    severity: Severity
    course: Course


class CourseRuleKind(StrEnum):
    STEP_UP = "step-up"
    STOP = "stop"


class StopWhen(StrEnum):
    """What a stop rule looks for; ``core/course/findings.py`` says how each is known."""

    SERIOUS_EVENT = "serious-event"
    PRESSURE_DANGER = "pressure-danger"
    RELIABLY_WORSE = "reliably-worse"
    SUICIDE_SCREEN_HIGH = "suicide-screen-high"
    URINARY_SYMPTOMS = "urinary-symptoms"
    NO_RESPONSE = "no-response"


@dataclass(frozen=True, slots=True)
class CourseRule(Line):
    """When to step up, or to stop the course.

    A stop rule holds the next dose for whatever ``when`` names, and for a "no" to the arrival lines in
    ``checks`` at an earlier session. One that names nothing was written before this could be said: it holds for
    everything.
    """

    kind: CourseRuleKind
    disorders: tuple[Disorder, ...] = ()
    when: tuple[StopWhen, ...] = ()
    checks: tuple[str, ...] = ()

    def applies_to(self, disorder: Disorder) -> bool:
        return not self.disorders or disorder in self.disorders

    @property
    def watches(self) -> tuple[StopWhen, ...]:
        return self.when or tuple(StopWhen)


# --- what must be agreed -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConsentPoint(Line):
    """One thing the patient must be told; ``heading`` groups points on the page."""

    heading: str


# --- what is given -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drug:
    name: str
    form: str  # "racemic"
    salt: str  # "hydrochloride"
    amounts_as: str  # "base" or "salt": what every mg in this file means
    stock_mg_per_ml: Decimal
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class Dose(Line):
    """``duration_min`` and ``infusion_mg_per_ml`` are None for an injection; ``spray_mg``, one spray, is only for the nose.

    The caps and the dilution are rarely from the same place as the dose: each has its own source and status.
    """

    route: Route
    weight: WeightBasis
    cap_mg: Decimal
    cap_mg_per_kg: Decimal
    duration_min: int | None = None
    infusion_mg_per_ml: Decimal | None = None
    cap_source: str = ""
    cap_status: Status = Status.PROPOSED
    infusion_source: str = ""
    infusion_status: Status = Status.PROPOSED
    spray_mg: Decimal | None = None
    spray_source: str = ""
    spray_status: Status = Status.PROPOSED


# --- what is checked and watched -----------------------------------------------------------------


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
class Limit:
    """``measure`` ``comparison`` ``value`` is what breaks the limit (for example systolic above 140).

    ``clear``: once broken it speaks until a fresh reading is at this value or better; None: until one is inside.
    """

    measure: Measure
    comparison: Comparison
    value: Decimal
    unit: str
    clear: Decimal | None = None

    def clears(self, value: Decimal) -> bool:
        """Whether a reading is good enough to end what an earlier one began. It delays, it never begins."""
        if self.comparison.holds(value, self.value):
            return False
        if self.clear is None:
            return True
        upper = self.comparison in (Comparison.ABOVE, Comparison.AT_LEAST)
        return value <= self.clear if upper else value >= self.clear


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


# --- what follows --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckIn(Line):
    """Asked ``after_hours`` after a dose; weekly ones repeat until ``until_days``."""

    after_hours: int
    scales: tuple[str, ...]
    repeat_every_days: int | None = None
    until_days: int | None = None
    disorders: tuple[Disorder, ...] = ()  # empty: asked of all

    def asks(self, disorder: Disorder) -> bool:
        return not self.disorders or disorder in self.disorders


@dataclass(frozen=True, slots=True)
class Protocol:
    """One version of one protocol. Lines keep the order of the file."""

    id: str
    version: str
    title: str
    authors: tuple[str, ...]
    approval: Approval
    approval_note: str
    jurisdiction: str
    drug: Drug
    dose: Dose
    indications: tuple[Indication, ...]
    eligibility: tuple[Criterion, ...]
    consent: tuple[ConsentPoint, ...]
    course_rules: tuple[CourseRule, ...]
    arrival: tuple[ArrivalCheck, ...]
    monitoring: tuple[Monitoring, ...]
    rules: tuple[Rule, ...]
    discharge: tuple[DischargeCriterion, ...]
    check_ins: tuple[CheckIn, ...]
    sha256: str  # of the file's bytes
    cautions: tuple[Caution, ...] = ()
    emergencies: tuple[EmergencyCard, ...] = ()
    rescue: tuple[RescueMedicine, ...] = ()
    bedside: tuple[BedsideNumber, ...] = ()

    def indication(self, disorder: Disorder) -> Indication | None:
        return next((i for i in self.indications if i.disorder is disorder), None)
