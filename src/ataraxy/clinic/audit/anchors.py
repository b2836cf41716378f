"""Gather the heads of a clinic's streams into one chained anchor, and write its hash outside the database too."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.db.models import F

from ataraxy.clinic.audit.models import Anchor, ChainHead
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Clinic
from ataraxy.core.record.chain import GENESIS, link_hash
from ataraxy.core.record.codec import canonical, instant


def drop_anchor(ctx: Context, outside: Path | None) -> Anchor | None:
    """Anchor the streams that moved since the last anchor; None when nothing moved."""
    with transaction.atomic():
        Clinic.objects.select_for_update(no_key=True).get(id=ctx.clinic.id)  # one anchor at a time
        last = Anchor.objects.filter(clinic=ctx.clinic).order_by("-number").first()
        heads_moved = ChainHead.objects.select_for_update().filter(
            clinic=ctx.clinic, seq__gt=F("anchored_seq")
        )
        moved = {str(h.id): [h.kind, h.seq, h.hash] for h in heads_moved.order_by("id")}
        if not moved:
            return None
        heads = canonical({"at": instant(ctx.now), "clinic": str(ctx.clinic.id), "heads": moved})
        previous = last.hash if last else GENESIS
        anchor = Anchor.objects.create(
            clinic=ctx.clinic,
            number=last.number + 1 if last else 1,
            at=ctx.now,
            heads=heads,
            previous=previous,
            hash=link_hash(previous, heads),
        )
        ChainHead.objects.filter(id__in=moved).update(anchored_seq=F("seq"))
    if outside is not None:
        with outside.open("a") as log:
            log.write(f"{instant(ctx.now)} {ctx.clinic.id} {anchor.number} {anchor.hash}\n")
    return anchor
