"""What a patient agreed to, and whether it still holds on the version that is active now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ataraxy.clinic.consent.models import ConsentInvitation
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Patient
from ataraxy.clinic.plan.models import ActivatedProtocol
from ataraxy.core.chart.chart import Chart, Consent
from ataraxy.core.chart.events import GrantKind


class State(StrEnum):
    IN_FORCE = "in force"
    WITHDRAWN = "withdrawn"
    OTHER_VERSION = "signed on another version"
    MISSING = "not signed"


@dataclass(frozen=True, slots=True)
class ConsentState:
    """``latest`` is the last signature on this version, or else on any version of the protocol."""

    state: State
    grants: frozenset[GrantKind]
    latest: Consent | None

    @property
    def in_force(self) -> bool:
        return self.state is State.IN_FORCE


def consent_state(chart: Chart, row: ActivatedProtocol) -> ConsentState:
    """Where the consent to treatment stands for this very version."""
    grants = chart.grants_in_force(row.protocol_id, row.version, row.sha256)
    same = [c for c in chart.consents if c.record.payload.protocol_id == row.protocol_id]
    here = [c for c in same if c.record.payload.protocol_sha256 == row.sha256]
    if GrantKind.TREATMENT in grants:
        return ConsentState(State.IN_FORCE, grants, here[-1])
    if here:
        return ConsentState(State.WITHDRAWN, grants, here[-1])
    if same:
        return ConsentState(State.OTHER_VERSION, grants, same[-1])
    return ConsentState(State.MISSING, grants, None)


def open_invitation(ctx: Context, patient: Patient, row: ActivatedProtocol) -> ConsentInvitation | None:
    """The invitation that can still be signed, if there is one."""
    rows = ConsentInvitation.objects.filter(
        clinic=ctx.clinic, patient=patient, protocol=row, signed_at__isnull=True, closes_at__gt=ctx.now
    )
    return rows.order_by("-invited_at").first()
