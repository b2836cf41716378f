"""One vial's whole life: every act that touched it, and where its content is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from ataraxy.clinic.pharmacy.models import Act, Balance, Posting, Vial
from ataraxy.core.pharmacy.ledger import NOTHING, Account, account_of
from ataraxy.core.pharmacy.places import ActKind, PlaceKind

PLACES = {
    PlaceKind.SUPPLIER: "supplier",
    PlaceKind.OVERFILL: "overfill",
    PlaceKind.SAFE: "safe",
    PlaceKind.VIAL: "opened vial",
    PlaceKind.SYRINGE: "syringe",
    PlaceKind.PATIENT: "patient",
    PlaceKind.WASTE: "waste",
    PlaceKind.DESTROYED: "destroyed",
    PlaceKind.RECEIVER: "other registrant",
    PlaceKind.LOST: "lost",
}
ACTS = {
    ActKind.RECEIVE: "Received",
    ActKind.DRAW: "Drawn up",
    ActKind.GIVE: "Given",
    ActKind.WASTE: "Wasted",
    ActKind.DESTROY: "Destroyed",
    ActKind.TRANSFER: "Transferred",
    ActKind.LOSE: "Lost",
    ActKind.FIND: "Overfill found",
    ActKind.REVERSE: "Reversed",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One act as the page shows it. ``may_reverse``: it stands, and is no reversal itself."""

    act: Act
    what: str
    moves: tuple[str, ...]
    who: str
    about: tuple[str, ...]
    is_reversed: bool
    may_reverse: bool


def account(vials: Iterable[UUID]) -> Account:
    """Where the content of these vials went."""
    found = dict.fromkeys(PlaceKind, NOTHING)
    for place, ml in Balance.objects.filter(vial__in=list(vials)).values_list("place", "ml"):
        found[PlaceKind(place)] += ml
    return account_of(found)


def life(vial: Vial) -> list[Line]:
    """Every act, the first one first."""
    acts = Act.objects.filter(postings__vial=vial).distinct().order_by("event__seq")
    acts = acts.select_related("by", "witness", "patient", "reversed_by", "reverses")
    return [_line(act, vial) for act in acts.prefetch_related("postings")]


def _line(act: Act, vial: Vial) -> Line:
    mine = [p for p in act.postings.all() if p.vial_id == vial.id]
    undone = hasattr(act, "reversed_by")
    who = act.by.name if act.witness is None else f"{act.by.name}, {act.witness.name} looking on"
    return Line(
        act,
        ACTS[ActKind(act.kind)],
        tuple(_move(p) for p in mine),
        who,
        tuple(_about(act)),
        undone,
        not undone and act.kind != ActKind.REVERSE,
    )


def _move(p: Posting) -> str:
    return f"{p.ml} mL from {PLACES[PlaceKind(p.source)]} to {PLACES[PlaceKind(p.target)]}"


def _about(act: Act) -> list[str]:
    patient = act.patient
    told = [
        f"patient {patient.record_number}" if patient is not None else "",
        f"{act.other_name} {act.other_number}".strip(),
        act.document,
        act.reason,
    ]
    if act.reverses is not None:
        told.insert(0, f"undoes: {ACTS[ActKind(act.reverses.kind)].lower()}")
    return [one for one in told if one]


def held(vial: Vial) -> dict[str, Decimal]:
    """What the safe and the opened vial hold of it."""
    rows = Balance.objects.filter(vial=vial, place__in=(PlaceKind.SAFE, PlaceKind.VIAL))
    return {row.place: row.ml for row in rows}
