"""arrive, check, escort."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _on_time(clock: Any) -> None:
    clock(5)


def test_the_arrival_is_recorded_once(session: Any, nurse: Any, tell: Any, state: Any) -> None:
    for _ in range(2):
        assert tell(nurse, "arrive", session, key="11111111-1111-1111-1111-111111111111").status_code == 302
    assert state(session).arrived_at is not None
    assert state(session).last_seq == 2


def test_an_arrival_to_come_is_refused_beside_its_field(
    session: Any, nurse: Any, tell: Any, state: Any
) -> None:
    answer = tell(nurse, "arrive", session, when="2027-01-01T10:00")
    assert answer.status_code == 422
    assert "still to come" in answer.content.decode()
    assert state(session).arrived_at is None


def test_an_earlier_time_on_the_clinics_clock_is_kept(
    session: Any, nurse: Any, tell: Any, state: Any
) -> None:
    tell(nurse, "arrive", session, when="2026-11-23T04:01")  # New York; 09:01 UTC
    assert f"{state(session).arrived_at:%H:%M}" == "09:01"


def test_one_identifier_is_not_enough(session: Any, infusion: Any, nurse: Any, tell: Any, state: Any) -> None:
    line = next(c.id for c in infusion.arrival if c.kind == "identifiers")
    answer = tell(nurse, "check", session, line=line, ok="yes", identifiers=["full-name"])
    assert answer.status_code == 422
    assert "Two identifiers are needed" in answer.content.decode()
    assert line not in state(session).checks
    tell(nurse, "check", session, line=line, ok="yes", identifiers=["full-name", "birth-date"])
    assert state(session).checks[line].identifiers == ("full-name", "birth-date")


def test_a_no_needs_its_note_and_then_holds(
    session: Any, infusion: Any, nurse: Any, tell: Any, state: Any
) -> None:
    line = next(c.id for c in infusion.arrival if c.kind == "confirm")
    assert tell(nurse, "check", session, line=line, ok="no").status_code == 422
    assert tell(nurse, "check", session, line=line, ok="no", note="had breakfast").status_code == 302
    answer = state(session).checks[line]
    assert (answer.ok, answer.note, answer.by) == (False, "had breakfast", nurse.id)


@pytest.mark.parametrize("line", ["", "no-such-line", "pressure-before", "x" * 200])
def test_a_check_that_does_not_exist_is_refused(line: str, session: Any, nurse: Any, tell: Any) -> None:
    assert tell(nurse, "check", session, line=line, ok="yes").status_code == 422


def test_an_answer_that_is_neither_is_refused(session: Any, infusion: Any, nurse: Any, tell: Any) -> None:
    line = next(c.id for c in infusion.arrival if c.kind == "confirm")
    assert tell(nurse, "check", session, line=line, ok="perhaps").status_code == 422


def test_where_nobody_can_come_there_is_a_way_on(session: Any, nurse: Any, ask: Any) -> None:
    from django.urls import reverse

    assert reverse("treat:call-off", args=[session.id]) in ask(nurse, "escort", session).content.decode()


def test_the_escort_is_named_with_a_number(session: Any, nurse: Any, tell: Any, state: Any) -> None:
    assert tell(nurse, "escort", session, name="Robin", phone="", present="here").status_code == 422
    assert tell(nurse, "escort", session, name="Robin", phone="555 0112", present="here").status_code == 302
    named = state(session).escort
    assert (named.name, named.phone, named.present) == ("Robin", "555 0112", True)


def test_what_was_typed_is_not_lost(session: Any, nurse: Any, tell: Any) -> None:
    page = tell(nurse, "escort", session, name="Robin Quill", phone="", present="").content.decode()
    assert "Robin Quill" in page


def test_the_page_shows_the_identifiers_to_compare(
    session: Any, infusion: Any, nurse: Any, ask: Callable[..., Any]
) -> None:
    line = next(c.id for c in infusion.arrival if c.kind == "identifiers")
    page = ask(nurse, "check", session, f"?line={line}").content.decode()
    assert "12 April 1986" in page
