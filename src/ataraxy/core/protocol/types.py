"""A treatment protocol, as one frozen value.

The same value is checked, shown, executed at the bedside and measured. Numbers that reach a patient
(mg, mg/kg, mL) are ``Decimal``; limits on measurements are ``Decimal`` too. Times are minutes from the
start of the dose unless the name says hours or days.
"""

from __future__ import annotations

from dataclasses import dataclass

from ataraxy.core.protocol.course import (
    Course,
    CourseRule,
    CourseRuleKind,
    Criterion,
    CriterionKind,
    CriterionRole,
    Indication,
    Severity,
    StopWhen,
)
from ataraxy.core.protocol.given import Dose, Drug
from ataraxy.core.protocol.line import Approval, Disorder, Line, Override, Route, Use, WeightBasis
from ataraxy.core.protocol.measured import UNITS, Comparison, Limit, Measure, Phase
from ataraxy.core.protocol.status import Status  # its own file: models of a drug need no protocol
from ataraxy.core.protocol.watched import (
    ArrivalCheck,
    BedsideKind,
    BedsideNumber,
    Caution,
    CheckKind,
    DischargeCriterion,
    DischargeKind,
    EmergencyCard,
    EmergencyKind,
    Monitoring,
    RescueMedicine,
    Rule,
    RuleAction,
)

__all__ = [
    "UNITS",
    "Approval",
    "ArrivalCheck",
    "BedsideKind",
    "BedsideNumber",
    "Caution",
    "CheckIn",
    "CheckKind",
    "Comparison",
    "ConsentPoint",
    "Course",
    "CourseRule",
    "CourseRuleKind",
    "Criterion",
    "CriterionKind",
    "CriterionRole",
    "DischargeCriterion",
    "DischargeKind",
    "Disorder",
    "Dose",
    "Drug",
    "EmergencyCard",
    "EmergencyKind",
    "Indication",
    "Limit",
    "Line",
    "Measure",
    "Monitoring",
    "Override",
    "Phase",
    "Protocol",
    "RescueMedicine",
    "Route",
    "Rule",
    "RuleAction",
    "Severity",
    "Status",
    "StopWhen",
    "Use",
    "WeightBasis",
]


@dataclass(frozen=True, slots=True)
class ConsentPoint(Line):
    """One thing the patient must be told; ``heading`` groups points on the page."""

    heading: str


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
