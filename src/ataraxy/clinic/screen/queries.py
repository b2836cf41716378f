"""What the screening page shows: every fact with its date, and the verdict with the facts it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404

from ataraxy.catalog.load import cautions, instruments
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.cited import Cited, cited
from ataraxy.clinic.people.describe import ANSWERS, describe, disorder_name, scale_words, treatment_words
from ataraxy.clinic.people.models import Patient
from ataraxy.clinic.plan.models import ActivatedProtocol
from ataraxy.clinic.plan.queries import active_protocols, protocol_of
from ataraxy.clinic.screen.gate import Judged, judged
from ataraxy.clinic.screen.steps import answer_url
from ataraxy.core.chart.chart import Chart
from ataraxy.core.protocol.adequacy import Finding, TrialVerdict
from ataraxy.core.protocol.eligibility import Verdict
from ataraxy.core.protocol.gate import may_be_overridden
from ataraxy.core.protocol.types import CriterionKind, Disorder, Use
from ataraxy.core.record.envelope import Recorded

SCALES = ("gad7", "phq9", "hama", "pcl5", "lsas")
LOUDEST = ("not-met", "unknown", "met")
FINDINGS = {Finding.MET: "Met", Finding.NOT_MET: "Not met", Finding.UNKNOWN: "Unknown"}


@dataclass(frozen=True, slots=True)
class ScaleRow:
    id: str
    name: str
    value: str
    detail: str
    at: datetime | None
    how: str


@dataclass(frozen=True, slots=True)
class Said:
    """One answered question; ``kind`` is the status to draw (unknown stays unknown)."""

    name: str
    answer: str
    kind: str
    note: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class TrialRow:
    entry: UUID
    name: str
    detail: str
    kind: str
    words: str
    reasons: tuple[str, ...]
    attestable: bool


@dataclass(frozen=True, slots=True)
class VerdictRow:
    criterion: str
    text: str
    kind: str
    words: str
    facts: tuple[str, ...]
    source: Cited
    override_reason: str
    may_override: bool
    is_consent: bool
    answer_url: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One protocol for one disorder that could be judged here."""

    row: ActivatedProtocol
    disorder: Disorder
    words: str
    chosen: bool


def choices(ctx: Context, chart: Chart, protocol: str, disorder: str) -> list[Choice]:
    """Every active protocol for every disorder it treats; first the one asked for, or the diagnosis's own."""
    diagnosis = chart.diagnosis.payload.disorder if chart.diagnosis else None
    found = [
        (row, indication.disorder)
        for row in active_protocols(ctx)
        for indication in protocol_of(row).indications
        if indication.use is Use.CLINIC or ctx.clinic.is_demo
    ]
    asked = [one for one in found if (str(one[0].id), one[1].value) == (protocol, disorder)]
    fitting = [one for one in found if one[1] is diagnosis]
    chosen = next(iter([*asked, *_decided(chart, found), *fitting, *found]), None)
    return [
        Choice(r, d, f"{r.protocol_id} {r.version}, {disorder_name(d)}", (r, d) == chosen) for r, d in found
    ]


def _decided(
    chart: Chart, found: list[tuple[ActivatedProtocol, Disorder]]
) -> list[tuple[ActivatedProtocol, Disorder]]:
    """The one the last decision was about, if it is still active."""
    if not chart.decisions:
        return []
    last = chart.decisions[-1].payload
    return [one for one in found if (one[0].sha256, one[1]) == (last.protocol_sha256, last.disorder)]


def judged_or_404(ctx: Context, patient: Patient, chart: Chart, protocol: int, disorder: str) -> Judged:
    """The verdict under a protocol of this clinic for a disorder it treats."""
    row = ActivatedProtocol.objects.filter(clinic=ctx.clinic, id=protocol).first()
    known = disorder in {one.value for one in Disorder}
    if row is None or not known or protocol_of(row).indication(Disorder(disorder)) is None:
        raise Http404
    return judged(ctx, patient, chart, row, Disorder(disorder))


def scale_rows(chart: Chart) -> list[ScaleRow]:
    """The scales of screening, each with its latest answer."""
    return [_scale_row(chart, key) for key in SCALES if key in instruments()]


def _scale_row(chart: Chart, key: str) -> ScaleRow:
    instrument, latest = instruments()[key], chart.latest_answer(key)
    how = "by its total" if instrument.score_only else f"{instrument.item_count} items"
    if latest is None:
        return ScaleRow(key, instrument.name, "not answered", "", None, how)
    headline, detail = scale_words(latest.payload)
    return ScaleRow(key, instrument.name, headline.partition(": ")[2], detail, latest.envelope.at, how)


def conditions_said(chart: Chart) -> list[Said]:
    return _said(cautions().conditions, chart.conditions)


def medicines_said(chart: Chart) -> list[Said]:
    return _said(cautions().medicine_groups, chart.medicine_groups)


def _said(catalog: Mapping[str, Any], known: Mapping[str, Recorded[Any]]) -> list[Said]:
    found = []
    for key, row in catalog.items():
        entry = known.get(key)
        if entry is None:
            found.append(Said(row.name, "not asked", "unknown", "", None))
            continue
        answer = entry.payload.answer
        kind = "unknown" if answer.value == "unknown" else "planned" if answer.value == "no" else "attested"
        note = getattr(entry.payload, "note", "") or getattr(entry.payload, "name", "")
        found.append(Said(row.name, ANSWERS[answer], kind, note, entry.envelope.at))
    return found


def trial_rows(chart: Chart, now: Judged | None) -> list[TrialRow]:
    """Earlier treatments, each weighed for adequacy where a disorder says by which table."""
    weighed = {t.trial.record.envelope.id: t for v in (now.verdicts if now else ()) for t in v.trials}
    return [
        _trial_row(one.record, weighed.get(one.record.envelope.id), one.attested is not None)
        for one in chart.treatments
    ]


def _trial_row(record: Recorded[Any], weighed: TrialVerdict | None, attested: bool) -> TrialRow:
    headline, detail = treatment_words(record.payload)
    name = headline.removeprefix("Earlier treatment: ")
    if weighed is None:
        return TrialRow(record.envelope.id, name, detail, "unknown", "Not weighed", (), False)
    words = {
        Finding.MET: "Adequate",
        Finding.NOT_MET: "Not adequate",
        Finding.UNKNOWN: "Not known",
    }[weighed.finding]
    kind = "attested" if weighed.attested else weighed.finding.value
    may = weighed.finding is Finding.UNKNOWN and not attested
    words = "Attested" if weighed.attested else words
    return TrialRow(record.envelope.id, name, detail, kind, words, weighed.reasons, may)


def verdict_rows(patient: UUID, chart: Chart, now: Judged) -> list[VerdictRow]:
    """One row a criterion: not met, unknown, asked later (consent), met; else as the protocol has it."""
    signed = {
        o.payload.criterion: o.payload.reason
        for o in chart.overrides
        if (o.payload.protocol_id, o.payload.protocol_version) == (now.row.protocol_id, now.row.version)
        and o.payload.disorder in (None, now.disorder)
    }
    rows = [_verdict_row(v, signed, now, answer_url(patient, now, v)) for v in now.verdicts]
    return sorted(rows, key=_loudness)


def _loudness(row: VerdictRow) -> int:
    """Consent is asked after the decision: that it is not there yet stands behind what must be answered before."""
    return LOUDEST.index("met" if row.is_consent else row.kind) * 2 + (row.kind == "met")


def _verdict_row(verdict: Verdict, signed: Mapping[str, str], now: Judged, answer_at: str = "") -> VerdictRow:
    criterion = verdict.criterion
    overridden = criterion.id in now.course.overridden
    not_met = verdict.finding is Finding.NOT_MET and not verdict.unknown
    return VerdictRow(
        criterion=criterion.id,
        text=criterion.text,
        kind=verdict.finding.value,
        words=FINDINGS[verdict.finding],
        facts=verdict.facts,
        source=cited(verdict.source, verdict.status),
        override_reason=signed.get(criterion.id, "") if overridden else "",
        may_override=not_met and not overridden and may_be_overridden(criterion),
        is_consent=criterion.kind is CriterionKind.CONSENT,
        answer_url=answer_at,
    )


def entry_or_404(ctx: Context, events: list[Recorded[Any]], entry: UUID) -> tuple[Recorded[Any], str, str]:
    """One entry of a chart, with its words."""
    for event in events:
        if event.envelope.id == entry:
            return event, *describe(event.payload, ctx.zone)
    raise Http404
