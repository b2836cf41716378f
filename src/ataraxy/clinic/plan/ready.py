"""What still stands between a patient and a course: said all at once, each with its cure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ataraxy.clinic.consent.queries import consent_state
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Patient
from ataraxy.clinic.plan.models import ActivatedProtocol
from ataraxy.clinic.plan.queries import current_course, unsigned_claims
from ataraxy.clinic.screen.gate import judged
from ataraxy.core.chart.chart import Chart
from ataraxy.core.chart.events import DecisionKind
from ataraxy.core.protocol.types import CriterionKind, Disorder


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing; ``step`` names the page that cures it (screen, consent, plan)."""

    cause: str
    cure: str
    step: str


def missing_for_course(
    ctx: Context, patient: Patient, chart: Chart, row: ActivatedProtocol, disorder: Disorder
) -> tuple[Missing, ...]:
    """Everything that is missing before a course on this version may be planned; empty when ready."""
    return tuple(_missing(ctx, patient, chart, row, disorder))


def _missing(
    ctx: Context, patient: Patient, chart: Chart, row: ActivatedProtocol, disorder: Disorder
) -> Iterator[Missing]:
    if row.retired_at is not None:
        yield Missing("This protocol version is retired.", "Decide anew on the active one.", "screen")
    if current_course(patient) is not None:
        yield Missing("A course is running.", "Stop it before another is planned.", "plan")
    last = chart.decisions[-1].payload if chart.decisions else None
    mine = last is not None and (last.protocol_sha256, last.disorder) == (row.sha256, disorder)
    if last is None or not mine or last.decision is not DecisionKind.TREAT:
        yield Missing(
            "No prescriber has decided to treat on this version.", "A prescriber decides and signs.", "screen"
        )
    for one in judged(ctx, patient, chart, row, disorder).course.closed_by:
        if one.kind is not CriterionKind.CONSENT:
            cause = f"The gate is closed: {one.criterion or 'protocol'}: {one.reason}."
            yield Missing(cause, "Look at the verdict again.", "screen")
    state = consent_state(chart, row)
    if not state.in_force:
        yield Missing(f"Consent is {state.state.value}.", "Ask the patient on a consent page.", "consent")
    if claims := unsigned_claims(row):
        words = "line waits" if len(claims) == 1 else "lines wait"
        yield Missing(
            f"{len(claims)} {words} for the director's signature.", "The director signs them.", "protocol"
        )
