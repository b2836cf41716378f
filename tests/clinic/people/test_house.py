"""A new clinic gets its rooms and its telephone number from its director, and is told what it still lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

URL = "/people/clinic/"


@pytest.fixture
def new_clinic(clinic: Any) -> Any:
    """As ``ataraxy found`` leaves it."""
    from ataraxy.clinic.people.models import Clinic

    Clinic.objects.filter(id=clinic.id).update(phone="")
    return clinic


def test_a_room_and_a_number_are_entered_and_patients_are_given_it(
    new_clinic: Any, director: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.models import Clinic, Room

    client = log_in(director)
    assert fill(client, URL, phone="+1 555 0100", room="Harbour").status_code == 302
    assert Clinic.objects.get(id=new_clinic.id).phone == "+1 555 0100"
    assert list(Room.objects.filter(clinic=new_clinic).values_list("name", flat=True)) == ["Harbour"]
    assert events(new_clinic.id, "PhoneSet") == [{"phone": "+1 555 0100"}]
    assert events(new_clinic.id, "RoomAdded") == [{"name": "Harbour"}]
    assert "Harbour" in client.get(URL).content.decode()


def test_sent_twice_it_is_one_room_and_a_name_that_is_taken_is_refused(
    new_clinic: Any, director: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.models import Room

    client = log_in(director)
    form = {"key": "0b5c9ed0-4c4a-4c36-9a0e-8f6f4d1c2b3a", "phone": "+1 555 0100", "room": "Harbour"}
    assert [client.post(URL, form).status_code for _ in range(2)] == [302, 302]
    refused = fill(client, URL, phone="+1 555 0100", room="harbour")
    assert refused.status_code == 422
    assert "Harbour is there already." in refused.content.decode()
    assert Room.objects.filter(clinic=new_clinic).count() == 1


def test_the_first_page_tells_the_director_what_a_new_clinic_lacks_one_thing_after_the_other(
    new_clinic: Any, director: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    client = log_in(director)

    def first() -> str:
        return str(client.get("/").content.decode().split("Sessions today")[0])

    assert "This clinic has no room yet" in first()
    assert fill(client, URL, phone="+1 555 0100", room="Harbour").status_code == 302
    assert "No protocol is active" in first()


def test_nobody_else_changes_it(new_clinic: Any, nurse: Any, coordinator: Any, log_in: Any) -> None:
    assert log_in(nurse).get(URL).status_code == 403
    assert log_in(coordinator).post(URL, {"phone": "+1 555 0166"}).status_code == 403
