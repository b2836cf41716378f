"""How a patient is reached is put right at the desk, and what stood there before is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def saw(shown: dict[str, str]) -> dict[str, str]:
    """What the page shows, as a browser sends it back beside what is typed (``__`` is a hyphen to ``fill``)."""
    return {f"initial__{name}": value for name, value in shown.items()}


def url(patient: Any) -> str:
    return f"/people/patient/{patient.id}/contact/"


def as_it_stands(patient: Any, **more: str) -> dict[str, str]:
    names = ("given_name", "family_name", "birth_date", "phone", "email", "address")
    shown = {name: str(getattr(patient, name)) for name in names}
    return shown | more


def test_a_new_number_is_used_from_now_on_and_the_old_one_is_kept(
    patient: Any, coordinator: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    from django.apps import apps

    old = patient.phone
    assert old
    form = as_it_stands(patient, phone="+1 555 0199")
    assert fill(log_in(coordinator), url(patient), **form, **saw(as_it_stands(patient))).status_code == 302
    patient.refresh_from_db()
    assert patient.phone == "+1 555 0199"
    acts = events(patient.clinic_id, "ContactChanged")
    assert acts == [{"patient": str(patient.id), "what": ["phone"]}]
    kept = apps.get_model("people", "PatientEvent").objects.filter(pgh_obj_id=patient.id)
    assert old in set(kept.values_list("phone", flat=True))


def test_two_people_at_two_screens_undo_nothing_of_each_others(
    patient: Any, coordinator: Any, nurse: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    import uuid

    client, seen = log_in(coordinator), as_it_stands(patient)
    drawn = client.get(url(patient)).content.decode()
    assert all(f'name="initial-{name}"' in drawn for name in seen)
    meanwhile = as_it_stands(patient, address="4 Mill Lane")  # on the other screen
    assert fill(log_in(nurse), url(patient), **meanwhile, **saw(seen)).status_code == 302
    form = seen | {f"initial-{name}": value for name, value in seen.items()}
    form |= {"email": "canary@example.org", "key": str(uuid.uuid4())}
    assert client.post(url(patient), form).status_code == 302
    patient.refresh_from_db()
    assert (patient.address, patient.email) == ("4 Mill Lane", "canary@example.org")


def test_nothing_changed_and_a_wrong_address_are_told(
    patient: Any, coordinator: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    client = log_in(coordinator)
    same = fill(client, url(patient), **as_it_stands(patient), **saw(as_it_stands(patient)))
    assert same.status_code == 422
    assert "Nothing was changed." in same.content.decode()
    wrong = fill(client, url(patient), **as_it_stands(patient, email="canary@"), **saw(as_it_stands(patient)))
    assert wrong.status_code == 422
    assert "It looks like name@example.org." in wrong.content.decode()
    assert events(patient.clinic_id, "ContactChanged") == []


def test_a_wrong_birth_date_is_put_right_and_an_impossible_one_refused(
    patient: Any, coordinator: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    client, before = log_in(coordinator), as_it_stands(patient)
    never = fill(client, url(patient), **before | {"birth_date": "2199-01-01"}, **saw(before))
    assert never.status_code == 422 and "Check day, month and year." in never.content.decode()
    assert (
        fill(client, url(patient), **before | {"birth_date": "1987-03-04"}, **saw(before)).status_code == 302
    )
    patient.refresh_from_db()
    assert str(patient.birth_date) == "1987-03-04"
    assert [act["what"] for act in events(patient.clinic_id, "ContactChanged")] == [["birth_date"]]


def test_an_outsider_finds_nothing_and_a_researcher_changes_nothing(
    patient: Any, outsider: Any, researcher: Any, log_in: Any
) -> None:
    form = as_it_stands(patient, phone="1")
    assert log_in(outsider).post(url(patient), form).status_code == 404
    assert log_in(researcher).post(url(patient), form).status_code == 403
    patient.refresh_from_db()
    assert patient.phone != "1"
