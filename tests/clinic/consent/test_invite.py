"""The link is made after the decision, is used again while it is open, and carries no name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def url_of(patient: Any, protocol: Any) -> str:
    return f"/consent/{patient.id}/invite/{protocol.id}/ptsd/"


def test_a_link_is_made_and_shown(
    decided_patient: Any, protocol: Any, coordinator: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    client, url = log_in(coordinator), url_of(decided_patient, protocol)
    assert fill(client, url).status_code == 302
    page = client.get(url).content.decode()
    assert "/consent/c/" in page
    link = page.split("/consent/c/")[1].split('"')[0]
    assert "Quill" not in link
    assert "Canary" not in link


def test_asked_twice_it_is_the_same_invitation(
    decided_patient: Any, protocol: Any, coordinator: Any, log_in: Any
) -> None:
    from ataraxy.clinic.consent.models import ConsentInvitation

    client = log_in(coordinator)
    for _ in range(2):
        client.post(url_of(decided_patient, protocol), {"key": "0b5c9ed0-4c4a-4c36-9a0e-8f6f4d1c2b3a"})
    assert ConsentInvitation.objects.count() == 1


def test_before_the_decision_it_is_refused(
    screened_patient: Any, protocol: Any, coordinator: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    answer = fill(log_in(coordinator), url_of(screened_patient, protocol))
    assert answer.status_code == 422
    assert "Consent is asked after the decision" in answer.content.decode()


def test_anothers_protocol_is_not_found(decided_patient: Any, coordinator: Any, log_in: Any) -> None:
    client = log_in(coordinator)
    assert client.get(f"/consent/{decided_patient.id}/invite/999999/ptsd/").status_code == 404


def test_the_device_is_handed_over_without_the_log_in_that_made_the_link(
    decided_patient: Any, protocol: Any, nurse: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    client, url = log_in(nurse), url_of(decided_patient, protocol)
    fill(client, url)
    page = client.get(url).content.decode()
    path = page.split('name="next" value="')[1].split('"')[0]
    assert path.startswith("/consent/c/")
    assert f'href="{path}' not in page  # no way there that leaves the log-in open
    assert f'href="http://testserver{path}' not in page
    handed = client.post("/account/logout/", {"next": path})
    assert (handed.status_code, handed["Location"]) == (302, path)
    theirs = client.get(path)
    assert theirs.status_code == 200
    assert "is logged in here" not in theirs.content.decode()
    behind = client.get(url)
    assert (behind.status_code, behind["Location"].split("?")[0]) == (302, "/account/login/")
