"""The director's list of broken glass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_those_to_review_are_listed_with_their_reason(
    patient: Any, coordinator: Any, director: Any, log_in: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.actions.glass import break_glass

    break_glass(context(coordinator), patient, "caller in distress, needs her medicines")
    page = log_in(director).get("/people/broken-glass/").content.decode()
    assert "needs her medicines" in page
    assert "Review" in page


def test_only_the_director_sees_it(nurse: Any, log_in: Any) -> None:
    assert log_in(nurse).get("/people/broken-glass/").status_code == 403
