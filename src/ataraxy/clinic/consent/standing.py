"""The staff page's rows: one protocol a row, the patient's signature, the grants, and the open invitation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ataraxy.clinic.consent.models import ConsentInvitation
from ataraxy.clinic.consent.queries import State, consent_state, open_invitation
from ataraxy.clinic.consent.text import ConsentText, consent_text
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.describe import GRANTS, disorder_name
from ataraxy.clinic.people.models import Patient
from ataraxy.clinic.plan.models import ActivatedProtocol
from ataraxy.clinic.plan.queries import active_protocols, protocol_of
from ataraxy.core.chart.chart import Chart
from ataraxy.core.chart.events import DecisionKind, GrantKind

STATUS = {
    State.IN_FORCE: "met",
    State.WITHDRAWN: "not-met",
    State.OTHER_VERSION: "unknown",
    State.MISSING: "unknown",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """``disorder`` is what the prescriber decided to treat on this version; empty before a decision."""

    row: ActivatedProtocol
    title: str
    disorder: str
    disorder_words: str
    status: str
    words: str
    grants: tuple[tuple[str, bool], ...]
    signed_name: str
    signed_at: datetime | None
    signed_version: str
    invitation: ConsentInvitation | None
    text: ConsentText


def standings(ctx: Context, patient: Patient, chart: Chart) -> list[Standing]:
    """The versions that count: the one decided on, and every other one the patient ever signed, active now."""
    decided = _decided(chart)
    signed = {consent.record.payload.protocol_id for consent in chart.consents}
    return [
        _standing(ctx, patient, chart, row, decided.get(row.sha256, ""))
        for row in active_protocols(ctx)
        if row.sha256 in decided or row.protocol_id in signed
    ]


def _decided(chart: Chart) -> dict[str, str]:
    """The version that was last decided on, with its disorder, when the decision was to treat."""
    last = chart.decisions[-1].payload if chart.decisions else None
    if last is None or last.decision is not DecisionKind.TREAT:
        return {}
    return {last.protocol_sha256: last.disorder.value}


def _standing(
    ctx: Context, patient: Patient, chart: Chart, row: ActivatedProtocol, disorder: str
) -> Standing:
    state, protocol = consent_state(chart, row), protocol_of(row)
    latest = state.latest.record if state.latest else None
    return Standing(
        row=row,
        title=protocol.title,
        disorder=disorder,
        disorder_words=disorder_name(disorder),
        status=STATUS[state.state],
        words=state.state.value,
        grants=tuple((GRANTS[grant], grant in state.grants) for grant in GrantKind) if latest else (),
        signed_name=latest.payload.signed_name if latest else "",
        signed_at=latest.envelope.at if latest else None,
        signed_version=latest.payload.protocol_version if latest else "",
        invitation=open_invitation(ctx, patient, row),
        text=consent_text(protocol),
    )
