"""An act entered in error is undone by its mirror; both stay in the ledger."""

from __future__ import annotations

from django.db import transaction

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.signing import require_role
from ataraxy.clinic.pharmacy.book import act_of, open_book
from ataraxy.clinic.pharmacy.charging import charged_mg
from ataraxy.clinic.pharmacy.differing import open_dose_discrepancy
from ataraxy.clinic.pharmacy.models import Act, Administration
from ataraxy.clinic.pharmacy.rights import CLOSERS
from ataraxy.core.pharmacy.events import StockMoved
from ataraxy.core.pharmacy.places import ActKind


def reverse(ctx: Context, row: Act, reason: str, *, key: str | None = None) -> None:
    """Undo one act whole; a dose it had covered is uncovered again, and opens its discrepancy.

    Raises:
        InputRefused: it is reversed already, is itself a reversal, or what it moved has moved on since.
    """
    require_role(ctx, *CLOSERS)
    with transaction.atomic():
        book = open_book(ctx, key)
        if book is None:
            return
        was = act_of(row)
        book.post(
            StockMoved(
                ctx.new_id(),
                ActKind.REVERSE,
                tuple(p.mirrored() for p in reversed(was.postings)),
                patient=row.patient_id,
                session=row.session_id,
                dose=row.dose_id,
                reverses=row.id,
                reason=reason,
            )
        )
        if row.dose_id is not None:
            given = Administration.objects.filter(dose_id=row.dose_id).order_by("-number").first()
            assert given is not None
            left = given.mg - charged_mg(row.dose_id)
            if left > 0:
                open_dose_discrepancy(book, given, left)
