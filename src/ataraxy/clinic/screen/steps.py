"""What screening asks next, and where each unknown criterion is answered."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from ataraxy.clinic.screen.gate import Judged
from ataraxy.core.chart.chart import Chart
from ataraxy.core.protocol.eligibility import Finding, Verdict
from ataraxy.core.protocol.types import CriterionKind

# In the order a first visit asks: what the person has, how ill, what was tried, what speaks against it.
ASKED_ON: dict[CriterionKind, tuple[str, str]] = {
    CriterionKind.DIAGNOSIS: ("screen:diagnosis", "Record the diagnosis"),
    CriterionKind.SEVERITY: ("screen:scale", "Ask the scale"),
    CriterionKind.TRIALS: ("screen:treatment", "Add an earlier treatment"),
    CriterionKind.ABSENT_CONDITION: ("screen:condition", "Ask about conditions"),
    CriterionKind.ABSENT_MEDICINE: ("screen:medicine", "Ask about medicines"),
    CriterionKind.NOT_PREGNANT: ("screen:pregnancy", "Ask about pregnancy"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """The one thing to do now; ``decides`` when it is the prescriber's decision."""

    what: str
    when: str
    url: str
    label: str
    css: str = ""
    decides: bool = False


def answer_url(patient: UUID, now: Judged, verdict: Verdict) -> str:
    """The page on which an unknown criterion becomes known; empty for what no page here asks."""
    kind = verdict.criterion.kind
    if verdict.finding is not Finding.UNKNOWN or kind not in ASKED_ON:
        return ""
    if kind is CriterionKind.SEVERITY:
        return _scale_url(patient, now)
    return _page(patient, kind)


def next_step(patient: UUID, chart: Chart, now: Judged, is_prescriber: bool) -> Step | None:
    """What is asked next; nothing once a prescriber has decided."""
    if chart.decisions:
        return None
    unknown = {v.criterion.kind for v in now.verdicts if v.finding is Finding.UNKNOWN}
    if chart.diagnosis is None:
        unknown.add(CriterionKind.DIAGNOSIS)
    for kind, (_, label) in ASKED_ON.items():
        if kind in unknown:
            return _ask(patient, chart, now, kind, label)
    return _decide(patient, now, is_prescriber)


def _ask(patient: UUID, chart: Chart, now: Judged, kind: CriterionKind, label: str) -> Step:
    left = sum(v.finding is Finding.UNKNOWN for v in now.verdicts)
    when = f"{left} of {len(now.verdicts)} criteria are unknown"
    if kind is CriterionKind.TRIALS and chart.treatments:
        return Step("Weigh the earlier treatments, or add one", when, "#trials", "See them")
    url = _scale_url(patient, now) if kind is CriterionKind.SEVERITY else _page(patient, kind)
    return Step(label, when, url, "Answer")


def _page(patient: UUID, kind: CriterionKind) -> str:
    return reverse(ASKED_ON[kind][0], args=[patient])


def _decide(patient: UUID, now: Judged, is_prescriber: bool) -> Step:
    words = "Nothing is unknown" if now.decision.open else f"Not met: {len(now.decision.closed_by)}"
    if not is_prescriber:
        return Step("A prescriber decides and signs", words, "", "", "clear")
    url = reverse("screen:decide", args=[patient, now.row.id, now.disorder.value])
    return Step("Decide", words, url, "Decide and sign", decides=True)


def _scale_url(patient: UUID, now: Judged) -> str:
    indication = now.protocol.indication(now.disorder)
    assert indication is not None  # judged under it
    return reverse("screen:scale", args=[patient, indication.severity.scale])
