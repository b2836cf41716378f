"""A clinic is founded once, with a director who can be logged in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_the_director_is_staff_of_the_new_clinic_by_an_act_in_its_record(founded: dict[str, Any]) -> None:
    from ataraxy.clinic.audit.models import Event
    from ataraxy.clinic.people.models import Staff

    director = Staff.objects.select_related("clinic", "user").get(id=founded["director"])
    assert (director.clinic.name, director.clinic.is_demo, director.roles) == (
        "Quiet Clinic",
        False,
        ["director"],
    )
    assert director.user.check_password("quiet-river-of-mornings-7")
    assert Event.objects.get(stream_id=director.clinic_id).type == "StaffAdded"


def test_the_same_clinic_or_address_is_refused(
    founded: dict[str, Any], told: Callable[..., Any], password_file: Path
) -> None:
    asked = (
        "--zone",
        "UTC",
        "--director",
        "Bo",
        "--email",
        "ADA@example.org",
        "--password-file",
        str(password_file),
    )
    assert "is there already" in told("found", "--name", "quiet clinic", *asked)[1]["error"]["cause"]
    code, document = told("found", "--name", "Other Clinic", *asked)
    assert code == 2
    assert "has a log-in already" in document["error"]["cause"]


def test_a_weak_password_and_a_wrong_zone_leave_nothing_behind(
    told: Callable[..., Any], tmp_path: Path, own_database: str
) -> None:
    from ataraxy.clinic.people.models import Clinic, User

    weak = tmp_path / "weak"
    weak.write_text("password")
    who = ("--name", "C", "--director", "D", "--email", "d@example.org", "--password-file", str(weak))
    assert told("found", "--zone", "Mars/Olympus", *who)[0] == 2
    assert told("found", "--zone", "UTC", *who)[0] == 2
    assert (Clinic.objects.count(), User.objects.count()) == (0, 0)


def test_without_a_terminal_it_asks_nothing(told: Callable[..., Any]) -> None:
    code, document = told("found")
    assert code == 2
    assert "--name" in document["error"]["cure"]
