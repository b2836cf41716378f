"""Which volumes in the syringes made up a dose: as far as they reach, and what no vial accounts for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from uuid import UUID

from ataraxy.core.pharmacy.ledger import Posting
from ataraxy.core.pharmacy.places import Place, PlaceKind
from ataraxy.core.pharmacy.stock import ML_STEP


@dataclass(frozen=True, slots=True)
class Held:
    """A volume of one vial that lies in a syringe (or is still in the vial)."""

    vial: UUID
    place: Place
    ml: Decimal
    mg_per_ml: Decimal


def charge(mg: Decimal, held: Sequence[Held]) -> tuple[Posting, ...]:
    """The postings that take ``mg`` out of ``held``, in order; as much as is there, never more than was given."""
    postings: list[Posting] = []
    left = mg
    for one in held:
        ml = min(one.ml, (left / one.mg_per_ml).quantize(ML_STEP, ROUND_DOWN))
        if ml > 0:
            postings.append(_given(one, ml))
            left -= ml * one.mg_per_ml
    return tuple(postings)


def uncovered_mg(mg: Decimal, charged_mg: Decimal, strongest_mg_per_ml: Decimal) -> Decimal:
    """What entered the patient and has no vial: zero, or a discrepancy.

    Less than 0.01 mL of stock is a rounding, the same as in the dose's own arithmetic; but a dose with nothing charged
    at all (``strongest_mg_per_ml`` 0) is uncovered whole.
    """
    left = mg - charged_mg
    return left if left > 0 and left >= ML_STEP * strongest_mg_per_ml else Decimal(0)


def _given(one: Held, ml: Decimal) -> Posting:
    return Posting(one.vial, one.place.kind, one.place.holder, PlaceKind.PATIENT, one.vial, ml)
