"""The clinic's own stream: what it did that belongs to no patient's chart and to no session."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from ataraxy.clinic.audit.append import Entry, already_done, append, lock_head
from ataraxy.clinic.audit.models import ChainHead, StreamKind
from ataraxy.clinic.context import Context
from ataraxy.core.record.chain import GENESIS
from ataraxy.core.record.envelope import Recorded


def append_act(ctx: Context, *entries: Entry, key: str | None = None) -> list[Recorded[Any]]:
    """Add to the clinic's own stream (its id is the clinic's), which its first act opens.

    A second use of the same ``key`` writes nothing and returns an empty list.
    """
    with transaction.atomic():
        ChainHead.objects.get_or_create(
            id=ctx.clinic.id, defaults={"clinic": ctx.clinic, "kind": StreamKind.CLINIC, "hash": GENESIS}
        )
        head = lock_head(ctx, ctx.clinic.id)
        if already_done(ctx, key):
            return []
        return append(ctx, head, entries, idempotency_key=key)
