"""pharmacy:reconciliation: chart and ledger side by side; what the ledger could not take is seen, not only logged."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

URL = "/pharmacy/reconciliation/"


@pytest.fixture
def broken_ledger(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """The ledger fails, whatever it is asked, until repaired()."""
    from ataraxy.clinic.pharmacy import charging

    def fail(*_: Any) -> None:
        raise RuntimeError("the ledger is broken")

    with monkeypatch.context() as patch:
        patch.setattr(charging, "open_book", fail)
        yield patch.undo


def lines(ctx: Any) -> list[tuple[Decimal | None, Decimal | None, str]]:
    from ataraxy.clinic.treat.queries.reconcile import reconcile

    return [(one.charted_mg, one.ledger_mg, one.state) for one in reconcile(ctx)]


def test_a_dose_that_no_vial_covers_is_told_and_open(running: Any, at: Any) -> None:
    from ataraxy.clinic.treat import actions

    assert lines(at(20)) == [(Decimal("9.00"), None, "unknown")]  # not over yet
    actions.stop(at(30), running.id)
    ((charted, ledger, state),) = lines(at(31))
    assert charted == ledger == Decimal("18.00") and state == "due"


def test_the_charts_number_is_the_ledgers_once_the_pump_was_read(running: Any, at: Any, state: Any) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.queries.reconcile import reconcile

    actions.stop(at(30), running.id)
    actions.read_pump(at(31), running.id, Decimal("17.6"), True, "")
    (one,) = reconcile(at(32))
    assert one.charted_mg == one.ledger_mg == state(running).mg_given(at(40).now) == Decimal("17.60")
    assert one.counted == "as the pump counts; rate and time say 18.00 mg"


def test_a_dose_still_open_is_a_row_and_after_a_day_it_is_named_at_closing(
    running: Any, at: Any, log_in: Any, nurse: Any, clock: Any
) -> None:
    from ataraxy.clinic.day.queries.closing import still_open
    from ataraxy.clinic.treat import actions

    actions.pause(at(20), running.id)
    clock(21)
    page = log_in(nurse).get(URL).content.decode()
    assert "1 dose not over" in page and "Chart and ledger agree" not in page
    assert lines(at(24 * 60)) == [(Decimal("9.00"), None, "not-met")]
    assert "Ledger" in {one.name for one in still_open(at(24 * 60))}


def test_a_chart_whose_dose_is_not_what_went_in_differs(running: Any, at: Any, patient: Any) -> None:
    from dataclasses import replace

    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.people.chart import append_chart, chart_of
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    actions.stop(at(30), running.id)
    actions.end(at(40), running.id, EndReason.TRANSFERRED, note="to the ward")
    assert [state for _, _, state in lines(at(41))] == ["due"]
    (dose,) = chart_of(patient.id).doses
    wrong = replace(dose.payload, mg=Decimal(10))
    append_chart(at(42), patient.id, Entry(wrong, corrects=dose.envelope.id))
    assert "not-met" in [state for _, _, state in lines(at(43))]


def test_what_the_ledger_could_not_take_is_seen_here_and_at_closing(
    running: Any, at: Any, broken_ledger: Any, log_in: Any, director: Any, nurse: Any, clock: Any
) -> None:
    from ataraxy.clinic.day.queries.closing import still_open
    from ataraxy.clinic.treat import actions

    actions.stop(at(30), running.id)
    assert lines(at(31)) == [(Decimal("18.00"), None, "not-met")]
    named = {one.name: one.what for one in still_open(at(31))}
    assert named["Ledger"] == "1 dose differs between chart and ledger, and nobody has told it"
    clock(32)
    page = log_in(nurse).get(URL).content.decode()
    assert "Charted, and not in the ledger" in page and "Bring to the book" in page
    broken_ledger()
    answer = log_in(nurse).post(URL, {"key": str(uuid.uuid4()), "session": str(running.id)})
    assert answer.status_code == 302
    assert lines(at(33)) == [(Decimal("18.00"), Decimal("18.00"), "due")]
    assert "Ledger" not in {one.name for one in still_open(at(33))}


def test_while_the_ledger_fails_the_page_says_that_it_still_does(
    running: Any, at: Any, broken_ledger: Any, log_in: Any, nurse: Any, clock: Any
) -> None:
    from ataraxy.clinic.treat import actions

    actions.stop(at(30), running.id)
    clock(31)
    answer = log_in(nurse).post(URL, {"key": str(uuid.uuid4()), "session": str(running.id)})
    assert answer.status_code == 422 and b"still does not agree" in answer.content


def test_bringing_it_to_the_book_twice_gives_it_once(running: Any, at: Any) -> None:
    from ataraxy.clinic.pharmacy.models import Administration, Discrepancy
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.drug import bring_to_book

    actions.stop(at(30), running.id)
    for minute in (31, 32):
        bring_to_book(at(minute), running.id)
    assert (Administration.objects.count(), Discrepancy.objects.count()) == (1, 1)


def test_an_outsider_sees_none_of_it(running: Any, at: Any, log_in: Any, employ: Any) -> None:
    from ataraxy.clinic.people.models import Clinic
    from ataraxy.clinic.treat import actions

    actions.stop(at(30), running.id)
    other = employ(Clinic.objects.create(name="Elsewhere", zone="Europe/London", is_demo=True), "nurse")
    client = log_in(other)
    assert b"R-1001" not in client.get(URL).content
    answer = client.post(URL, {"key": str(uuid.uuid4()), "session": str(running.id)})
    assert answer.status_code == 422 and b"no such session" in answer.content


# --- the two-yearly inventory --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (0, None),
        (699, None),
        (701, "is due on 23 Nov 2026"),
        (730, "is due on 23 Nov 2026"),
        (731, "was due on 23 Nov 2026"),
    ],
)
def test_an_inventory_is_asked_for_a_month_before_two_years_are_over(
    clinic: Any, nurse: Any, director: Any, context: Any, now: Any, days: int, says: str | None
) -> None:
    from ataraxy.clinic.day.queries.drugs import inventories_due
    from ataraxy.clinic.pharmacy import actions

    taken = now - timedelta(days=730)  # 23 November 2024
    safe = actions.record_location(context(director, taken), "Main safe", "12 Quay Street")
    actions.count(context(nurse, taken), safe, "initial", {}, director)
    due = inventories_due(context(nurse, taken + timedelta(days=days)))
    assert [one.words for one in due] == (
        [] if says is None else [f"Main safe: the two-yearly inventory {says}"]
    )


def test_two_years_after_a_leap_day_is_the_28th() -> None:
    from datetime import date

    from ataraxy.clinic.day.queries.drugs import two_years_after

    assert two_years_after(date(2024, 2, 29)) == date(2026, 2, 28)
    assert two_years_after(date(2024, 11, 23)) == date(2026, 11, 23)
