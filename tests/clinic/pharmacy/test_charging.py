"""A dose reaches the ledger in its own transaction, is never refused, and never goes without a trace."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest


@pytest.fixture
def give(session: Any, nurse: Any, context: Callable[..., Any], checked: Any) -> Callable[..., Any]:
    """give(mg, dose=...) -> what the ledger made of it."""
    from ataraxy.clinic.pharmacy.charging import charge_administration

    def make(mg: str, dose: Any = None, **more: Any) -> Any:
        done = charge_administration(context(nurse), session.id, dose or uuid.uuid4(), Decimal(mg), **more)
        checked()
        return done

    return make


def open_discrepancies() -> int:
    from ataraxy.clinic.pharmacy.models import Discrepancy

    return Discrepancy.objects.exclude(steps__step="closed").count()


def test_a_dose_is_taken_from_the_syringe_of_its_session(
    drawn: Any, give: Any, places: Any, stocked: Any
) -> None:
    (vial,) = stocked(1)
    drawn("0.70", vial)
    done = give("34.0")
    assert (done.uncovered_mg, done.discrepancy) == (0, None)
    assert places(vial) == {
        "supplier": Decimal("-10.00"),
        "vial": Decimal("9.30"),
        "syringe": Decimal("0.02"),
        "patient": Decimal("0.68"),
    }


def test_less_than_a_hundredth_of_a_millilitre_is_a_rounding(drawn: Any, give: Any) -> None:
    drawn("0.68")
    assert give("34.4").uncovered_mg == 0  # 0.688 mL of 50 mg/mL


def test_the_second_vial_is_charged_when_the_first_syringe_is_empty(
    drawn: Any, give: Any, stocked: Any, places: Any
) -> None:
    first, second = stocked(2)
    drawn("0.40", first)
    drawn("0.40", second)
    assert give("30.0").uncovered_mg == 0
    assert places(first)["patient"] == Decimal("0.40")
    assert places(second)["patient"] == Decimal("0.20")


def test_a_dose_without_a_vial_is_accounted_and_opens_a_discrepancy(give: Any, stocked: Any) -> None:
    from ataraxy.clinic.pharmacy.models import Discrepancy

    stocked(1)
    done = give("35.0")
    row = Discrepancy.objects.get()
    assert (done.uncovered_mg, done.discrepancy) == (Decimal("35.0"), row.id)
    assert (row.what, row.mg, row.administration.mg) == ("dose", Decimal("35.0"), Decimal("35.0"))


def test_what_the_syringe_does_not_hold_opens_a_discrepancy_of_the_rest(drawn: Any, give: Any) -> None:
    drawn("0.40")
    assert give("35.0").uncovered_mg == Decimal("15.0")


def test_the_same_dose_twice_is_one_dose(drawn: Any, give: Any, stocked: Any, places: Any) -> None:
    (vial,) = stocked(1)
    drawn("0.70", vial)
    dose = uuid.uuid4()
    assert give("20.0", dose) == give("20.0", dose)
    assert places(vial)["patient"] == Decimal("0.40")


def test_a_dose_corrected_downwards_returns_to_the_syringe(
    drawn: Any, give: Any, stocked: Any, places: Any
) -> None:
    (vial,) = stocked(1)
    drawn("0.70", vial)
    dose = uuid.uuid4()
    give("35.0", dose)
    give("10.0", dose)
    assert places(vial)["patient"] == Decimal("0.20")
    assert places(vial)["syringe"] == Decimal("0.50")


def test_a_dose_corrected_upwards_takes_the_rest(drawn: Any, give: Any, stocked: Any, places: Any) -> None:
    (vial,) = stocked(1)
    drawn("0.70", vial)
    dose = uuid.uuid4()
    give("10.0", dose)
    assert give("50.0", dose).uncovered_mg == Decimal("15.0")
    assert places(vial)["patient"] == Decimal("0.70")


def test_a_correction_to_nothing_leaves_nothing_open(
    drawn: Any, give: Any, stocked: Any, places: Any
) -> None:
    (vial,) = stocked(1)
    drawn("0.70", vial)
    dose = uuid.uuid4()
    give("10.0", dose)
    assert give("0", dose).discrepancy is None
    assert "patient" not in places(vial)


def test_another_substance_is_not_taken_from_ketamine(drawn: Any, give: Any) -> None:
    drawn("0.70")
    assert give("2.0", substance="midazolam").uncovered_mg == Decimal("2.0")


def test_a_syringe_past_its_time_still_accounts_for_what_entered_the_patient(
    drawn: Any, session: Any, nurse: Any, context: Callable[..., Any], checked: Any, now: Any
) -> None:
    from datetime import timedelta

    from ataraxy.clinic.pharmacy.charging import charge_administration

    drawn("0.70")
    late = context(nurse, now + timedelta(hours=30))
    done = charge_administration(late, session.id, uuid.uuid4(), Decimal("35.0"))
    assert done is not None
    assert done.uncovered_mg == 0


def test_the_record_and_the_tables_tell_the_same_ledger(
    drawn: Any, give: Any, stocked: Any, clinic: Any
) -> None:
    """The chained events alone give every balance."""
    from ataraxy.clinic.audit.append import texts
    from ataraxy.clinic.pharmacy.book import ledger_stream
    from ataraxy.clinic.pharmacy.models import Balance
    from ataraxy.core.pharmacy.registry import fold_ledger, parse_ledger_event

    drawn("0.70")
    dose = uuid.uuid4()
    give("35.0", dose)
    give("10.0", dose)
    ledger = fold_ledger(parse_ledger_event(text) for text in texts(ledger_stream(clinic.id)))
    told = {(vial, place.kind.value, place.holder): ml for (vial, place), ml in ledger.balances.items()}
    assert told == {(b.vial_id, b.place, b.holder): b.ml for b in Balance.objects.all()}


def test_a_charge_is_reversed_although_the_dose_has_an_open_discrepancy(
    drawn: Any, give: Any, director: Any, context: Callable[..., Any], checked: Any
) -> None:
    from ataraxy.clinic.pharmacy import actions
    from ataraxy.clinic.pharmacy.models import Act, Discrepancy

    drawn("0.80")
    assert give("50.0").uncovered_mg == Decimal("10.0")
    actions.reverse(context(director), Act.objects.get(kind="give"), "The wrong syringe.")
    checked()
    assert [row.mg for row in Discrepancy.objects.order_by("number")] == [Decimal(10), Decimal(50)]
    assert open_discrepancies() == 2


def test_a_wrong_charge_is_reversed_after_its_discrepancy_was_closed(
    give: Any, stocked: Any, nurse: Any, director: Any, context: Callable[..., Any], checked: Any
) -> None:
    from ataraxy.clinic.pharmacy import actions
    from ataraxy.clinic.pharmacy.models import Act, Discrepancy
    from ataraxy.core.pharmacy.discrepancy import Resolution

    (vial,) = stocked(1)
    give("35.0")
    row = Discrepancy.objects.get()
    actions.charge(context(nurse), row, vial, "It was this one.")
    actions.explain(context(nurse), row, "Drawn in a hurry.")
    actions.close(context(director), row, Resolution.CHARGED, "Seen.")
    checked()
    assert open_discrepancies() == 0
    actions.reverse(context(director), Act.objects.get(kind="give"), "It was another vial.")
    checked()
    assert open_discrepancies() == 1
    assert Discrepancy.objects.get(number=2).mg == Decimal(35)


def test_a_corrected_name_takes_the_old_substance_back(
    drawn: Any, give: Any, stocked: Any, places: Any
) -> None:
    from ataraxy.clinic.pharmacy.models import Discrepancy

    (vial,) = stocked(1)
    drawn("0.70", vial)
    dose = uuid.uuid4()
    give("2.0", dose)
    assert give("2.0", dose, substance="midazolam").uncovered_mg == Decimal("2.0")
    assert "patient" not in places(vial)
    assert Discrepancy.objects.get().substance == "midazolam"


@pytest.mark.parametrize(
    ("amount", "unit", "mg"),
    [("500", "mcg", "0.5"), ("0.4", "mL", "20"), ("2", "mg", "2"), ("1", "L/min", None)],
)
def test_a_controlled_rescue_medicine_counts_in_every_unit(
    amount: str, unit: str, mg: str | None, product: Any, session: Any, nurse: Any, context: Any, checked: Any
) -> None:
    from dataclasses import replace

    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.pharmacy.models import Administration, Discrepancy
    from ataraxy.clinic.treat.drug import charge_what_went_in
    from ataraxy.clinic.treat.read import state_of
    from ataraxy.core.session.attended import Given
    from ataraxy.core.session.care import MedicineGiven, Way

    ctx, what = context(nurse), MedicineGiven("Ketamine", Decimal(amount), unit, next(iter(Way)))
    state = state_of(session.id)
    given = Given(what, ctx.now, nurse.id, uuid.uuid4())
    state = replace(state, care=replace(state.care, given=(given,)))
    for _ in range(2):
        charge_what_went_in(ctx, session.id, state, [Entry(what)])
    checked()
    assert Administration.objects.get().mg == Decimal(mg or 0)
    assert Discrepancy.objects.get().mg == (Decimal(mg) if mg else None)
