"""What could not be charted, kept aside for a person: the raw message, the reason, the cure."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from ataraxy.clinic.people.models import Clinic
from ataraxy.clinic.treat.models import Quarantined
from ataraxy.live.arrived import Arrived, clean
from ataraxy.live.bindings import Trouble

LENGTH, PEER_LENGTH, NAMED_LENGTH = 240, 60, 120


def keep_aside(
    message: Arrived, why: Trouble, clinic_id: UUID | None = None, offset: timedelta = timedelta(0)
) -> None:
    """Write one message aside, in the caller's transaction."""
    Quarantined.objects.create(
        clinic_id=message.clinic_id or clinic_id or only_clinic(),
        received_at=message.received_at + offset,
        device=message.device,
        named=clean(message.report.patient_id)[:NAMED_LENGTH] if message.report else "",
        peer=message.peer[:PEER_LENGTH],
        reason=why.cause[:LENGTH],
        cure=why.cure[:LENGTH],
        raw=message.raw,
    )


def only_clinic() -> UUID | None:
    """The clinic a message without a known monitor is shown to: the one there is, or nobody's in particular."""
    ids = list(Clinic.objects.values_list("id", flat=True)[:2])
    return ids[0] if len(ids) == 1 else None
