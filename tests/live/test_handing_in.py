"""Readings over HTTP with a token: the same way into the record as a monitor's."""

from __future__ import annotations

import http.client
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from ataraxy.live.allowance import Allowance

Handed = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def gateway(ward: Any) -> tuple[Any, str]:
    """A gateway of the ward and its token."""
    from ataraxy.clinic.devices.actions import add_gateway

    return add_gateway(ward.context("director"), "Tablet, room 1", uuid.uuid4())


@pytest.fixture
def bed(ward: Any, gateway: Any) -> Any:
    """A session whose cuff, behind the gateway, a person has bound."""
    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.devices.actions import set_monitor
    from ataraxy.clinic.treat.record import append_session
    from ataraxy.core.session.events import MonitorBound

    bed = ward.session(bound=False)
    monitor = set_monitor(ward.context(), f"{gateway[0].sender}/cuff 2", "Cuff 2", None)
    append_session(ward.context(), bed.session, Entry(MonitorBound(monitor.device)))
    return bed


@pytest.fixture
def hand_in(live: Any, gateway: Any) -> Handed:
    """hand_in(readings, ...) -> status and answer."""

    def send(
        *readings: tuple[str, Any, str], token: str = gateway[1], body: bytes | None = None, **more: Any
    ) -> Any:
        now = datetime.now(UTC).isoformat()
        told = {
            "id": uuid.uuid4().hex,
            "device": "cuff 2",
            "sent_at": now,
            "readings": [{"measure": m, "value": v, "unit": u, "at": now} for m, v, u in readings],
        } | more
        connection = http.client.HTTPConnection("127.0.0.1", live.http_port, timeout=10)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        connection.request("POST", "/live/readings", json.dumps(told) if body is None else body, headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        return response.status, answer

    return send


CUFF = (("systolic", "141", "mmHg"), ("diastolic", "11.2", "kPa"))


def test_a_pressure_is_in_the_record_when_the_gateway_is_answered(bed: Any, hand_in: Handed) -> None:
    assert hand_in(*CUFF) == (200, {"taken": True, "kept_aside": False, "words": ""})
    (event,) = bed.vitals()
    assert [(r.measure.value, float(r.value), r.unit) for r in event.payload.readings] == [
        ("systolic", 141.0, "mmHg"),
        ("diastolic", 84.0, "mmHg"),
    ]
    assert event.envelope.origin == "device" and event.payload.device.startswith("GATEWAY-")
    assert {sample.original for sample in bed.samples()} == {"", "11.2 kPa"}


def test_handed_in_again_under_its_id_it_is_one(bed: Any, hand_in: Handed) -> None:
    at = datetime.now(UTC).isoformat()
    same = {
        "id": "m-1",
        "sent_at": at,
        "readings": [{"measure": "systolic", "value": "141", "unit": "mmHg", "at": at}],
    }
    for _ in range(2):
        assert hand_in(**same)[0] == 200
    assert len(bed.samples()) == 1 and len(bed.vitals()) == 1


def test_what_nobody_bound_or_names_another_patient_is_kept_aside_for_this_clinic(
    make_ward: Any, bed: Any, hand_in: Handed
) -> None:
    from ataraxy.clinic.treat.models import Quarantined

    make_ward(name="Another Clinic")  # so that the clinic is known by the token alone
    assert hand_in(*CUFF, device="a stranger")[0] == 202
    status, answer = hand_in(*CUFF, patient="R-9999")
    assert status == 202 and answer["kept_aside"]
    rows = list(Quarantined.objects.order_by("id"))
    assert {row.clinic_id for row in rows} == {bed.ward.clinic.id}
    assert [row.named for row in rows] == ["", "R-9999"]
    assert not bed.vitals()


def test_a_demo_reading_is_kept_aside_outside_a_demo_clinic(make_ward: Any, live: Any, call: Any) -> None:
    from ataraxy.clinic.devices.actions import add_gateway, set_monitor
    from ataraxy.live.bindings import Seat, trouble_with

    ward = make_ward(is_demo=False, name="Harbour Clinic")
    row, _ = add_gateway(ward.context("director"), "Bridge", uuid.uuid4())
    set_monitor(ward.context(), f"{row.sender}/x", "x", None)
    from datetime import timedelta

    from ataraxy.interop.handed_in import read_handed_in

    now = datetime.now(UTC).isoformat()
    told = {
        "id": "1",
        "device": "x",
        "sent_at": now,
        "demo": True,
        "readings": [{"measure": "spo2", "value": "97", "unit": "%"}],
    }
    report = read_handed_in(json.dumps(told).encode(), row.sender)

    class Bound:
        clinic = ward.clinic
        record_number = "R-1"

    trouble = trouble_with(Seat(ward.clinic.id, Bound(), timedelta(0)), report)  # type: ignore[arg-type]
    assert trouble is not None and "simulated" in trouble.cause


@pytest.mark.parametrize("token", ["", "atx-00000000-x", "nonsense", "\u00e9"])
def test_without_a_good_token_nothing_is_taken(bed: Any, hand_in: Handed, token: str) -> None:
    status, answer = hand_in(*CUFF, token=token)
    assert status == 401 and answer["cure"]
    assert not bed.samples()


def test_a_revoked_token_is_refused_from_then_on(ward: Any, bed: Any, gateway: Any, hand_in: Handed) -> None:
    from ataraxy.clinic.devices.actions import revoke_gateway

    assert hand_in(*CUFF)[0] == 200
    revoke_gateway(ward.context("director"), gateway[0].id)
    assert hand_in(*CUFF)[0] == 401


def test_wrong_tokens_are_slowed_down_by_their_address(bed: Any, hand_in: Handed) -> None:
    wrong = [hand_in(*CUFF, token="atx-00000000-x")[0] for _ in range(25)]
    assert wrong[0] == 401 and wrong[-1] == 429


def test_a_gateway_that_floods_is_told_to_wait(live: Any, bed: Any, hand_in: Handed) -> None:
    allowed = live._front.config.app.routes[-1].endpoint.__self__._allowed
    allowed.a_second, allowed.at_once = 0.0, 3.0
    assert [hand_in(("spo2", "97", "%"))[0] for _ in range(5)] == [200, 200, 200, 429, 429]


def test_an_allowance_is_a_burst_and_then_a_rate() -> None:
    now = [100.0]
    allowance = Allowance(2.0, 5.0, clock=lambda: now[0])
    assert [allowance.take("a") for _ in range(6)] == [True] * 5 + [False]
    assert allowance.take("b")
    now[0] += 1.0
    assert [allowance.take("a") for _ in range(3)] == [True, True, False]
    now[0] += 1000.0
    assert sum(allowance.take("a") for _ in range(10)) == 5


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 422), (b"{", 422), (b"[]", 422), (b"x" * 70_000, 413), (b'{"id": "1"}', 422)]
)
def test_a_bad_body_is_told_its_cause_and_the_next_one_works(
    bed: Any, hand_in: Handed, body: bytes, status: int
) -> None:
    told, answer = hand_in(body=body)
    assert told == status and answer["cause"] and answer["cure"]
    assert hand_in(*CUFF)[0] == 200


def test_a_monitor_cannot_speak_under_a_gateways_name(
    ward: Any, bed: Any, gateway: Any, live: Any, call: Any
) -> None:
    from ataraxy.core.protocol.types import Measure

    monitor = call(live)
    forged = bed.says(
        (Measure.SPO2, 97), sending_application=(gateway[0].sender,), sending_facility=("cuff 2",), place=""
    )
    monitor.send(forged)
    code, _, words = monitor.answer()
    assert code in ("AE", "CE") and "name of a gateway" in words
    assert not bed.samples()


def test_other_methods_find_nothing(live: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", live.http_port, timeout=10)
    connection.request("GET", "/live/readings")
    assert connection.getresponse().status == 405
    connection.close()
