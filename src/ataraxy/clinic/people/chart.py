"""The chart of one patient: read its events, add to it, keep its summary true."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction

from ataraxy.clinic.audit.append import Entry, append, lock_head, open_stream, texts, written_already
from ataraxy.clinic.audit.models import ChainHead, StreamKind
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import ChartSummary, Patient
from ataraxy.clinic.people.stage import stage_of
from ataraxy.core.chart.chart import Chart
from ataraxy.core.chart.fold import fold_chart
from ataraxy.core.chart.registry import parse_chart_event
from ataraxy.core.record.envelope import Recorded


def open_chart(ctx: Context, patient: Patient, payload: Any, *, key: str | None = None) -> None:
    """A new patient's chart with its first entry."""
    with transaction.atomic():
        open_stream(ctx, patient.id, StreamKind.CHART)
        ChartSummary.objects.create(patient=patient)
        append_chart(ctx, patient.id, Entry(payload), key=key)


def append_chart(
    ctx: Context, patient: UUID, *entries: Entry, key: str | None = None, seen: int | None = None
) -> list[Recorded[Any]]:
    """Add entries to a chart and project its summary, in one transaction.

    A second use of the same ``key`` writes nothing and returns an empty list.
    """
    with transaction.atomic():
        head = lock_head(ctx, patient)
        if written_already(ctx, key, patient, entries):
            return []
        recorded = append(ctx, head, entries, idempotency_key=key, seen=seen)
        project_summary(patient, head.seq)
        return recorded


_parsed = lru_cache(maxsize=8192)(parse_chart_event)  # a text never changes, so neither does what it says


def chart_events(patient: UUID) -> list[Recorded[Any]]:
    return [_parsed(text) for text in texts(patient)]


def human_seq(patient: UUID) -> int:
    """The last entry a person wrote: what a form remembers having seen."""
    return ChainHead.objects.values_list("human_seq", flat=True).get(id=patient)


def chart_of(patient: UUID) -> Chart:
    """The chart as it stands now."""
    return fold_chart(chart_events(patient))


def project_summary(patient: UUID, seq: int) -> None:
    """Write the summary row the chart implies."""
    chart = chart_of(patient)
    ChartSummary.objects.filter(patient_id=patient).update(
        stage=stage_of(chart),
        disorder=chart.diagnosis.payload.disorder.value if chart.diagnosis else "",
        open_concerns=len(chart.open_concerns),
        seq=seq,
    )
