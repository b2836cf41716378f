"""The director sees whose credentials end, have ended, or were never entered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("days", "word"), [(-1, "Expired"), (0, "Ends soon"), (30, "Ends soon"), (200, "In date")]
)
def test_the_state_of_a_credential_is_said_in_words(
    director: Any, nurse: Any, log_in: Any, days: int, word: str
) -> None:
    from zoneinfo import ZoneInfo

    today = datetime.now(UTC).astimezone(ZoneInfo("America/New_York")).date()
    nurse.credentials.filter(kind="rescue").delete()
    nurse.credentials.update(expires_on=today + timedelta(days=days))
    assert word in log_in(director).get("/people/staff/").content.decode()


def test_a_missing_licence_is_unknown_not_fine(director: Any, therapist: Any, log_in: Any) -> None:
    therapist.credentials.all().delete()
    page = log_in(director).get("/people/staff/").content.decode()
    assert '<span class="status unknown">Not on file</span> Psychotherapy licence' in page


def test_only_the_director_sees_it(nurse: Any, log_in: Any) -> None:
    assert log_in(nurse).get("/people/staff/").status_code == 403
