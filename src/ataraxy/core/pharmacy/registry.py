"""Read the ledger back from the record, and post it anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from ataraxy.core.pharmacy.events import LedgerPayload, StockMoved
from ataraxy.core.pharmacy.ledger import Act, Ledger, post
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.record.read import Lifts, read_event

LIFTS: Lifts = {("DoseAccounted", 1): lambda payload: {**payload, "given_by": None}}
TYPES: dict[str, type] = {kind.__name__: kind for kind in get_args(LedgerPayload)}


def parse_ledger_event(text: str) -> Recorded[Any]:
    """One event of the ledger from its canonical text."""
    return read_event(text, TYPES, LIFTS)


def fold_ledger(events: Iterable[Recorded[Any]]) -> Ledger:
    """The ledger that these events leave."""
    ledger = Ledger()
    for event in events:
        moved = event.payload
        if isinstance(moved, StockMoved):
            assert event.envelope.actor is not None
            ledger = post(
                ledger,
                Act(
                    moved.act, moved.kind, event.envelope.actor, moved.postings, moved.witness, moved.reverses
                ),
            )
    return ledger
