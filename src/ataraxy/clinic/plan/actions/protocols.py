"""The director activates a protocol version, and signs the lines no label, guidance or trial carries."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from ataraxy.clinic.audit.acts import append_act
from ataraxy.clinic.audit.append import Entry
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.signing import require_role
from ataraxy.clinic.plan.models import ActivatedProtocol, LineSignature
from ataraxy.clinic.plan.queries import activated_version, protocol_of, unsigned_claims
from ataraxy.clinic.plan.shelf import Shelved
from ataraxy.core.clinic.events import LineSigned, ProtocolActivated
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.lines import Claim
from ataraxy.core.protocol.types import Use


def activate_protocol(ctx: Context, chosen: Shelved, *, key: str | None = None) -> ActivatedProtocol:
    """From now on this clinic may plan courses by this version; an earlier version of it is retired.

    Raises:
        InputRefused: every indication is a draft and this is no demo clinic, or the version was activated
            with another text.
    """
    require_role(ctx, Role.DIRECTOR)
    protocol = chosen.protocol
    if not ctx.clinic.is_demo and all(i.use is Use.DEMO for i in protocol.indications):
        raise InputRefused(
            "This protocol is a draft for demonstration.", "Only a demo clinic may activate it."
        )
    with transaction.atomic():
        known = activated_version(ctx, protocol.id, protocol.version)
        if known is not None:
            return _same(known, protocol.sha256)
        others = ActivatedProtocol.objects.filter(clinic=ctx.clinic, protocol_id=protocol.id)
        others.filter(retired_at__isnull=True).update(retired_at=ctx.now)
        row = ActivatedProtocol.objects.create(
            clinic=ctx.clinic,
            protocol_id=protocol.id,
            version=protocol.version,
            sha256=protocol.sha256,
            text=chosen.text,
            activated_at=ctx.now,
            activated_by=ctx.signer(),
        )
        act = ProtocolActivated(protocol.id, protocol.version, protocol.sha256)
        append_act(ctx, Entry(act), key=key)
        return row


def _same(known: ActivatedProtocol, sha256: str) -> ActivatedProtocol:
    if known.sha256 != sha256:
        raise InputRefused(
            f"Version {known.version} was activated with another text.",
            "Give the changed file a new version, and activate that.",
        )
    return known


def sign_lines(
    ctx: Context, row: ActivatedProtocol, lines: Sequence[str], *, key: str | None = None
) -> tuple[Claim, ...]:
    """The director takes responsibility for these lines; those signed before are left as they are.

    Raises:
        InputRefused: no line was chosen, or one needs no signature.
    """
    require_role(ctx, Role.DIRECTOR)
    with transaction.atomic():
        ActivatedProtocol.objects.select_for_update().get(id=row.id, clinic=ctx.clinic)
        waiting = {claim.id: claim for claim in unsigned_claims(row)}
        chosen = tuple(claim for key_, claim in waiting.items() if key_ in lines)
        if not chosen:
            raise InputRefused(
                "No line that waits for a signature was chosen.", "Tick at least one.", "lines"
            )
        protocol = protocol_of(row)
        acts = [
            Entry(
                LineSigned(protocol.id, protocol.version, protocol.sha256, c.id, c.text, c.source, c.status)
            )
            for c in chosen
        ]
        if append_act(ctx, *acts, key=key):
            LineSignature.objects.bulk_create(
                LineSignature(protocol=row, line=c.id, signed_by=ctx.signer(), signed_at=ctx.now)
                for c in chosen
            )
        return chosen
