"""What only a prescriber may write, with a signature: attestation, override and the decision itself."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from ataraxy.catalog.load import treatments
from ataraxy.clinic.audit.append import Entry, lock_head
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.chart import append_chart, chart_of
from ataraxy.clinic.people.models import Patient, Role
from ataraxy.clinic.people.signing import require_role
from ataraxy.clinic.plan.models import ActivatedProtocol
from ataraxy.clinic.screen.gate import Judged, closed_words, judged
from ataraxy.core.chart.chart import Chart
from ataraxy.core.chart.events import (
    CriterionOverridden,
    DecisionKind,
    DecisionSigned,
    TreatmentAttested,
)
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.adequacy import Finding, weigh
from ataraxy.core.protocol.gate import may_be_overridden
from ataraxy.core.protocol.types import Disorder

LEAST_WORDS = 3


def attest_treatment(
    ctx: Context,
    patient: Patient,
    treatment: UUID,
    explanation: str,
    *,
    key: str | None = None,
    seen: int | None = None,
) -> None:
    """The prescriber's word that an earlier treatment was adequate although facts about it are missing.

    Raises:
        InputRefused: no such treatment, nothing about it is unknown, or the explanation says too little.
    """
    require_role(ctx, Role.PRESCRIBER)
    _refuse_few_words(explanation, "explanation")
    _refuse_known(chart_of(patient.id), treatment)
    append_chart(ctx, patient.id, Entry(TreatmentAttested(treatment, explanation)), key=key, seen=seen)


def _refuse_known(chart: Chart, treatment: UUID) -> None:
    found = next((t for t in chart.treatments if t.record.envelope.id == treatment), None)
    if found is None:
        raise InputRefused("This treatment is not in the chart, or was retracted.", "Choose one that stands.")
    table = treatments().get(chart.diagnosis.payload.disorder) if chart.diagnosis else None
    if table is None:
        raise InputRefused("No diagnosis is recorded.", "Record it first: adequacy depends on it.")
    weighed = weigh(found, table)
    if weighed.finding is Finding.NOT_MET:
        raise InputRefused(
            f"This trial is known to fall short: {'; '.join(weighed.reasons)}.",
            "An attestation fills a gap in memory; it does not change a known fact.",
        )


def override_criterion(
    ctx: Context,
    patient: Patient,
    row: ActivatedProtocol,
    disorder: Disorder,
    criterion: str,
    reason: str,
    *,
    key: str | None = None,
    seen: int | None = None,
) -> None:
    """The prescriber signs a reason for treating although this criterion is not met.

    Raises:
        InputRefused: the criterion has no override, is met, or is unknown (what is unknown is asked).
    """
    require_role(ctx, Role.PRESCRIBER)
    _refuse_few_words(reason, "reason")
    now = judged(ctx, patient, chart_of(patient.id), row, disorder)
    _refuse_override(now, criterion)
    override = CriterionOverridden(row.protocol_id, row.version, criterion, reason, disorder)
    append_chart(ctx, patient.id, Entry(override), key=key, seen=seen)


def _refuse_override(now: Judged, criterion: str) -> None:
    verdict = now.verdict(criterion)
    if verdict is None:
        raise InputRefused("This criterion is not in the protocol.", "Choose one from the table.")
    if not may_be_overridden(verdict.criterion):
        raise InputRefused("No signature opens this criterion.", "It is met, or this patient is not treated.")
    if verdict.finding is Finding.UNKNOWN or verdict.unknown:
        raise InputRefused(
            f"This is not known yet: {'; '.join(verdict.unknown)}.", "Ask first: unknown is never overridden."
        )
    if verdict.finding is Finding.MET:
        raise InputRefused("This criterion is met.", "It needs no override.")


def sign_decision(
    ctx: Context,
    patient: Patient,
    row: ActivatedProtocol,
    disorder: Disorder,
    decision: DecisionKind,
    reason: str,
    *,
    key: str | None = None,
    seen: int | None = None,
) -> None:
    """The prescriber decides, on what the screen showed.

    Raises:
        InputRefused: treating is refused while the gate is closed (consent left out: it is asked next), or
            the protocol version is retired.
    """
    require_role(ctx, Role.PRESCRIBER)
    _refuse_few_words(reason, "reason")
    with transaction.atomic():
        lock_head(ctx, patient.id)  # nobody writes between the judgement and the signature
        now = judged(ctx, patient, chart_of(patient.id), row, disorder)
        if decision is DecisionKind.TREAT:
            _refuse_closed(now)
        signed = DecisionSigned(
            decision=decision,
            protocol_id=row.protocol_id,
            protocol_version=row.version,
            protocol_sha256=row.sha256,
            disorder=disorder,
            verdicts={v.criterion.id: v.finding.value for v in now.verdicts},
            reason=reason,
        )
        append_chart(ctx, patient.id, Entry(signed), key=key, seen=seen)


def _refuse_closed(now: Judged) -> None:
    if now.row.retired_at is not None:
        raise InputRefused("This protocol version is retired.", "Decide on the version that is active now.")
    if not now.decision.open:
        raise InputRefused(
            f"The gate is closed. {closed_words(now.decision)}",
            "Ask what is not known; sign a reason where the line permits; else do not treat.",
            "decision",
        )


def _refuse_few_words(words: str, field: str) -> None:
    if len(words.split()) < LEAST_WORDS:
        raise InputRefused("This says too little for the record.", "Write a sentence.", field)
