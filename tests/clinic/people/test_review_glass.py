"""A broken glass is reviewed once, by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

WHY = "caller in distress, needs her medicines"


@pytest.fixture
def glass(patient: Any, coordinator: Any, context: Callable[..., Any]) -> Any:
    from ataraxy.clinic.people.actions.glass import break_glass
    from ataraxy.clinic.people.models import BreakGlass

    break_glass(context(coordinator), patient, WHY)
    return BreakGlass.objects.get()


def test_the_review_is_on_record(
    glass: Any, director: Any, clinic: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    fill(log_in(director), f"/people/broken-glass/{glass.id}/review/", review="spoke with both, was needed")
    glass.refresh_from_db()
    assert (glass.reviewed_by_id, glass.review) == (director.id, "spoke with both, was needed")
    assert events(clinic.id, "GlassReviewed") == [{"glass": str(glass.id), "words": glass.review}]


def test_nobody_reviews_their_own(
    patient: Any, director: Any, log_in: Any, fill: Callable[..., Any], context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.actions.glass import break_glass
    from ataraxy.clinic.people.models import BreakGlass

    break_glass(context(director), patient, WHY)
    mine = BreakGlass.objects.get(staff=director)
    answer = fill(log_in(director), f"/people/broken-glass/{mine.id}/review/", review="fine by me")
    assert answer.status_code == 403
    mine.refresh_from_db()
    assert mine.reviewed_at is None


def test_another_clinics_director_finds_nothing(glass: Any, outsider: Any, log_in: Any) -> None:
    assert log_in(outsider).get(f"/people/broken-glass/{glass.id}/review/").status_code == 404
