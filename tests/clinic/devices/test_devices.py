"""monitors, gateways, revoke_gateway, unplaced."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse


@pytest.fixture
def post(log_in: Callable[..., Any]) -> Callable[..., Any]:
    """post(staff, name, *args, **fields) -> the answer."""

    def send(staff: Any, name: str, *args: Any, **fields: Any) -> Any:
        return log_in(staff).post(reverse(f"devices:{name}", args=args), {"key": uuid.uuid4()} | fields)

    return send


@pytest.fixture
def kept(now: datetime) -> Callable[..., Any]:
    def make(**more: Any) -> Any:
        from ataraxy.clinic.treat.models import Quarantined

        row = {
            "clinic": None,
            "received_at": now,
            "device": "MON^Z",
            "named": "R-4711",
            "peer": "10.0.4.7",
            "reason": "No monitor of this name is known here.",
            "cure": "Add it.",
            "raw": b"MSH|^~\\&|Doe^Jane",
        }
        return Quarantined.objects.create(**(row | more))

    return make


# --- monitors ---------------------------------------------------------------------------------------


def test_a_monitor_is_added_moved_and_shown_in_its_room(
    clinic: Any, nurse: Any, post: Any, log_in: Any
) -> None:
    from ataraxy.clinic.people.models import Room
    from ataraxy.clinic.treat.models import Monitor

    rooms = [Room.objects.create(clinic=clinic, name=name) for name in ("Room 1", "Room 2")]
    for room in rooms:
        told = {"device": "PHILIPS/ICU 5", "label": "Monitor five", "room": room.id}
        assert post(nurse, "monitors", **told).status_code == 302
    (monitor,) = Monitor.objects.all()
    assert (monitor.device, monitor.room) == ("PHILIPS/ICU 5", rooms[1])
    page = log_in(nurse).get(reverse("devices:monitors")).content.decode()
    assert "Monitor five" in page and "Room 2" in page


def test_a_device_that_was_heard_and_is_not_known_is_offered(
    clinic: Any, nurse: Any, kept: Any, log_in: Any
) -> None:
    kept(clinic=clinic, device="EDAN/BED 3")
    page = log_in(nurse).get(reverse("devices:monitors")).content.decode()
    assert "?device=EDAN/BED%203#add" in page
    filled = log_in(nurse).get(reverse("devices:monitors") + "?device=EDAN/BED%203").content.decode()
    assert 'value="EDAN/BED 3"' in filled


def test_a_room_or_a_gateway_of_another_clinic_is_refused(
    clinic: Any, nurse: Any, outsider: Any, context: Any, post: Any
) -> None:
    from ataraxy.clinic.devices.actions import add_gateway
    from ataraxy.clinic.people.models import Room
    from ataraxy.clinic.treat.models import Monitor

    theirs = Room.objects.create(clinic=outsider.clinic, name="Elsewhere 1")
    assert post(nurse, "monitors", device="X", label="x", room=theirs.id).status_code == 422
    gateway, _ = add_gateway(context(outsider), "theirs", uuid.uuid4())
    answer = post(nurse, "monitors", device=f"{gateway.sender}/bed 1", label="x")
    assert answer.status_code == 422 and "gateway" in answer.content.decode()
    assert not Monitor.objects.exists()


# --- gateways ---------------------------------------------------------------------------------------


def test_a_token_is_shown_once_and_only_its_digest_is_kept(
    director: Any, post: Any, log_in: Any, now: datetime
) -> None:
    from ataraxy.clinic.devices.models import Gateway
    from ataraxy.clinic.devices.queries import gateway_of

    key = uuid.uuid4()
    answer = post(director, "gateways", label="Tablet, room 2", key=key)
    page = answer.content.decode()
    token = page.split('class="token">')[1].split("<")[0]
    assert answer["Cache-Control"] == "no-store"
    (row,) = Gateway.objects.all()
    assert token.startswith(f"atx-{row.prefix}-") and len(bytes(row.digest)) == 32
    assert token.encode() not in bytes(row.digest) and gateway_of(token, now) == row
    assert token not in log_in(director).get(reverse("devices:gateways")).content.decode()
    again = post(director, "gateways", label="Tablet, room 2", key=key)
    assert again.status_code == 422 and Gateway.objects.count() == 1


@pytest.mark.parametrize("change", ["", "x", "atx-00000000-x", "atx", "atx-"])
def test_a_token_that_is_not_whole_opens_nothing(
    change: str, director: Any, context: Any, now: datetime
) -> None:
    from ataraxy.clinic.devices.actions import add_gateway
    from ataraxy.clinic.devices.queries import gateway_of

    _, token = add_gateway(context(director), "Bridge", uuid.uuid4())
    assert gateway_of(change or token[:-1], now) is None
    assert gateway_of(token + "x", now) is None and gateway_of(token.upper(), now) is None


def test_a_revoked_token_opens_nothing_and_the_page_says_who_revoked_it(
    director: Any, context: Any, post: Any, log_in: Any, now: datetime
) -> None:
    from ataraxy.clinic.devices.actions import add_gateway, revoke_gateway
    from ataraxy.clinic.devices.queries import gateway_of

    row, token = add_gateway(context(director), "Bridge", uuid.uuid4())
    assert gateway_of(token, now)
    assert post(director, "revoke-gateway", row.id).status_code == 302
    assert gateway_of(token, now) is None
    assert not revoke_gateway(context(director), row.id)
    assert "Revoked" in log_in(director).get(reverse("devices:gateways")).content.decode()


def test_the_application_cannot_remove_a_gateway(director: Any, context: Any) -> None:
    from django.db import DatabaseError, transaction

    from ataraxy.clinic.devices.actions import add_gateway
    from ataraxy.clinic.devices.models import Gateway

    add_gateway(context(director), "Bridge", uuid.uuid4())
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Gateway.objects.all().delete()


@pytest.mark.parametrize("role", ["nurse", "prescriber", "therapist", "coordinator", "researcher"])
def test_only_the_director_makes_tokens_or_places_messages(role: str, request: Any, log_in: Any) -> None:
    staff = request.getfixturevalue(role)
    for name in ("gateways", "unplaced"):
        assert log_in(staff).get(reverse(f"devices:{name}")).status_code == 403


# --- messages of no clinic ---------------------------------------------------------------------------


def test_messages_of_no_clinic_are_shown_without_what_they_say(
    director: Any, nurse: Any, outsider: Any, kept: Any, log_in: Any
) -> None:
    for _ in range(3):
        kept()
    page = log_in(director).get(reverse("devices:unplaced")).content.decode()
    assert "MON^Z" in page and "10.0.4.7" in page
    assert "Doe" not in page and "R-4711" not in page
    assert "3 of no clinic" in log_in(director).get(reverse("treat:quarantine")).content.decode()
    assert "of no clinic" not in log_in(nurse).get(reverse("treat:quarantine")).content.decode()


def test_a_director_takes_them_over_into_the_clinics_quarantine(
    director: Any, nurse: Any, kept: Any, post: Any, log_in: Any
) -> None:
    from ataraxy.clinic.treat.models import Quarantined

    rows = [kept(), kept(), kept(device="MON^Y")]
    assert post(director, "unplaced", line=rows[0].id, what="take").status_code == 302
    taken = Quarantined.objects.filter(clinic=director.clinic)
    assert {row.id for row in taken} == {rows[0].id, rows[1].id}
    assert {row.placed_by for row in taken} == {director}
    assert "MON^Z" in log_in(nurse).get(reverse("treat:quarantine")).content.decode()
    assert post(director, "unplaced", line=rows[0].id, what="take").status_code == 422


def test_or_discards_them_with_a_reason(director: Any, kept: Any, post: Any) -> None:
    row = kept()
    assert post(director, "unplaced", line=row.id, what="discard").status_code == 422
    assert post(director, "unplaced", line=row.id, what="discard", reason="a neighbour's").status_code == 302
    row.refresh_from_db()
    assert row.settled_by == director and "a neighbour's" in row.settlement and bytes(row.raw)
