"""Raw SQL as the application's role, and code that forgets to ask the core: the database itself refuses."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psycopg
import pytest

TABLES = [
    "location",
    "registration",
    "product",
    "vial",
    "syringe",
    "administration",
    "act",
    "posting",
    "count",
    "countline",
    "discrepancy",
    "discrepancystep",
    "balance",
]


@contextmanager
def refused(words: str) -> Iterator[None]:
    """What stands inside is refused by the database, at once or at the commit, and leaves nothing behind."""
    from django.db import DatabaseError, connection, transaction

    with pytest.raises(DatabaseError, match=words), transaction.atomic():
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def sql(text: str, *values: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(text, values)


def move(vial: Any, source: str, target: str, ml: str, syringe: Any = None) -> Any:
    from ataraxy.core.pharmacy.ledger import Posting
    from ataraxy.core.pharmacy.places import PlaceKind

    def holder(kind: str) -> uuid.UUID:
        return syringe.id if kind == "syringe" else vial.id

    return Posting(vial.id, PlaceKind(source), holder(source), PlaceKind(target), holder(target), Decimal(ml))


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_changed_or_removed(table: str, drawn: Any) -> None:
    drawn("0.70")
    for attack in (
        "UPDATE pharmacy_{} SET clinic_id = clinic_id",
        "DELETE FROM pharmacy_{}",
        "TRUNCATE pharmacy_{}",
    ):
        with refused("permission denied"):
            sql(attack.format(table))


@pytest.mark.parametrize("table", TABLES)
def test_not_even_by_the_owner_of_the_tables(table: str, server: Any, own_database: str) -> None:
    with psycopg.connect(server.url("ataraxy_owner", own_database)) as owner:
        with pytest.raises(psycopg.Error, match="append-only"):
            owner.execute(f"TRUNCATE pharmacy_{table} CASCADE")


def test_a_balance_is_written_by_nobody(stocked: Any, clinic: Any) -> None:
    (vial,) = stocked(1)
    with refused("permission denied"):
        sql(
            "INSERT INTO pharmacy_balance (clinic_id, vial_id, place, holder, ml) VALUES (%s, %s, 'vial', %s, 99)",
            clinic.id,
            vial.id,
            vial.id,
        )


def test_nothing_is_added_to_an_act_afterwards(drawn: Any, clinic: Any) -> None:
    from ataraxy.clinic.pharmacy.models import Act, Posting

    syringe = drawn("0.70")
    act = Act.objects.get(kind="draw")
    vial = act.postings.first().vial
    with refused("do not say the same"):
        Posting.objects.create(
            clinic=clinic,
            act=act,
            number=9,
            vial=vial,
            source="vial",
            source_holder=vial.id,
            target="syringe",
            target_holder=syringe.id,
            ml=Decimal("0.10"),
        )


def test_an_act_needs_an_event_of_its_own_that_says_the_same(drawn: Any) -> None:
    from ataraxy.clinic.pharmacy.models import Act

    drawn("0.70")
    act = Act.objects.get(kind="draw")
    with refused("duplicate key"):
        Act.objects.create(
            id=uuid.uuid4(),
            clinic=act.clinic,
            kind="draw",
            at=act.at,
            by=act.by,
            witness=act.witness,
            event=act.event,
        )


def test_a_balance_never_goes_below_zero(
    drawn: Any, stocked: Any, forge: Any, nurse: Any, colleague: Any
) -> None:
    from ataraxy.core.pharmacy.places import ActKind

    (vial,) = stocked(1)
    syringe = drawn("0.70", vial)
    for source, ml in (("syringe", "0.71"), ("vial", "9.31")):
        with refused("balance_never_negative"):
            forge(nurse, ActKind.WASTE, move(vial, source, "waste", ml, syringe), witness=colleague.id)


def test_a_witness_is_another_person_and_is_there(
    drawn: Any, stocked: Any, forge: Any, nurse: Any, colleague: Any, outsider: Any
) -> None:
    from ataraxy.core.pharmacy.places import ActKind

    (vial,) = stocked(1)
    syringe = drawn("0.70", vial)
    rest = move(vial, "syringe", "waste", "0.10", syringe)
    for witness, words in (
        (nurse.id, "witness_is_another"),
        (None, "witness_is_there"),
        (outsider.id, "of_clinic"),
    ):
        with refused(words):
            forge(nurse, ActKind.WASTE, rest, witness=witness)


def test_the_giver_does_not_witness_the_waste(
    drawn: Any, stocked: Any, session: Any, forge: Any, nurse: Any, colleague: Any, context: Any
) -> None:
    from ataraxy.clinic.pharmacy.charging import charge_administration
    from ataraxy.core.pharmacy.places import ActKind

    (vial,) = stocked(1)
    syringe = drawn("0.70", vial)
    charge_administration(context(colleague), session.id, uuid.uuid4(), Decimal(20))
    with refused("gave the drug"):
        forge(nurse, ActKind.WASTE, move(vial, "syringe", "waste", "0.10", syringe), witness=colleague.id)


@pytest.mark.parametrize(
    ("kind", "source", "target"),
    [
        ("draw", "syringe", "vial"),
        ("waste", "safe", "waste"),
        ("transfer", "vial", "receiver"),
        ("receive", "supplier", "vial"),
        ("draw", "overfill", "vial"),
    ],
)
def test_a_volume_goes_only_where_its_act_goes(
    kind: str, source: str, target: str, drawn: Any, stocked: Any, forge: Any, nurse: Any, colleague: Any
) -> None:
    from ataraxy.core.pharmacy.places import ActKind

    (vial,) = stocked(1)
    syringe = drawn("0.70", vial)
    with refused("does not go"):
        forge(nurse, ActKind(kind), move(vial, source, target, "0.10", syringe), witness=colleague.id)


def test_a_vial_is_received_once(stocked: Any, forge: Any, nurse: Any) -> None:
    from ataraxy.core.pharmacy.places import ActKind

    (vial,) = stocked(1)
    with refused("received once"):
        forge(nurse, ActKind.RECEIVE, move(vial, "supplier", "safe", "10.00"))


def test_a_syringe_is_for_one_patient(
    drawn: Any, stocked: Any, session: Any, clinic: Any, forge: Any, nurse: Any
) -> None:
    from datetime import date

    from ataraxy.clinic.people.models import Patient
    from ataraxy.core.pharmacy.places import ActKind

    (vial,) = stocked(1)
    syringe = drawn("0.70", vial)
    other = Patient.objects.create(
        clinic=clinic,
        record_number="R-2",
        given_name="A",
        family_name="B",
        birth_date=date(1990, 1, 1),
        sex="other",
    )
    with refused("of this patient"):
        forge(
            nurse,
            ActKind.GIVE,
            move(vial, "syringe", "patient", "0.10", syringe),
            patient=other.id,
            session=session.id,
            dose=uuid.uuid4(),
        )


@pytest.mark.parametrize(
    ("mg", "words"), [("35.0", "neither a vial nor a discrepancy"), ("4.9", "more is charged")]
)
def test_a_dose_is_covered_by_vials_or_by_a_discrepancy(
    mg: str, words: str, drawn: Any, stocked: Any, session: Any, forge: Any, nurse: Any, context: Any
) -> None:
    """5 mg are charged to a vial; the chart says another amount, and no discrepancy is opened."""
    from ataraxy.clinic.pharmacy.book import open_book
    from ataraxy.clinic.pharmacy.models import Administration
    from ataraxy.core.pharmacy.events import DoseAccounted
    from ataraxy.core.pharmacy.places import ActKind

    (vial,) = stocked(1)
    syringe, dose = drawn("0.70", vial), uuid.uuid4()
    with refused(words):
        book = open_book(context(nurse))
        assert book is not None
        (told,) = book.write(DoseAccounted(dose, 1, session.id, session.patient_id, "ketamine", Decimal(mg)))
        Administration.objects.create(
            id=uuid.uuid4(),
            clinic=session.clinic,
            dose_id=dose,
            number=1,
            session=session,
            patient=session.patient,
            substance="ketamine",
            mg=Decimal(mg),
            given_by=nurse,
            at=told.envelope.at,
            event_id=told.envelope.id,
        )
        forge(
            nurse,
            ActKind.GIVE,
            move(vial, "syringe", "patient", "0.10", syringe),
            patient=session.patient_id,
            session=session.id,
            dose=dose,
        )


def test_an_expired_vial_is_not_drawn_from(
    stocked: Any,
    session: Any,
    location: Any,
    forge: Any,
    nurse: Any,
    colleague: Any,
    context: Any,
    now: Any,
    drawn: Any,
) -> None:
    from datetime import date

    from ataraxy.core.pharmacy.places import ActKind

    (vial,) = stocked(1, date(2026, 11, 10))
    syringe = drawn("0.10")
    with refused("expired"):
        forge(
            nurse,
            ActKind.DRAW,
            move(vial, "safe", "vial", "10.00"),
            move(vial, "vial", "syringe", "0.10", syringe),
            witness=colleague.id,
        )


def test_a_count_expects_what_the_books_say_and_its_difference_is_on_record(
    stocked: Any, location: Any, nurse: Any, colleague: Any, context: Any
) -> None:
    from ataraxy.clinic.pharmacy import actions
    from ataraxy.clinic.pharmacy.actions.count import to_count
    from ataraxy.clinic.pharmacy.models import CountLine

    (vial,) = stocked(1)
    found = {(r.vial_id, r.place, r.holder): r.ml for r in to_count(location)}
    count = actions.count(context(nurse), location, "closing", found, colleague)  # type: ignore[arg-type]
    for expected, words in (("7.00", "what the books say"), ("0.00", "no discrepancy was opened")):
        with refused(words):
            CountLine.objects.create(
                clinic=vial.clinic,
                count=count,
                vial=vial,
                place="vial",
                holder=vial.id,
                expected_ml=Decimal(expected),
                found_ml=Decimal("5.00"),
            )


@pytest.mark.parametrize("explained", [False, True])
def test_no_discrepancy_is_closed_unexplained_or_by_who_explained_it(
    explained: bool, stocked: Any, session: Any, nurse: Any, context: Any
) -> None:
    from ataraxy.clinic.pharmacy import actions
    from ataraxy.clinic.pharmacy.charging import charge_administration
    from ataraxy.clinic.pharmacy.models import Discrepancy, DiscrepancyStep

    charge_administration(context(nurse), session.id, uuid.uuid4(), Decimal(35))
    row = Discrepancy.objects.get()
    if explained:
        actions.explain(context(nurse), row, "Drawn in a hurry.")
    with refused("explained by one person"):
        DiscrepancyStep.objects.create(
            clinic=row.clinic,
            discrepancy=row,
            number=row.steps.count() + 1,
            step="closed",
            by=nurse,
            at=row.at,
            words="gone",
            resolution="outside",
            event=row.event,
        )


def test_ketamine_of_another_strength_is_no_product(product: Any) -> None:
    with refused("product_strength_is_known"):
        sql(
            "INSERT INTO pharmacy_product (id, clinic_id, substance, form, schedule, mg_per_ml, vial_ml,"
            " opened_hours, syringe_hours, event_id) SELECT gen_random_uuid(), clinic_id, substance, form,"
            " schedule, 5, vial_ml, 1, 1, event_id FROM pharmacy_product"
        )
