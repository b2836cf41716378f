from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.urls import reverse

URL = "learn:outcomes"


def test_an_empty_clinic_says_so(director: Any, log_in: Any) -> None:
    assert "Nobody has started yet" in log_in(director).get(reverse(URL)).content.decode()


@pytest.mark.parametrize(
    ("role", "status"),
    [("director", 200), ("prescriber", 200), ("therapist", 200), ("researcher", 200), ("nurse", 403)],
)
def test_who_sees_outcomes(role: str, status: int, request: Any, log_in: Any) -> None:
    assert log_in(request.getfixturevalue(role)).get(reverse(URL)).status_code == status


def test_the_demo_clinic_is_counted_with_its_silent_and_its_worse(demo_database: str, log_in: Any) -> None:
    """Every patient who was given a first dose is in exactly one cohort, whatever became of them."""
    from ataraxy.clinic.context import staff_context
    from ataraxy.clinic.learn.queries.outcomes import cohorts
    from ataraxy.clinic.people.models import Staff
    from ataraxy.clinic.plan.models import Session

    director = Staff.objects.get(roles__contains=["director"])
    found = cohorts(staff_context(director))
    ended = Session.objects.filter(phase="ended", dose_started_at__isnull=False)
    assert sum(c.outcome.started for c in found) == ended.values("course").distinct().count()
    for one in found:
        assert one.outcome.silent + one.outcome.answered.count == one.outcome.started
        assert one.outcome.responded.of <= one.outcome.answered.count
    page = log_in(director).get(reverse(URL)).content.decode()
    assert "No outcome known" in page
    assert "95 % interval" in page


def test_a_researchers_file_holds_no_small_count(demo_database: str, log_in: Any) -> None:
    from ataraxy.clinic.people.models import Staff

    researcher = Staff.objects.get(roles=["researcher"])
    answer = log_in(researcher).get(reverse(URL) + "?as=csv")
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert rows
    for row in rows:
        assert row["count"] in ("<5", "not shown") or int(row["count"]) >= 5


def test_nobody_is_named(demo_database: str, log_in: Any) -> None:
    from ataraxy.clinic.people.models import Patient, Staff

    client = log_in(Staff.objects.get(roles=["researcher"]))
    told = client.get(reverse(URL)).content.decode() + client.get(reverse(URL) + "?as=csv").content.decode()
    for family, number in Patient.objects.values_list("family_name", "record_number"):
        assert family not in told
        assert number not in told
