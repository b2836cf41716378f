from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

INSIDE = ("/", "/people/", "/treat/", "/follow/", "/people/staff/")


@pytest.mark.parametrize("path", INSIDE)
def test_staff_of_a_real_clinic_without_a_second_factor_are_sent_to_its_set_up(
    database: str, employ: Callable[..., Any], log_in: Callable[..., Any], path: str
) -> None:
    from ataraxy.clinic.people.models import Clinic

    client = log_in(employ(Clinic.objects.create(name="Wellspring Clinic", zone="UTC"), "director"))
    for method in (client.get, client.post):
        answer = method(path)
        assert (answer.status_code, answer["Location"]) == (302, "/account/2fa/")
    assert "Set up a second factor to go on" in client.get("/account/2fa/").content.decode()


@pytest.mark.parametrize("path", INSIDE)
def test_a_demo_clinic_lets_its_staff_in_by_password(
    clinic: Any, director: Any, log_in: Callable[..., Any], path: str
) -> None:
    assert clinic.is_demo
    assert log_in(director).get(path).status_code == 200
