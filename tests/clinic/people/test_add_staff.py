"""The director adds staff; nobody signs up alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

URL = "/people/staff/add/"
GOOD = "eleven-herons-at-dawn"


def test_the_new_colleague_can_log_in_with_the_first_password(
    director: Any, clinic: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.models import Staff

    form = {"name": "N. Okafor", "email": "okafor@example.org", "roles": ["nurse"], "password": GOOD}
    assert fill(log_in(director), URL, **form).status_code == 302
    staff = Staff.objects.get(name="N. Okafor")
    assert staff.user.check_password(GOOD)
    assert events(clinic.id, "StaffAdded") == [{"staff": str(staff.id), "roles": ["nurse"]}]


def test_no_role_a_weak_password_and_a_taken_address_are_refused(
    director: Any, nurse: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.models import Staff

    client, before = log_in(director), Staff.objects.count()
    good = {"name": "N", "email": "new@example.org", "roles": ["nurse"], "password": GOOD}
    for change in (
        {"roles": []},
        {"roles": ["owner"]},
        {"password": "short"},
        {"email": nurse.user.email.upper()},
    ):
        assert fill(client, URL, **(good | change)).status_code == 422, change
    assert Staff.objects.count() == before


def test_only_the_director_may(nurse: Any, log_in: Any) -> None:
    assert log_in(nurse).get(URL).status_code == 403
