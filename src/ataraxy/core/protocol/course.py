"""Who is treated: indications, criteria, and the course with its rules."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ataraxy.core.protocol.line import Disorder, Line, Override, Use
from ataraxy.core.protocol.status import Status


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
