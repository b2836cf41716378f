"""Signing needs every point, treatment agreed to, and the own name; it fixes the very words that were read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client


@pytest.fixture
def page(invitation: Any, protocol: Any) -> tuple[str, dict[str, str]]:
    """The address to sign at, and a form filled in completely."""
    from ataraxy.clinic.consent.actions import link_of
    from ataraxy.clinic.plan.queries import protocol_of

    ticks = {f"point-{line.id}": "on" for line in protocol_of(protocol).consent}
    form = ticks | {"treatment": "on", "story": "on", "signed_name": "canary  QUILLFEATHER"}
    form["key"] = "0b5c9ed0-4c4a-4c36-9a0e-8f6f4d1c2b3a"
    return f"/consent/c/{link_of(invitation)}/sign/", form


def test_the_signature_keeps_words_version_and_grants(
    page: Any, decided_patient: Any, protocol: Any, events: Callable[..., Any]
) -> None:
    from ataraxy.clinic.consent.text import consent_text
    from ataraxy.clinic.plan.queries import protocol_of

    url, form = page
    assert Client().post(url, form).status_code == 302
    (signed,) = events(decided_patient.id, "ConsentSigned")
    assert signed["text_sha256"] == consent_text(protocol_of(protocol)).sha256
    assert signed["protocol_sha256"] == protocol.sha256
    assert signed["grants"] == ["treatment", "story"]


def test_the_patient_is_the_author(page: Any, decided_patient: Any) -> None:
    from ataraxy.clinic.audit.models import Event

    Client().post(*page)
    event = Event.objects.get(type="ConsentSigned")
    assert (event.origin, event.actor_id) == ("patient", decided_patient.id)


def test_sent_twice_it_is_signed_once(page: Any, decided_patient: Any, events: Callable[..., Any]) -> None:
    url, form = page
    client = Client()
    client.post(url, form)
    client.post(url, form | {"key": "1b5c9ed0-4c4a-4c36-9a0e-8f6f4d1c2b3a"})
    assert len(events(decided_patient.id, "ConsentSigned")) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"point-off-label": ""}, "points are not ticked yet"),
        ({"treatment": ""}, "You have not agreed to the treatment"),
        ({"signed_name": "Somebody Else"}, "not the name this consent was made for"),
        ({"signed_name": ""}, "Missing. Fill it in."),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    page: Any, decided_patient: Any, events: Callable[..., Any], change: dict[str, str], said: str
) -> None:
    url, form = page
    left = {name: value for name, value in (form | change).items() if value}
    answer = Client().post(url, left)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert said in html
    assert html.count("checked") >= len(left) - 3
    assert events(decided_patient.id, "ConsentSigned") == []


def test_a_retired_version_is_not_signed(page: Any, protocol: Any, now: Any) -> None:
    protocol.retired_at = now
    protocol.save()
    answer = Client().post(*page)
    assert answer.status_code == 422
    assert "newer version" in answer.content.decode()


def test_a_forged_link_signs_nothing(database: str) -> None:
    assert Client().post("/consent/c/x/sign/", {"signed_name": "x"}).status_code == 404
