from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

URL = "treat:board"


@pytest.fixture
def look(nurse: Any, log_in: Callable[..., Any]) -> Callable[[], str]:
    return lambda: log_in(nurse).get(reverse(URL)).content.decode()


def test_it_says_who_is_where_and_what_is_due(running: Any, clock: Any, look: Callable[[], str]) -> None:
    clock(25)
    page = look()
    assert "C.Q. R-1001" in page
    assert "Dosing" in page
    assert "122/78" in page
    assert "Measure" in page


def test_it_names_nobody_in_full(running: Any, clock: Any, look: Callable[[], str]) -> None:
    clock(25)
    assert "Quillfeather" not in look()


def test_a_dangerous_pressure_marks_the_room(
    running: Any, clock: Any, vitals: Callable[..., None], look: Callable[[], str]
) -> None:
    vitals(running, 24, systolic=186, diastolic=104)
    clock(25)
    page = look()
    assert "needs-high" in page
    assert "Stop the dose" in page


def test_the_dose_can_be_stopped_from_here(running: Any, clock: Any, look: Callable[[], str]) -> None:
    clock(25)
    assert f'action="{reverse("treat:stop", args=[running.id])}"' in look()


def test_a_free_room_says_who_comes_next(session: Any, clock: Any, look: Callable[[], str]) -> None:
    clock(-30)
    page = look()
    assert "Free" in page
    assert "booked for" in page


def test_who_should_have_been_here_long_ago_is_late_on_the_board_too(
    session: Any, clock: Any, look: Callable[[], str]
) -> None:
    clock(14)
    assert "min late" not in look()
    clock(50)
    assert "50 min late" in look()


@pytest.mark.parametrize(
    ("role", "status"),
    [("director", 200), ("prescriber", 200), ("therapist", 200), ("coordinator", 403), ("researcher", 403)],
)
def test_who_sees_the_board(role: str, status: int, request: Any, log_in: Callable[..., Any]) -> None:
    staff = request.getfixturevalue(role)
    assert log_in(staff).get(reverse(URL)).status_code == status


def test_what_is_due_next_stands_before_progress_and_link(
    running: Any, clock: Any, look: Callable[[], str]
) -> None:
    """Hazard: a low screen on the wall cuts off the one thing it hangs there for."""
    clock(25)
    page = look()
    board = page[page.index('id="board"') :]
    numbers, step, rest = (board.index(f'class="{cls}') for cls in ("numbers", "next", "link "))
    assert numbers < step < board.index('class="progress"') < rest
