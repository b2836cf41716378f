"""The pharmacy through its forms: draw, waste, destroy, transfer, count, explain, close; a second person each time."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest


@pytest.fixture
def second(colleague: Any, password: str) -> dict[str, str]:
    """What the second person types."""
    return {"witness": str(colleague.id), "witness_password": password}


def test_the_director_sets_it_up_and_the_nurse_receives(
    director: Any, nurse: Any, log_in: Any, fill: Callable[..., Any], checked: Any
) -> None:
    from ataraxy.clinic.pharmacy.models import Location, Product, Vial

    client = log_in(director)
    assert fill(client, "/pharmacy/location/", name="Safe", address="1 Quay").status_code == 302
    place = Location.objects.get()
    url = f"/pharmacy/location/{place.id}/registration/"
    fill(client, url, registrant="Us LLC", number="FS1234563", expires_on="2028-01-31")
    fill(
        client,
        "/pharmacy/product/",
        substance="Ketamine",
        form="injection",
        schedule="III",
        mg_per_ml="50",
        vial_ml="10",
        opened_hours="24",
        syringe_hours="12",
    )
    got = fill(
        log_in(nurse),
        "/pharmacy/receive/",
        product=str(Product.objects.get().id),
        location=str(place.id),
        vials="3",
        lot="L1",
        expires_on="2028-01-31",
        other_name="Harbor",
        other_number="RH1",
    )
    assert got.status_code == 302
    assert [v.label for v in Vial.objects.order_by("number")] == ["V-0001", "V-0002", "V-0003"]
    page = log_in(nurse).get("/pharmacy/").content.decode()
    assert "V-0003" in page
    assert "FS1234563" in page
    checked()


def test_an_unknown_strength_of_ketamine_is_refused(director: Any, log_in: Any, fill: Any) -> None:
    got = fill(
        log_in(director),
        "/pharmacy/product/",
        substance="ketamine",
        form="injection",
        schedule="III",
        mg_per_ml="5",
        vial_ml="10",
        opened_hours="24",
        syringe_hours="12",
    )
    assert got.status_code == 422
    assert "10, 50 or 100" in got.content.decode()


def draw_form(vial: Any, location: Any, ml: str) -> dict[str, str]:
    return {"vial": str(vial.id), "location": str(location.id), "ml": ml}


def test_a_draw_needs_the_second_persons_own_password(
    stocked: Any, session: Any, location: Any, nurse: Any, second: Any, log_in: Any, fill: Any, places: Any
) -> None:
    (vial,) = stocked(1)
    url = f"/pharmacy/session/{session.id}/draw/"
    wrong = fill(
        log_in(nurse), url, **draw_form(vial, location, "0.7"), **second | {"witness_password": "no"}
    )
    assert wrong.status_code == 422
    assert "not the second person" in wrong.content.decode()
    assert places(vial) == {"safe": Decimal("10.00"), "supplier": Decimal("-10.00")}
    assert fill(log_in(nurse), url, **draw_form(vial, location, "0.7"), **second).status_code == 302
    assert places(vial)["syringe"] == Decimal("0.70")


def test_nothing_is_drawn_before_an_escort_is_named(
    stocked: Any,
    course: Any,
    room: Any,
    coordinator: Any,
    location: Any,
    nurse: Any,
    colleague: Any,
    context: Any,
    now: Any,
) -> None:
    from datetime import timedelta

    from ataraxy.clinic.pharmacy import actions
    from ataraxy.clinic.plan.actions.sessions import Slot, book_session
    from ataraxy.core.errors import InputRefused

    (vial,) = stocked(1)
    slot = Slot(room, now + timedelta(minutes=10), now + timedelta(hours=4))
    early = book_session(context(coordinator), course, slot)
    with pytest.raises(InputRefused, match=r"(?i)escort"):
        actions.draw(context(nurse), early, actions.Filling(vial, Decimal("0.70"), location), colleague)


def test_a_draw_sent_twice_is_one_draw(
    stocked: Any, session: Any, location: Any, nurse: Any, second: Any, log_in: Any, places: Any
) -> None:
    (vial,) = stocked(1)
    form = draw_form(vial, location, "0.7") | second | {"key": str(uuid.uuid4())}
    for _ in range(2):
        log_in(nurse).post(f"/pharmacy/session/{session.id}/draw/", form)
    assert places(vial)["syringe"] == Decimal("0.70")


def test_the_person_who_acts_cannot_be_chosen_as_the_second(
    drawn: Any, nurse: Any, password: str, log_in: Any, fill: Any
) -> None:
    syringe = drawn("0.70")
    got = fill(
        log_in(nurse),
        f"/pharmacy/syringe/{syringe.id}/waste/",
        ml="0.1",
        reason="rest",
        witness=str(nurse.id),
        witness_password=password,
    )
    assert got.status_code == 422


def test_the_rest_is_wasted_and_never_more(
    drawn: Any, nurse: Any, second: Any, log_in: Any, fill: Any, checked: Any
) -> None:
    from ataraxy.clinic.pharmacy.models import Balance

    syringe = drawn("0.70")
    url = f"/pharmacy/syringe/{syringe.id}/waste/"
    assert fill(log_in(nurse), url, ml="0.71", reason="rest", **second).status_code == 422
    assert fill(log_in(nurse), url, ml="0.70", reason="rest", **second).status_code == 302
    assert Balance.objects.get(place="waste").ml == Decimal("0.70")
    assert Balance.objects.get(place="syringe").ml == 0
    checked()


def test_whoever_gave_the_drug_does_not_witness_its_waste(
    drawn: Any, session: Any, colleague: Any, nurse: Any, context: Any, second: Any, log_in: Any, fill: Any
) -> None:
    from ataraxy.clinic.pharmacy.charging import charge_administration

    syringe = drawn("0.70")
    charge_administration(context(colleague), session.id, uuid.uuid4(), Decimal(20))
    url = f"/pharmacy/syringe/{syringe.id}/waste/"
    got = fill(log_in(nurse), url, ml="0.30", reason="rest", **second)
    assert got.status_code == 422
    assert "gave the drug" in got.content.decode()


def test_an_expired_vial_is_destroyed_and_a_sealed_one_transferred(
    stocked: Any, nurse: Any, second: Any, log_in: Any, fill: Any, places: Any, checked: Any
) -> None:
    first, other = stocked(2)
    client = log_in(nurse)
    fill(client, f"/pharmacy/vial/{first.id}/destroy/", other_name="Reverse Co", reason="expired", **second)
    assert places(first)["destroyed"] == Decimal("10.00")
    url = f"/pharmacy/vial/{other.id}/transfer/"
    assert fill(client, url, other_name="Elsewhere", other_number="XE1", **second).status_code == 302
    assert places(other)["receiver"] == Decimal("10.00")
    assert fill(client, url, other_name="Elsewhere", other_number="XE1", **second).status_code == 422
    page = client.get(f"/pharmacy/vial/{other.id}/").content.decode()
    assert "XE1" in page
    assert "Even" in page
    checked()


def count_form(rows: Any, second: Any, **found: str) -> dict[str, str]:
    form = {"why": "closing"} | second
    for row in rows:
        form[f"row-{row.id}"] = found.get(row.place, "here" if row.place == "safe" else str(row.ml))
    return form


def test_a_count_that_agrees_opens_nothing_and_shows_no_expected_volume(
    drawn: Any, location: Any, nurse: Any, second: Any, log_in: Any, fill: Any, checked: Any
) -> None:
    from ataraxy.clinic.pharmacy.actions.count import to_count
    from ataraxy.clinic.pharmacy.models import Count, Discrepancy

    drawn("0.73")
    url = f"/pharmacy/location/{location.id}/count/"
    assert "9.27" not in log_in(nurse).get(url).content.decode()
    assert fill(log_in(nurse), url, **count_form(to_count(location), second)).status_code == 302
    assert Count.objects.get().lines.count() == 2
    assert Discrepancy.objects.count() == 0
    checked()


def test_a_missing_vial_is_explained_by_one_and_closed_as_a_loss_by_another(
    stocked: Any,
    location: Any,
    nurse: Any,
    director: Any,
    second: Any,
    log_in: Any,
    fill: Any,
    places: Any,
    checked: Any,
) -> None:
    from ataraxy.clinic.pharmacy.actions.count import to_count
    from ataraxy.clinic.pharmacy.models import Discrepancy

    (vial,) = stocked(1)
    url = f"/pharmacy/location/{location.id}/count/"
    fill(log_in(nurse), url, **count_form(to_count(location), second, safe="gone"))
    checked()
    row = Discrepancy.objects.get()
    assert (row.what, row.ml) == ("missing", Decimal("10.00"))
    assert "1 discrepancy not closed" in log_in(nurse).get("/pharmacy/").content.decode()
    ending = {"resolution": "loss", "words": "Searched the room and the bins."}
    at = f"/pharmacy/discrepancy/{row.id}/"
    assert fill(log_in(director), f"{at}close/", **ending, **second).status_code == 422  # not explained yet
    fill(log_in(director), f"{at}explain/", words="Not found anywhere.")
    assert (
        fill(log_in(director), f"{at}close/", **ending, **second).status_code == 422
    )  # explained it herself
    fill(log_in(nurse), f"{at}explain/", words="Not found anywhere, looked twice.")
    assert fill(log_in(director), f"{at}close/", **ending, **second).status_code == 302
    assert places(vial) == {"supplier": Decimal("-10.00"), "lost": Decimal("10.00")}
    checked()


def test_more_than_the_books_say_is_entered_as_overfill(
    drawn: Any, location: Any, nurse: Any, director: Any, second: Any, log_in: Any, fill: Any, checked: Any
) -> None:
    from ataraxy.clinic.pharmacy.actions.count import to_count
    from ataraxy.clinic.pharmacy.models import Balance, Discrepancy

    drawn("0.70")
    url = f"/pharmacy/location/{location.id}/count/"
    fill(log_in(nurse), url, **count_form(to_count(location), second, vial="9.60"))
    row = Discrepancy.objects.get()
    at = f"/pharmacy/discrepancy/{row.id}/"
    fill(log_in(nurse), f"{at}explain/", words="The label says 10 mL; there is more.")
    fill(log_in(director), f"{at}close/", resolution="overfill", words="Looked at it.", **second)
    assert Balance.objects.get(place="vial").ml == Decimal("9.60")
    checked()


def test_a_dose_without_a_vial_is_charged_explained_and_closed(
    stocked: Any,
    session: Any,
    nurse: Any,
    director: Any,
    context: Any,
    second: Any,
    log_in: Any,
    fill: Any,
    places: Any,
    checked: Any,
) -> None:
    from ataraxy.clinic.pharmacy.charging import charge_administration
    from ataraxy.clinic.pharmacy.models import Discrepancy

    (vial,) = stocked(1)
    charge_administration(context(nurse), session.id, uuid.uuid4(), Decimal("35.0"))
    at = f"/pharmacy/discrepancy/{Discrepancy.objects.get().id}/"
    fill(log_in(nurse), f"{at}explain/", words="Drawn in a hurry.")
    ending = {"resolution": "charged", "words": "Looked at the vial."}
    assert "not covered" in fill(log_in(director), f"{at}close/", **ending, **second).content.decode()
    assert fill(log_in(nurse), f"{at}charge/", vial=str(vial.id), reason="It lay there.").status_code == 302
    checked()
    assert places(vial) == {
        "supplier": Decimal("-10.00"),
        "vial": Decimal("9.30"),
        "patient": Decimal("0.70"),
    }
    assert fill(log_in(director), f"{at}close/", **ending, **second).status_code == 302
    checked()


def test_an_act_is_reversed_once_and_both_stay(
    drawn: Any, director: Any, log_in: Any, fill: Any, stocked: Any, places: Any, checked: Any
) -> None:
    from ataraxy.clinic.pharmacy.models import Act

    (vial,) = stocked(1)
    drawn("0.70", vial)
    act = Act.objects.get(kind="draw")
    url = f"/pharmacy/act/{act.id}/reverse/"
    assert fill(log_in(director), url, reason="Wrong vial.").status_code == 302
    assert places(vial) == {"supplier": Decimal("-10.00"), "safe": Decimal("10.00")}
    assert fill(log_in(director), url, reason="Wrong vial.").status_code == 422
    page = log_in(director).get(f"/pharmacy/vial/{vial.id}/").content.decode()
    assert "Reversed" in page
    checked()


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("licence", "Your licence expired"),
        ("registration", "No registration is in force"),
        ("location", "kept at another location"),
        ("opened", "opened too long ago"),
    ],
)
def test_a_rule_blocks_the_draw_with_its_cause(
    trouble: str,
    words: str,
    stocked: Any,
    drawn: Any,
    session: Any,
    location: Any,
    nurse: Any,
    colleague: Any,
    director: Any,
    context: Any,
    now: Any,
) -> None:
    from datetime import timedelta

    from ataraxy.clinic.pharmacy import actions
    from ataraxy.core.errors import InputRefused

    (vial,) = stocked(1)
    ctx, where = context(nurse), location
    if trouble == "licence":
        nurse.credentials.update(expires_on=date(2026, 11, 22))
    elif trouble == "registration":
        ctx = context(nurse, now + timedelta(days=500))
        nurse.credentials.update(expires_on=date(2040, 1, 1))
    elif trouble == "location":
        where = actions.record_location(context(director), "Other safe", "9 Hill Road")
        actions.record_registration(context(director), where, "Us", "FS2", date(2028, 1, 31))
    else:
        drawn("0.10", vial)
        ctx = context(nurse, now + timedelta(hours=25))
    with pytest.raises(InputRefused, match=words):
        actions.draw(ctx, session, actions.Filling(vial, Decimal("0.70"), where), colleague)


def test_an_expired_vial_is_not_drawn_from(
    stocked: Any, session: Any, location: Any, nurse: Any, colleague: Any, context: Any, now: Any
) -> None:
    from datetime import timedelta

    from ataraxy.clinic.pharmacy import actions
    from ataraxy.core.errors import InputRefused

    (vial,) = stocked(1, date(2026, 11, 22))
    with pytest.raises(InputRefused, match="vial expired"):
        actions.draw(
            context(nurse, now + timedelta(hours=1)),
            session,
            actions.Filling(vial, Decimal("0.70"), location),
            colleague,
        )
