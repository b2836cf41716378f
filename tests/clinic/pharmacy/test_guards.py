"""Ways around the ledger's guards: tables of another's making, rows of one statement, events that leave something out."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest


def sql(text: str, *values: Any) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall()) if cursor.description else []


def posting(vial: Any, source: str, target: str, ml: str, syringe: Any = None) -> Any:
    from ataraxy.core.pharmacy.ledger import Posting
    from ataraxy.core.pharmacy.places import PlaceKind

    holder = syringe.id if syringe else vial.id
    return Posting(vial.id, PlaceKind(source), vial.id, PlaceKind(target), holder, Decimal(ml))


@pytest.fixture
def refusal() -> Callable[..., None]:
    """refusal(words, act): the database refuses it, at once or at the commit."""
    from django.db import DatabaseError, connection, transaction

    def look(words: str, act: Callable[[], Any]) -> None:
        with pytest.raises(DatabaseError, match=words), transaction.atomic():
            act()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    return look


def test_a_temporary_table_does_not_stand_for_the_clinics_own(
    stocked: Any, drawn: Any, forge: Any, nurse: Any, colleague: Any, refusal: Any
) -> None:
    from ataraxy.core.pharmacy.places import ActKind

    (vial,) = stocked(1, date(2026, 11, 10))  # expired
    syringe = drawn("0.10")
    sql("CREATE TEMPORARY TABLE pharmacy_vial AS SELECT * FROM public.pharmacy_vial")
    sql("UPDATE pg_temp.pharmacy_vial SET expires_on = '2030-01-01'")
    opened = posting(vial, "safe", "vial", "10.00")
    drawn_up = posting(vial, "vial", "syringe", "0.10", syringe)
    refusal("has expired", lambda: forge(nurse, ActKind.DRAW, opened, drawn_up, witness=colleague.id))


def test_a_temporary_clinic_does_not_shift_a_real_ones_clock(real_clinic: Any, refusal: Any) -> None:
    sql("CREATE TEMPORARY TABLE people_clinic AS SELECT * FROM public.people_clinic")
    sql("UPDATE pg_temp.people_clinic SET is_demo = true")
    shift = "INSERT INTO people_clockoffset (clinic_id, \"offset\") VALUES (%s, '1 hour')"
    refusal("only a demo clinic", lambda: sql(shift, real_clinic.id))


def test_every_guard_that_reads_tables_looks_for_them_in_the_right_place(database: str) -> None:
    found = sql(
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = 'public' AND p.proname ~ '^(pharmacy|people)_'"
        " AND NOT coalesce(p.proconfig, '{}') @> ARRAY['search_path=pg_catalog, public, pg_temp']"
    )
    assert found == []


def write_act(by: Any, ctx: Any, moved: Any, event: Any) -> None:
    """The rows of an act, its postings in one statement; nobody is asked."""
    from ataraxy.clinic.pharmacy.models import Act, Posting

    act = Act.objects.create(
        id=moved.act, clinic=ctx.clinic, kind=moved.kind, at=event.at, by=by, reason="", event_id=event.id
    )
    rows = [
        Posting(
            clinic=ctx.clinic,
            act=act,
            number=number,
            vial_id=p.vial,
            source=p.source,
            source_holder=p.source_holder,
            target=p.target,
            target_holder=p.target_holder,
            ml=p.ml,
        )
        for number, p in enumerate(moved.postings, 1)
    ]
    Posting.objects.bulk_create(rows)


def test_a_vial_is_received_once_although_one_statement_says_it_twice(
    stocked: Any, nurse: Any, director: Any, context: Any, refusal: Any
) -> None:
    from ataraxy.clinic.pharmacy import actions
    from ataraxy.clinic.pharmacy.book import open_book
    from ataraxy.clinic.pharmacy.models import Act
    from ataraxy.core.pharmacy.events import StockMoved
    from ataraxy.core.pharmacy.places import ActKind

    (vial,) = stocked(1)
    actions.reverse(context(director), Act.objects.get(kind="receive"), "Not ours.")
    ctx, came = context(nurse), posting(vial, "supplier", "safe", "10.00")

    def twice() -> None:
        book = open_book(ctx)
        assert book is not None
        moved = StockMoved(uuid.uuid4(), ActKind.RECEIVE, (came, came))
        (told,) = book.write(moved)
        write_act(nurse, ctx, moved, told.envelope)

    refusal("received once", twice)


@pytest.mark.parametrize("left_out", ["type", "clinic", "at", "payload.act", "payload.kind", "stream"])
def test_an_event_that_leaves_something_out_or_is_of_another_stream_is_no_act(
    left_out: str, stocked: Any, session: Any, nurse: Any, context: Any, refusal: Any
) -> None:
    from ataraxy.clinic.audit.models import ChainHead, Event
    from ataraxy.clinic.pharmacy.book import open_book
    from ataraxy.core.pharmacy.events import StockMoved
    from ataraxy.core.pharmacy.places import ActKind

    (vial,) = stocked(1)
    ctx = context(nurse)
    moved = StockMoved(uuid.uuid4(), ActKind.FIND, (posting(vial, "overfill", "safe", "0.10"),))

    def forged() -> None:
        book = open_book(ctx)
        assert book is not None
        (told,) = book.write(moved)
        event = Event.objects.get(id=told.envelope.id)
        said = json.loads(event.text)
        if left_out == "stream":
            event.stream = ChainHead.objects.get(id=session.id)
        else:
            inner = said["payload"] if left_out.startswith("payload.") else said
            del inner[left_out.removeprefix("payload.")]
        event.id, event.seq, event.previous = uuid.uuid4(), event.seq + 1_000, ""
        event.text = json.dumps(said)
        event.hash = hashlib.sha256(f"\n{event.text}".encode()).hexdigest()
        event.save(force_insert=True)
        write_act(nurse, ctx, moved, event)

    refusal("do not say the same", forged)
