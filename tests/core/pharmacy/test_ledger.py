"""Laws of the ledger: whatever is done in whatever order, every vial's account is even and nothing is below zero."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacy.charge import Held, charge, uncovered_mg
from ataraxy.core.pharmacy.ledger import Act, Ledger, Posting, account, post, reversal
from ataraxy.core.pharmacy.places import ON_HAND, ROUTES, SOURCES, ActKind, Place, PlaceKind

NURSE, OTHER, THIRD = (uuid.UUID(int=n) for n in (1, 2, 3))
VIAL, SYRINGE = uuid.UUID(int=100), uuid.UUID(int=200)
VIALS = tuple(uuid.UUID(int=100 + n) for n in range(3))
SYRINGES = tuple(uuid.UUID(int=200 + n) for n in range(2))
PEOPLE = (NURSE, OTHER, THIRD)

volumes = st.decimals(min_value="0.01", max_value="12.00", places=2)


def place_of(kind: PlaceKind, vial: uuid.UUID, syringe: uuid.UUID) -> Place:
    return Place(kind, syringe if kind is PlaceKind.SYRINGE else vial)


def posting(source: PlaceKind, target: PlaceKind, ml: str, vial: uuid.UUID = VIAL) -> Posting:
    a, b = place_of(source, vial, SYRINGE), place_of(target, vial, SYRINGE)
    return Posting(vial, a.kind, a.holder, b.kind, b.holder, Decimal(ml))


def act(kind: ActKind, *postings: Posting, by: uuid.UUID = NURSE, witness: uuid.UUID | None = OTHER) -> Act:
    return Act(uuid.uuid4(), kind, by, postings, witness)


P = PlaceKind
RECEIVED = act(ActKind.RECEIVE, posting(P.SUPPLIER, P.SAFE, "10.00"))
DRAWN = act(ActKind.DRAW, posting(P.SAFE, P.VIAL, "10.00"), posting(P.VIAL, P.SYRINGE, "0.70"))
GIVEN = act(ActKind.GIVE, posting(P.SYRINGE, P.PATIENT, "0.50"), witness=None)


def after(*acts: Act) -> Ledger:
    ledger = Ledger()
    for one in acts:
        ledger = post(ledger, one)
    return ledger


def test_a_vials_whole_life_adds_up() -> None:
    wasted = act(
        ActKind.WASTE,
        posting(P.SYRINGE, P.WASTE, "0.20"),
        posting(P.VIAL, P.WASTE, "9.30"),
        by=OTHER,
        witness=THIRD,
    )
    told = account(after(RECEIVED, DRAWN, GIVEN, wasted), VIAL)
    assert (told.received, told.administered, told.wasted, told.on_hand) == (
        Decimal("10.00"),
        Decimal("0.50"),
        Decimal("9.50"),
        Decimal("0.00"),
    )
    assert told.is_even


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (act(ActKind.GIVE, posting(P.SYRINGE, P.PATIENT, "0.71"), witness=None), "holds 0.70 mL"),
        (act(ActKind.WASTE, posting(P.SYRINGE, P.WASTE, "0.10"), witness=NURSE), "the person who acts"),
        (act(ActKind.WASTE, posting(P.SYRINGE, P.WASTE, "0.10"), witness=None), "second person"),
        (act(ActKind.WASTE, posting(P.SAFE, P.WASTE, "0.10")), "does not go"),
        (act(ActKind.GIVE, posting(P.SYRINGE, P.PATIENT, "0.001"), witness=None), "hundredths"),
        (act(ActKind.GIVE, posting(P.SYRINGE, P.PATIENT, "-0.10"), witness=None), "hundredths"),
        (act(ActKind.DRAW, posting(P.SYRINGE, P.VIAL, "0.10")), "does not go"),
        (act(ActKind.GIVE), "Nothing is moved"),
        (RECEIVED, "already"),
    ],
)
def test_what_is_refused_and_why(wrong: Act, words: str) -> None:
    with pytest.raises(InputRefused, match=words):
        post(after(RECEIVED, DRAWN), wrong)


def test_whoever_gave_the_drug_does_not_witness_its_waste() -> None:
    rest = act(ActKind.WASTE, posting(P.SYRINGE, P.WASTE, "0.20"), by=OTHER, witness=NURSE)
    with pytest.raises(InputRefused, match="gave the drug"):
        post(after(RECEIVED, DRAWN, GIVEN), rest)


def test_an_act_is_reversed_once_and_a_reversal_never() -> None:
    ledger = after(RECEIVED, DRAWN, GIVEN)
    undo = reversal(ledger, GIVEN.id, uuid.uuid4(), NURSE)
    undone = post(ledger, undo)
    assert undone.held(VIAL, Place(P.SYRINGE, SYRINGE)) == Decimal("0.70")
    for again in (GIVEN.id, undo.id):
        with pytest.raises(InputRefused):
            post(undone, reversal(undone, again, uuid.uuid4(), NURSE))


@given(mg=st.decimals(min_value="0", max_value="400", places=1), held=st.lists(volumes, max_size=4))
def test_a_charge_takes_no_more_than_was_given_nor_than_is_there(mg: Decimal, held: list[Decimal]) -> None:
    strength = Decimal(50)
    rows = [Held(uuid.UUID(int=i), Place(P.SYRINGE, SYRINGE), ml, strength) for i, ml in enumerate(held)]
    postings = charge(mg, rows)
    charged = sum((p.ml * strength for p in postings), Decimal(0))
    assert charged <= mg
    assert all(p.ml <= held[p.vial.int] for p in postings)
    left = uncovered_mg(mg, charged, strength)
    assert left == (mg - charged if mg - charged >= Decimal("0.5") else 0)
    if sum(held, Decimal(0)) * strength >= mg:
        assert left == 0  # what is there covers it, but for a rounding


@given(mg=st.decimals(min_value="0.1", max_value="400", places=1))
def test_a_dose_without_any_vial_is_uncovered_whole(mg: Decimal) -> None:
    assert charge(mg, []) == ()
    assert uncovered_mg(mg, Decimal(0), Decimal(0)) == mg


class Pharmacy(RuleBasedStateMachine):
    """Anybody tries anything: what the ledger takes keeps every law, and what it refuses changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()

    def attempt(self, one: Act) -> None:
        before = self.ledger
        try:
            self.ledger = post(before, one)
        except InputRefused:
            assert self.ledger is before

    @rule(vial=st.sampled_from(VIALS))
    def receive(self, vial: uuid.UUID) -> None:
        if not self.ledger.held(vial, Place(P.SUPPLIER, vial)):
            self.attempt(act(ActKind.RECEIVE, posting(P.SUPPLIER, P.SAFE, "10.00", vial)))

    @rule(
        kind=st.sampled_from([k for k in ActKind if k not in (ActKind.RECEIVE, ActKind.REVERSE)]),
        data=st.data(),
        vial=st.sampled_from(VIALS),
        syringe=st.sampled_from(SYRINGES),
        ml=volumes,
        by=st.sampled_from(PEOPLE),
        witness=st.sampled_from([*PEOPLE, None]),
    )
    def move(self, kind, data, vial, syringe, ml, by, witness) -> None:  # type: ignore[no-untyped-def]
        source, target = data.draw(st.sampled_from(sorted(ROUTES[kind])))
        a, b = place_of(source, vial, syringe), place_of(target, vial, syringe)
        self.attempt(
            Act(uuid.uuid4(), kind, by, (Posting(vial, a.kind, a.holder, b.kind, b.holder, ml),), witness)
        )

    @precondition(lambda self: self.ledger.acts)
    @rule(data=st.data(), by=st.sampled_from(PEOPLE))
    def reverse(self, data, by) -> None:  # type: ignore[no-untyped-def]
        chosen = data.draw(st.sampled_from(list(self.ledger.acts)))
        self.attempt(reversal(self.ledger, chosen, uuid.uuid4(), by))

    @invariant()
    def every_account_is_even(self) -> None:
        assert all(account(self.ledger, vial).is_even for vial in self.ledger.vials())

    @invariant()
    def nothing_is_below_zero(self) -> None:
        assert all(ml >= 0 for (_, p), ml in self.ledger.balances.items() if p.kind not in SOURCES)

    @invariant()
    def no_witness_acts_and_no_waste_is_witnessed_by_its_giver(self) -> None:
        assert all(one.witness != one.by for one in self.ledger.acts.values())

    @invariant()
    def the_acts_alone_give_the_balances(self) -> None:
        again = Ledger()
        for one in self.ledger.acts.values():
            again = post(again, one)
        assert again.balances == self.ledger.balances

    @invariant()
    def what_is_on_hand_is_what_the_places_hold(self) -> None:
        for vial in self.ledger.vials():
            there = sum(
                (ml for (v, p), ml in self.ledger.balances.items() if v == vial and p.kind in ON_HAND)
            )
            assert account(self.ledger, vial).on_hand == there


TestPharmacy = Pharmacy.TestCase
TestPharmacy.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_a_dose_accounted_before_its_giver_was_kept_is_still_read() -> None:
    import json
    from datetime import UTC, datetime
    from uuid import UUID

    from ataraxy.core.pharmacy.registry import parse_ledger_event

    one = str(UUID(int=1))
    payload = dict.fromkeys(("dose", "session", "patient"), one) | {
        "number": 1,
        "substance": "ketamine",
        "mg": "35.0",
    }
    at = datetime(2026, 11, 23, tzinfo=UTC).isoformat()
    body = {
        "id": one,
        "seq": 1,
        "at": at,
        "recorded_at": at,
        "actor": one,
        "origin": "staff",
        "corrects": None,
    }
    text = json.dumps(body | {"type": "DoseAccounted", "version": 1, "payload": payload})
    assert parse_ledger_event(text).payload.given_by is None
