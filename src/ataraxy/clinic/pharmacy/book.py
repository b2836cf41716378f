"""The ledger's book: lock it, read what is needed to judge an act, write the act.

The one way into the ledger. Its stream is the clinic's second one; its id sorts behind every chart's and session's, so
that it is always the last head a transaction locks, and no two transactions wait for each other in a ring.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from ataraxy.clinic.audit.append import Entry, append, lock_head, written_before
from ataraxy.clinic.audit.models import ChainHead, StreamKind
from ataraxy.clinic.context import Context
from ataraxy.clinic.pharmacy.models import Act, Balance, Posting
from ataraxy.core.pharmacy import ledger as core
from ataraxy.core.pharmacy.events import StockMoved
from ataraxy.core.pharmacy.places import ActKind, Place, PlaceKind
from ataraxy.core.pharmacy.stock import ML_STEP
from ataraxy.core.record.chain import GENESIS
from ataraxy.core.record.envelope import Recorded

LAST = 0xFFFF_FFFF << 96


def ledger_stream(clinic_id: UUID) -> UUID:
    """The id of a clinic's ledger stream."""
    return UUID(int=clinic_id.int | LAST)


@dataclass(slots=True)
class Book:
    """A clinic's ledger, locked until the transaction ends."""

    ctx: Context
    head: ChainHead
    key: str | None

    def write(self, *payloads: Any, at: datetime | None = None) -> list[Recorded[Any]]:
        """Put ``payloads`` into the record, chained; the act's own key goes with the first."""
        key, self.key = self.key, None
        return append(self.ctx, self.head, [Entry(one, at) for one in payloads], idempotency_key=key)

    def post(self, moved: StockMoved, *, at: datetime | None = None) -> Act:
        """Judge one act, write it, and move its volumes.

        Raises:
            InputRefused: see ``core.pharmacy.ledger.post``.
        """
        by = self.ctx.signer().id
        moved = replace(moved, postings=tuple(_to_hundredths(p) for p in moved.postings))
        core.post(
            ledger_of(_reach(moved)),
            core.Act(moved.act, moved.kind, by, moved.postings, moved.witness, moved.reverses),
        )
        (recorded,) = self.write(moved, at=at)
        return _row(self.ctx, moved, recorded)


def open_book(ctx: Context, key: str | None = None, kind: type = StockMoved) -> Book | None:
    """Lock the ledger for one act; None when ``key`` has written it before.

    Raises:
        InputRefused: the key was used for something else.
    """
    stream = ledger_stream(ctx.clinic.id)
    ChainHead.objects.get_or_create(
        id=stream, defaults={"clinic": ctx.clinic, "kind": StreamKind.CLINIC, "hash": GENESIS}
    )
    head = lock_head(ctx, stream)
    return None if written_before(ctx, key, stream, kind) else Book(ctx, head, key)


def ledger_of(vials: Iterable[UUID]) -> core.Ledger:
    """The ledger as far as these vials go: their balances, and every act that touched them."""
    wanted = set(vials)
    balances = {
        (b.vial_id, Place(PlaceKind(b.place), b.holder)): b.ml
        for b in Balance.objects.filter(vial__in=wanted)
    }
    acts = {
        act.id: act_of(act)
        for act in Act.objects.filter(postings__vial__in=wanted).distinct().prefetch_related("postings")
    }
    undone = frozenset(act.reverses for act in acts.values() if act.reverses is not None)
    return core.Ledger(balances, acts, undone)


def act_of(row: Act) -> core.Act:
    """The row as the core sees it."""
    return core.Act(
        row.id,
        ActKind(row.kind),
        row.by_id,
        tuple(posting_of(p) for p in sorted(row.postings.all(), key=lambda p: p.number)),
        row.witness_id,
        row.reverses_id,
    )


def posting_of(row: Posting) -> core.Posting:
    return core.Posting(
        row.vial_id,
        PlaceKind(row.source),
        row.source_holder,
        PlaceKind(row.target),
        row.target_holder,
        row.ml,
    )


def _to_hundredths(posting: core.Posting) -> core.Posting:
    """Written with two decimals always, as the database keeps it; a finer volume is refused by the core."""
    whole = posting.ml.quantize(ML_STEP)
    return replace(posting, ml=whole) if whole == posting.ml else posting


def _reach(moved: StockMoved) -> set[UUID]:
    return {p.vial for p in moved.postings}


def _row(ctx: Context, moved: StockMoved, recorded: Recorded[Any]) -> Act:
    other = moved.counterpart
    act = Act.objects.create(
        id=moved.act,
        clinic=ctx.clinic,
        kind=moved.kind,
        at=recorded.envelope.at,
        by=ctx.signer(),
        witness_id=moved.witness,
        patient_id=moved.patient,
        session_id=moved.session,
        dose_id=moved.dose,
        reverses_id=moved.reverses,
        other_name=other.name if other else "",
        other_number=other.number if other else "",
        other_address=other.address if other else "",
        document=other.document if other else "",
        reason=moved.reason,
        event_id=recorded.envelope.id,
    )
    for number, p in enumerate(moved.postings, 1):  # one by one: each is judged by the ones before it
        Posting.objects.create(
            clinic=ctx.clinic,
            act=act,
            number=number,
            vial_id=p.vial,
            source=p.source,
            source_holder=p.source_holder,
            target=p.target,
            target_holder=p.target_holder,
            ml=p.ml,
        )
    return act
