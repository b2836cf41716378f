"""The patient's page opens by its link alone: the text before signing, the copy after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client


def link(invitation: Any) -> str:
    from ataraxy.clinic.consent.actions import link_of

    return f"/consent/c/{link_of(invitation)}/"


def test_every_point_is_shown_with_its_source_and_a_box(invitation: Any, protocol: Any) -> None:
    from ataraxy.clinic.plan.queries import protocol_of

    page = Client().get(link(invitation)).content.decode()
    for line in protocol_of(protocol).consent:
        assert f'name="point-{line.id}"' in page
    assert "off-label" in page
    assert "Canary" not in page  # nobody's name, before they type it


def test_the_read_is_on_record_as_the_patients_own(invitation: Any) -> None:
    from ataraxy.clinic.audit.models import ChartRead

    Client().get(link(invitation))
    assert ChartRead.objects.filter(patient_id=invitation.patient_id, right="own", staff_id=None).exists()


def test_after_signing_it_is_the_copy(agreed_patient: Any, invitation: Any) -> None:
    page = Client().get(link(invitation)).content.decode()
    assert "This is your copy" in page
    assert "Canary Quillfeather" in page
    assert "Agreed to: treatment, research." in page


@pytest.mark.parametrize("token", ["x", "a:b", "%00", "🙂", "0" * 400])
def test_a_forged_link_says_what_to_do(database: str, token: str) -> None:
    answer = Client().get(f"/consent/c/{token}/")
    assert answer.status_code == 404
    assert "not one of ours" in answer.content.decode()


def test_an_expired_link_says_so(invitation: Any) -> None:
    from ataraxy.clinic.consent.models import ConsentInvitation

    over = invitation.invited_at - timedelta(days=1)
    ConsentInvitation.objects.update(closes_at=over)
    invitation.refresh_from_db()
    answer = Client().get(link(invitation))
    assert answer.status_code == 404
    assert "This link has expired" in answer.content.decode()


def test_a_check_ins_token_does_not_open_a_consent(invitation: Any) -> None:
    from ataraxy.clinic.people.links import make_link

    token = make_link("check-in", invitation.id, invitation.closes_at)
    assert Client().get(f"/consent/c/{token}/").status_code == 404


def test_a_device_somebody_is_still_logged_in_on_says_so_before_the_patient_takes_it(
    invitation: Any, nurse: Any, log_in: Any
) -> None:
    client, path = log_in(nurse), link(invitation)
    page = client.get(path).content.decode()
    assert f"{nurse.name} is logged in here" in page
    assert client.post("/account/logout/", {"next": path})["Location"] == path
    assert "is logged in here" not in client.get(path).content.decode()
