"""Who had a hand on the drug does not witness the waste of its rest, and what still runs is not wasted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

ML = Decimal("0.10")


@pytest.fixture
def chart(session: Any, context: Callable[..., Any]) -> Callable[..., None]:
    """chart(by, *payloads): put into the session's record as they are."""
    from ataraxy.clinic.audit.append import Entry, append, lock_head

    def write(by: Any, *payloads: Any) -> None:
        ctx = context(by)
        append(ctx, lock_head(ctx, session.id), [Entry(one) for one in payloads])

    return write


def started() -> Any:
    from ataraxy.core.protocol.types import Route
    from ataraxy.core.session.events import DoseStarted

    return DoseStarted(
        Decimal(35), Decimal("0.5"), Decimal(70), next(iter(Route)), 40, Decimal("0.875"), Decimal(1)
    )


def hands_on() -> list[Any]:
    from ataraxy.core.session.care import BolusGiven, RateChanged, Way
    from ataraxy.core.session.events import DoseResumed

    order = uuid.uuid4()
    bolus = BolusGiven(Decimal(5), next(iter(Way)), order)
    return [DoseResumed(), RateChanged(Decimal("0.5"), "dizzy"), bolus]


@pytest.mark.parametrize("hand", ["DoseStarted", "DoseResumed", "RateChanged", "BolusGiven"])
def test_who_had_a_hand_on_the_drug_does_not_witness_although_another_stopped_the_pump(
    hand: str, drawn: Any, chart: Any, nurse: Any, colleague: Any, director: Any, context: Any
) -> None:
    from ataraxy.clinic.pharmacy import actions
    from ataraxy.core.errors import InputRefused
    from ataraxy.core.pharmacy.places import PlaceKind
    from ataraxy.core.session.events import DoseStopped

    syringe = drawn("0.70")
    chart(colleague if hand == "DoseStarted" else director, started())
    for one in hands_on():
        if type(one).__name__ == hand:
            chart(colleague, one)
    chart(nurse, DoseStopped("enough"))
    with pytest.raises(InputRefused, match="gave the drug") as refusal:
        actions.waste(context(nurse), PlaceKind.SYRINGE, syringe.id, ML, colleague, "rest")
    assert refusal.value.cure == "Ask a third person."


def test_the_database_says_so_too(
    drawn: Any, stocked: Any, chart: Any, forge: Any, nurse: Any, colleague: Any
) -> None:
    from django.db import DatabaseError, transaction

    from ataraxy.core.pharmacy.ledger import Posting
    from ataraxy.core.pharmacy.places import ActKind, PlaceKind
    from ataraxy.core.session.events import DoseStopped

    (vial,) = stocked(1)
    syringe = drawn("0.70", vial)
    chart(colleague, started())
    chart(nurse, DoseStopped("enough"))
    rest = Posting(vial.id, PlaceKind.SYRINGE, syringe.id, PlaceKind.WASTE, vial.id, ML)
    with pytest.raises(DatabaseError, match="gave the drug"), transaction.atomic():
        forge(nurse, ActKind.WASTE, rest, witness=colleague.id)


def test_a_third_person_witnesses(
    drawn: Any, chart: Any, nurse: Any, colleague: Any, director: Any, context: Any, checked: Any
) -> None:
    from ataraxy.clinic.pharmacy import actions
    from ataraxy.clinic.pharmacy.models import Balance
    from ataraxy.core.pharmacy.places import PlaceKind
    from ataraxy.core.session.events import DoseStopped

    syringe = drawn("0.70")
    chart(colleague, started())
    chart(nurse, DoseStopped("enough"))
    actions.waste(context(nurse), PlaceKind.SYRINGE, syringe.id, ML, director, "rest")
    checked()
    assert Balance.objects.get(place="waste").ml == ML


@pytest.mark.parametrize("paused", [False, True])
def test_nothing_is_wasted_while_the_dose_goes_on(
    paused: bool, drawn: Any, chart: Any, nurse: Any, colleague: Any, director: Any, context: Any
) -> None:
    from ataraxy.clinic.pharmacy import actions
    from ataraxy.core.errors import InputRefused
    from ataraxy.core.pharmacy.places import PlaceKind
    from ataraxy.core.session.events import DosePaused

    syringe = drawn("0.70")
    chart(colleague, started(), *([DosePaused()] if paused else []))
    with pytest.raises(InputRefused, match="still goes on"):
        actions.waste(context(nurse), PlaceKind.SYRINGE, syringe.id, ML, director, "rest")
