"""The few facts that stand at the top of a patient's page, each with its date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.describe import describe, disorder_name, scale_words
from ataraxy.clinic.people.models import Patient
from ataraxy.core.chart.chart import Chart
from ataraxy.core.protocol.eligibility import age_years


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    note: str = ""
    at: datetime | None = None


def facts(ctx: Context, patient: Patient, chart: Chart) -> list[Fact]:
    return list(_facts(ctx, patient, chart))


def _facts(ctx: Context, patient: Patient, chart: Chart) -> Iterator[Fact]:
    yield Fact("Age", f"{age_years(patient.birth_date, ctx.today.date())} years", patient.get_sex_display())
    if chart.diagnosis is not None:
        found = chart.diagnosis
        yield Fact(
            "Diagnosis",
            disorder_name(found.payload.disorder.value),
            f"{found.payload.icd10}, by {found.payload.basis}",
            found.envelope.at,
        )
    else:
        yield Fact("Diagnosis", "not recorded")
    for scale in dict.fromkeys(a.payload.scale for a in chart.answers):
        latest = chart.latest_answer(scale)
        if latest is not None:
            headline, detail = scale_words(latest.payload)
            label, _, value = headline.partition(": ")
            yield Fact(label, value, detail, latest.envelope.at)
    if chart.bodies:
        body = chart.bodies[-1]
        yield Fact(
            "Weight", f"{body.payload.weight_kg} kg", describe(body.payload, ctx.zone)[1], body.envelope.at
        )
    if chart.decisions:
        last = chart.decisions[-1]
        headline, detail = describe(last.payload, ctx.zone)
        yield Fact("Decision", headline, detail.rstrip("."), last.envelope.at)
    if chart.doses:
        dose = chart.doses[-1]
        many = f"{len(chart.doses)} given" if len(chart.doses) > 1 else ""
        yield Fact("Last dose", f"{dose.payload.mg} mg", many, dose.payload.started_at)
