"""A pharmacy with a safe, a registration, and vials of ketamine; and a session to draw for."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ADDRESS = "12 Quay Street, Portland"


@pytest.fixture
def checked(database: str) -> Iterator[Callable[[], None]]:
    """checked() makes the database look at everything it would look at when the transaction commits."""
    from django.db import connection

    def look() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    yield look
    look()


@pytest.fixture
def location(director: Any, context: Callable[..., Any], checked: Any) -> Any:
    """A safe with a registration in force."""
    from ataraxy.clinic.pharmacy import actions

    ctx = context(director, NOW - timedelta(days=30))
    safe = actions.record_location(ctx, "Main safe", ADDRESS)
    actions.record_registration(ctx, safe, "Stillwater Clinic LLC", "FS1234563", date(2028, 1, 31))
    return safe


@pytest.fixture
def product(location: Any, director: Any, context: Callable[..., Any]) -> Any:
    """Ketamine 50 mg/mL in vials of 10 mL."""
    from ataraxy.clinic.pharmacy import actions
    from ataraxy.core.pharmacy.stock import Schedule

    ctx = context(director, NOW - timedelta(days=30))
    return actions.list_product(
        ctx,
        "Ketamine",
        "injection",
        Schedule.III,
        Decimal(50),
        Decimal(10),
        opened_hours=24,
        syringe_hours=12,
    )


@pytest.fixture
def stocked(product: Any, location: Any, nurse: Any, context: Callable[..., Any]) -> Callable[..., Any]:
    """stocked(vials=2) -> that many sealed vials, received."""
    from ataraxy.clinic.pharmacy import actions
    from ataraxy.core.pharmacy.events import Counterpart

    def make(vials: int = 2, expires_on: date = date(2027, 6, 30), of: Any = None) -> list[Any]:
        supplier = Counterpart("Harbor Wholesale", "RH7654321", "9 Dock Road", "INV-881")
        delivery = actions.Delivery(of or product, location, "LOT-7A", expires_on, vials, supplier)
        return actions.receive(context(nurse, NOW - timedelta(days=20)), delivery)

    return make


@pytest.fixture
def session(course: Any, room: Any, coordinator: Any, nurse: Any, context: Callable[..., Any]) -> Any:
    """A session of today whose patient is here and whose escort is named."""
    from ataraxy.clinic.plan.actions.sessions import Slot, book_session
    from ataraxy.clinic.treat.actions import arrive, escort

    slot = Slot(room, NOW + timedelta(minutes=10), NOW + timedelta(hours=4))
    booked = book_session(context(coordinator), course, slot)
    arrive(context(nurse), booked.id)
    escort(context(nurse), booked.id, "Sam Rivers", "555 0199", False)
    return booked


@pytest.fixture
def colleague(clinic: Any, employ: Callable[..., Any]) -> Any:
    """A second nurse."""
    return employ(clinic, "nurse", name="Second Nurse")


@pytest.fixture
def drawn(
    stocked: Any, session: Any, location: Any, nurse: Any, colleague: Any, context: Callable[..., Any]
) -> Callable[..., Any]:
    """drawn(ml) -> a syringe with so much of a new vial, for the session."""
    from ataraxy.clinic.pharmacy import actions

    def make(ml: str, vial: Any = None) -> Any:
        chosen = vial or stocked(1)[0]
        return actions.draw(
            context(nurse), session, actions.Filling(chosen, Decimal(ml), location), colleague
        )

    return make


@pytest.fixture
def places() -> Callable[[Any], dict[str, Decimal]]:
    """places(vial) -> what each kind of place holds of it, without the empty ones."""

    def read(vial: Any) -> dict[str, Decimal]:
        from ataraxy.clinic.pharmacy.models import Balance

        found: dict[str, Decimal] = {}
        for row in Balance.objects.filter(vial=vial).exclude(ml=0):
            found[row.place] = found.get(row.place, Decimal(0)) + row.ml
        return found

    return read


@pytest.fixture
def forge(context: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """forge(by, kind, *postings, **more) writes an act with its event, and asks nobody whether it may be."""
    from ataraxy.clinic.pharmacy import book as book_module
    from ataraxy.core.pharmacy.events import StockMoved

    def make(by: Any, kind: Any, *postings: Any, **more: Any) -> Any:
        book = book_module.open_book(context(by))
        assert book is not None
        with monkeypatch.context() as patch:
            patch.setattr(book_module.core, "post", lambda *_: None)
            return book.post(StockMoved(uuid.uuid4(), kind, postings, **more))

    return make
