"""Double entry: every posting takes a volume of one vial out of one place and puts the same volume into another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacy.places import NEEDS_WITNESS, ON_HAND, ROUTES, SOURCES, ActKind, Place, PlaceKind
from ataraxy.core.pharmacy.stock import is_exact

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Posting:
    """``ml`` of one vial, from one place to another."""

    vial: UUID
    source: PlaceKind
    source_holder: UUID
    target: PlaceKind
    target_holder: UUID
    ml: Decimal

    @property
    def taken_from(self) -> Place:
        return Place(self.source, self.source_holder)

    @property
    def put_into(self) -> Place:
        return Place(self.target, self.target_holder)

    def mirrored(self) -> Posting:
        return Posting(self.vial, self.target, self.target_holder, self.source, self.source_holder, self.ml)


@dataclass(frozen=True, slots=True)
class Act:
    """One act in the ledger: who did it, who saw it, and its postings in order."""

    id: UUID
    kind: ActKind
    by: UUID
    postings: tuple[Posting, ...]
    witness: UUID | None = None
    reverses: UUID | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Where one vial's content went. ``is_even`` holds after every act, whatever was done."""

    received: Decimal
    found: Decimal  # overfill
    administered: Decimal
    wasted: Decimal
    destroyed: Decimal
    transferred: Decimal
    lost: Decimal
    on_hand: Decimal

    @property
    def is_even(self) -> bool:
        left = self.administered + self.wasted + self.destroyed + self.transferred + self.lost
        return self.received + self.found == left + self.on_hand


@dataclass(frozen=True, slots=True)
class Ledger:
    """All acts so far and what they left where: (vial, place) -> mL. Sources stand below zero by what they gave."""

    balances: Mapping[tuple[UUID, Place], Decimal] = field(default_factory=dict)
    acts: Mapping[UUID, Act] = field(default_factory=dict)
    reversed: frozenset[UUID] = frozenset()

    def held(self, vial: UUID, place: Place) -> Decimal:
        return self.balances.get((vial, place), NOTHING)

    def vials(self) -> frozenset[UUID]:
        return frozenset(vial for vial, _ in self.balances)


def post(ledger: Ledger, act: Act) -> Ledger:
    """The ledger after ``act``.

    Raises:
        InputRefused: the act moves more than is there, along no route of its kind, without its witness, or witnessed
            by the person who does it.
    """
    _check_people(ledger, act)
    if not act.postings:
        raise InputRefused("Nothing is moved.", "Give the vial and the volume.")
    if act.id in ledger.acts:
        raise InputRefused("This act is in the ledger already.", "Look at the vial's page.")
    if act.kind is ActKind.REVERSE:
        _check_reversal(ledger, act)
    balances = dict(ledger.balances)
    for posting in act.postings:
        _check_route(act, posting)
        _move(balances, posting)
    undone = {act.reverses} if act.reverses is not None else set[UUID]()
    return replace(
        ledger,
        balances=balances,
        acts={**ledger.acts, act.id: act},
        reversed=ledger.reversed | undone,
    )


def reversal(ledger: Ledger, of: UUID, act_id: UUID, by: UUID, witness: UUID | None = None) -> Act:
    """The act that undoes an earlier one: the same postings the other way, last first. Both stay."""
    act = ledger.acts.get(of)
    if act is None:
        raise InputRefused("There is no such act in the ledger.", "Open the vial's page and choose one.")
    return Act(
        act_id, ActKind.REVERSE, by, tuple(p.mirrored() for p in reversed(act.postings)), witness, reverses=of
    )


def account(ledger: Ledger, vial: UUID) -> Account:
    """Where the vial's content is."""
    sums = dict.fromkeys(PlaceKind, NOTHING)
    for (one, place), ml in ledger.balances.items():
        if one == vial:
            sums[place.kind] += ml
    return account_of(sums)


def account_of(sums: Mapping[PlaceKind, Decimal]) -> Account:
    """The account that the balances of one vial, summed by kind of place, amount to."""
    at = {kind: sums.get(kind, NOTHING) for kind in PlaceKind}
    return Account(
        received=-at[PlaceKind.SUPPLIER],
        found=-at[PlaceKind.OVERFILL],
        administered=at[PlaceKind.PATIENT],
        wasted=at[PlaceKind.WASTE],
        destroyed=at[PlaceKind.DESTROYED],
        transferred=at[PlaceKind.RECEIVER],
        lost=at[PlaceKind.LOST],
        on_hand=sum((at[kind] for kind in ON_HAND), NOTHING),
    )


def givers(ledger: Ledger, place: Place) -> frozenset[UUID]:
    """Who gave a patient drug out of this place."""
    return frozenset(
        act.by
        for act in ledger.acts.values()
        if act.kind is ActKind.GIVE and any(p.taken_from == place for p in act.postings)
    )


def _check_people(ledger: Ledger, act: Act) -> None:
    if act.witness == act.by:
        raise InputRefused(
            "The witness is the person who acts.", "A second person looks on and signs.", "witness"
        )
    if act.kind in NEEDS_WITNESS and act.witness is None:
        raise InputRefused(f"To {act.kind} needs a second person.", "Ask a colleague to look on.", "witness")
    if act.kind is ActKind.WASTE and any(act.witness in givers(ledger, p.taken_from) for p in act.postings):
        raise InputRefused(
            "The witness gave the drug of which this is the rest.", "Ask a third person.", "witness"
        )


def _check_reversal(ledger: Ledger, act: Act) -> None:
    undone = ledger.acts.get(act.reverses) if act.reverses else None
    if undone is None or undone.kind is ActKind.REVERSE:
        raise InputRefused("Only an act that stands can be reversed.", "Enter what is true as a new act.")
    if undone.id in ledger.reversed:
        raise InputRefused("This act is reversed already.", "Look at the vial's page.")
    if act.postings != tuple(p.mirrored() for p in reversed(undone.postings)):
        raise InputRefused("A reversal undoes the whole act.", "Reverse it, then enter what is true.")


def _check_route(act: Act, posting: Posting) -> None:
    if not is_exact(posting.ml):
        raise InputRefused(
            f"{posting.ml} mL is not a volume above zero in hundredths.", "Give mL to 0.01.", "ml"
        )
    if act.kind is not ActKind.REVERSE and (posting.source, posting.target) not in ROUTES[act.kind]:
        raise InputRefused(
            f"To {act.kind} does not go from {posting.source} to {posting.target}.", "Choose the right act."
        )


def _move(balances: dict[tuple[UUID, Place], Decimal], posting: Posting) -> None:
    out, into = (posting.vial, posting.taken_from), (posting.vial, posting.put_into)
    left = balances.get(out, NOTHING) - posting.ml
    if left < 0 and posting.source not in SOURCES:
        raise InputRefused(
            f"The {posting.source} holds {balances.get(out, NOTHING)} mL of this vial, not {posting.ml} mL.",
            "Give what is really there; if more was used, record the dose and explain the difference.",
            "ml",
        )
    balances[out] = left
    balances[into] = balances.get(into, NOTHING) + posting.ml
