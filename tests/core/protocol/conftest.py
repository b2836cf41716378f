"""A patient for whom every criterion of a shipped protocol is met, to be spoiled one fact at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from ataraxy.catalog.load import cautions, protocols, treatments
from ataraxy.core.chart.chart import Chart
from ataraxy.core.chart.events import (
    Answer,
    ConditionRecorded,
    ConsentSigned,
    CriterionOverridden,
    DiagnosisRecorded,
    GrantKind,
    MedicineGroupRecorded,
    Outcome,
    PregnancyRecorded,
    ScaleAnswered,
    TreatmentKind,
    TreatmentRecorded,
)
from ataraxy.core.chart.fold import fold_chart
from ataraxy.core.protocol.eligibility import Verdict, judge
from ataraxy.core.protocol.gate import Gate, gate
from ataraxy.core.protocol.types import Disorder, Protocol
from ataraxy.core.record.envelope import Envelope, Origin, Recorded

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BORN = date(1986, 3, 1)
DRUG = {Disorder.GAD: "escitalopram", Disorder.SAD: "sertraline", Disorder.PTSD: "sertraline"}
THERAPY = {Disorder.GAD: "cbt", Disorder.SAD: "cbt", Disorder.PTSD: "emdr"}


@dataclass
class Patient:
    """Facts in the order they were written; ``add`` and ``forget`` give a new patient."""

    protocol: Protocol
    disorder: Disorder
    payloads: list[Any] = field(default_factory=list)
    birth_date: date | None = BORN
    days_ago: int = 1

    def add(self, *payloads: Any) -> Patient:
        return Patient(
            self.protocol, self.disorder, [*self.payloads, *payloads], self.birth_date, self.days_ago
        )

    def forget(self, about: Callable[[Any], bool]) -> Patient:
        kept = [payload for payload in self.payloads if not about(payload)]
        return Patient(self.protocol, self.disorder, kept, self.birth_date, self.days_ago)

    @property
    def events(self) -> list[Recorded[Any]]:
        at = NOW - timedelta(days=self.days_ago)
        return [
            Recorded(Envelope(UUID(int=seq), seq, at, at, UUID(int=9), Origin.STAFF), payload)
            for seq, payload in enumerate(self.payloads, 1)
        ]

    @property
    def chart(self) -> Chart:
        return fold_chart(self.events)

    def verdicts(self, now: datetime = NOW) -> dict[str, Verdict]:
        table = treatments()[self.disorder]
        found = judge(self.protocol, self.disorder, self.chart, table, now, self.birth_date)
        return {verdict.criterion.id: verdict for verdict in found}

    def gate(self, **more: Any) -> Gate:
        more.setdefault("demo", True)
        return gate(self.protocol, self.disorder, self.verdicts().values(), self.chart.overrides, **more)

    def override(self, criterion: str, reason: str = "weighed with the patient") -> CriterionOverridden:
        return CriterionOverridden(self.protocol.id, self.protocol.version, criterion, reason, self.disorder)


def fit_patient(protocol: Protocol, disorder: Disorder) -> Patient:
    """Everything asked, everything in favour."""
    indication = protocol.indication(disorder)
    assert indication is not None
    no, yes = Answer.NO, Answer.YES
    facts: list[Any] = [
        DiagnosisRecorded(disorder, "F41.1", "interview"),
        ScaleAnswered(indication.severity.scale, "1", (), indication.severity.at_least + 5),
        TreatmentRecorded(
            TreatmentKind.DRUG, DRUG[disorder], Decimal(200), 16, None, Outcome.NON_RESPONSE, yes
        ),
        TreatmentRecorded(
            TreatmentKind.PSYCHOTHERAPY, THERAPY[disorder], None, None, 14, Outcome.PARTIAL, yes
        ),
        PregnancyRecorded(no, "urine test today"),
        ConsentSigned(
            protocol.id, protocol.version, protocol.sha256, "t", "en", (GrantKind.TREATMENT,), (), "Ada"
        ),
    ]
    facts += [ConditionRecorded(key, no) for key in cautions().conditions]
    facts += [MedicineGroupRecorded(key, no) for key in cautions().medicine_groups]
    return Patient(protocol, disorder, facts)


@pytest.fixture
def fit() -> Patient:
    """A person with PTSD who meets every criterion of the intravenous protocol."""
    return fit_patient(protocols()["iv-racemic-0.5"], Disorder.PTSD)


@pytest.fixture
def make_fit() -> Callable[[Protocol, Disorder], Patient]:
    return fit_patient


@pytest.fixture
def now() -> datetime:
    return NOW
