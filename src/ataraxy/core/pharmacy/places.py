"""Where a volume can be, and which moves there are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class PlaceKind(StrEnum):
    SUPPLIER = "supplier"  # another registrant, who sent it
    OVERFILL = "overfill"  # more in the vial than its label says
    SAFE = "safe"  # sealed
    VIAL = "vial"  # what is left in an opened vial
    SYRINGE = "syringe"  # drawn up for one patient
    PATIENT = "patient"
    WASTE = "waste"
    DESTROYED = "destroyed"
    RECEIVER = "receiver"  # another registrant, to whom it was transferred
    LOST = "lost"  # by theft or loss, reported


SOURCES = frozenset({PlaceKind.SUPPLIER, PlaceKind.OVERFILL})
ON_HAND = frozenset({PlaceKind.SAFE, PlaceKind.VIAL, PlaceKind.SYRINGE})


class ActKind(StrEnum):
    RECEIVE = "receive"
    DRAW = "draw"
    GIVE = "give"
    WASTE = "waste"
    DESTROY = "destroy"
    TRANSFER = "transfer"
    LOSE = "lose"
    FIND = "find"
    REVERSE = "reverse"


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of place and whose it is: the syringe's id for a syringe, else the vial's own."""

    kind: PlaceKind
    holder: UUID


_P = PlaceKind
ROUTES: dict[ActKind, frozenset[tuple[PlaceKind, PlaceKind]]] = {
    ActKind.RECEIVE: frozenset({(_P.SUPPLIER, _P.SAFE)}),
    ActKind.DRAW: frozenset({(_P.SAFE, _P.VIAL), (_P.VIAL, _P.SYRINGE)}),
    ActKind.GIVE: frozenset({(_P.SAFE, _P.VIAL), (_P.VIAL, _P.PATIENT), (_P.SYRINGE, _P.PATIENT)}),
    ActKind.WASTE: frozenset({(_P.VIAL, _P.WASTE), (_P.SYRINGE, _P.WASTE)}),
    ActKind.DESTROY: frozenset({(_P.SAFE, _P.DESTROYED), (_P.VIAL, _P.DESTROYED)}),
    ActKind.TRANSFER: frozenset({(_P.SAFE, _P.RECEIVER)}),
    ActKind.LOSE: frozenset((kind, _P.LOST) for kind in ON_HAND),
    ActKind.FIND: frozenset((_P.OVERFILL, kind) for kind in ON_HAND),
    ActKind.REVERSE: frozenset(),  # whatever the reversed act did, the other way
}
NEEDS_WITNESS = frozenset({ActKind.DRAW, ActKind.WASTE, ActKind.DESTROY, ActKind.TRANSFER, ActKind.LOSE})
