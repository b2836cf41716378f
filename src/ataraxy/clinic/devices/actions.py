"""Monitors, gateways, and messages that belong to no clinic: who says what is whose."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

from django.db import transaction

from ataraxy.clinic.context import Context
from ataraxy.clinic.devices.models import Gateway
from ataraxy.clinic.people.models import Role, Room
from ataraxy.clinic.treat.actions.acting import require
from ataraxy.clinic.treat.actions.quarantine import alike, settle_rows
from ataraxy.clinic.treat.models import Monitor, Quarantined
from ataraxy.core.errors import InputRefused
from ataraxy.interop.handed_in import SENDER

BEGINS = "atx"  # so that a token found somewhere says what it opens


def set_monitor(ctx: Context, device: str, label: str, room: int | None) -> Monitor:
    """From now on a monitor of this name is known here, and stands in this room. Again: it was moved or renamed.

    Raises:
        InputRefused: the name belongs to a gateway of somebody else, or the room to another clinic.
    """
    require(ctx, Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR)
    device = device.strip()
    if device.startswith(SENDER) and not _own_gateway(ctx, device):
        raise InputRefused(
            "The name begins like that of a gateway this clinic does not have.",
            "Write it as the quarantine shows it.",
            "device",
        )
    place = Room.objects.filter(clinic=ctx.clinic, id=room).first() if room is not None else None
    if room is not None and place is None:
        raise InputRefused("There is no such room.", "Choose one of the list.", "room")
    monitor, _ = Monitor.objects.update_or_create(
        clinic=ctx.clinic, device=device, defaults={"label": label.strip(), "room": place}
    )
    return monitor


def _own_gateway(ctx: Context, device: str) -> bool:
    prefix = device.removeprefix(SENDER).split("/", 1)[0]
    return Gateway.objects.filter(clinic=ctx.clinic, prefix=prefix).exists()


def add_gateway(ctx: Context, label: str, key: UUID) -> tuple[Gateway, str]:
    """A gateway and its token, which is shown this once.

    Raises:
        InputRefused: this form was sent before, and its token is gone.
    """
    require(ctx, Role.DIRECTOR)
    prefix = secrets.token_hex(4)
    token = f"{BEGINS}-{prefix}-{secrets.token_urlsafe(32)}"
    gateway, made = Gateway.objects.get_or_create(
        id=key,
        defaults={
            "clinic": ctx.clinic,
            "label": label.strip(),
            "prefix": prefix,
            "digest": digest_of(token),
            "created_at": ctx.now,
            "created_by": ctx.signer(),
        },
    )
    if not made:
        raise InputRefused(
            "This gateway was made already, and its token was shown then.", "Revoke it and make another."
        )
    return gateway, token


def revoke_gateway(ctx: Context, gateway: UUID) -> bool:
    """From now on its token opens nothing; False when it was revoked before. What it handed in stays."""
    require(ctx, Role.DIRECTOR)
    rows = Gateway.objects.filter(clinic=ctx.clinic, id=gateway, revoked_at__isnull=True)
    return bool(rows.update(revoked_at=ctx.now, revoked_by=ctx.signer()))


def digest_of(token: str) -> bytes:
    """What is stored of a token. A token is 256 random bits: a slow hash would guard nothing more."""
    return hashlib.sha256(token.encode()).digest()


def take_over(ctx: Context, message: int, until: int) -> int:
    """These messages are this clinic's: they go to its quarantine. How many.

    Raises:
        InputRefused: they were placed or settled by somebody meanwhile.
    """
    require(ctx, Role.DIRECTOR)
    with transaction.atomic():
        rows = alike(_unplaced(message)).filter(id__lte=until)
        return rows.update(clinic=ctx.clinic, placed_at=ctx.now, placed_by=ctx.signer())


def discard_unplaced(ctx: Context, message: int, until: int, reason: str) -> int:
    """These messages are nobody's, and why. They are kept. How many."""
    require(ctx, Role.DIRECTOR)
    if not reason.strip():
        raise InputRefused("Discarding messages needs a reason.", "Say why in a few words.", "reason")
    with transaction.atomic():
        rows = alike(_unplaced(message)).filter(id__lte=until)
        return settle_rows(ctx, rows, f"Discarded as no clinic's: {reason.strip()}")


def _unplaced(message: int) -> Quarantined:
    row = (
        Quarantined.objects.select_for_update()
        .filter(id=message, clinic=None, settled_at__isnull=True)
        .first()
    )
    if row is None:
        raise InputRefused("Somebody has dealt with these messages.", "Reload the page and look again.")
    return row
