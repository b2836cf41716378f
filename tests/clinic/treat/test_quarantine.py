"""quarantine, settle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from ataraxy.core.protocol.types import Measure


def message(at: datetime, systolic: int = 141, flag: str = "") -> bytes:
    stamp = f"{at:%Y%m%d%H%M%S}+0000"
    rows = [
        f"MSH|^~\\&|MON^A|WARD|||{stamp}||ORU^R01^ORU_R01|77|P|2.6",
        "PID|||||Doe^Jo",
        f"OBR|1|||182777000^monitoring^SCT|||{stamp}",
        f"OBX|1|NM|150301^MDC_PRESS_CUFF_SYS^MDC|1|{systolic}|266016^MDC_DIM_MMHG^MDC||{flag}|||R|||{stamp}",
        f"OBX|2|NM|150302^MDC_PRESS_CUFF_DIA^MDC|1|82|266016^MDC_DIM_MMHG^MDC|||||R|||{stamp}",
    ]
    return "\r".join(rows).encode() + b"\r"


@pytest.fixture
def kept(clinic: Any, now: datetime) -> Callable[..., Any]:
    """kept(raw) -> a message that was received 12 minutes into the session and not charted."""
    from ataraxy.clinic.treat.models import Quarantined

    def make(raw: bytes | None = None, **more: Any) -> Any:
        received = now + timedelta(minutes=12)
        row = {
            "clinic": clinic,
            "received_at": received,
            "device": "MON^A",
            "peer": "127.0.0.1:4000",
            "reason": "No person has bound this monitor.",
            "cure": "Bind it, or assign the message.",
            "raw": message(received) if raw is None else raw,
        }
        return Quarantined.objects.create(**(row | more))

    return make


@pytest.fixture
def settle(log_in: Callable[..., Any], keys: Callable[[], str]) -> Callable[..., Any]:
    def post(staff: Any, row: Any, **fields: Any) -> Any:
        url = reverse("treat:settle", args=[row.id])
        return log_in(staff).post(url, {"key": keys(), "message": row.id} | fields)

    return post


def test_it_lists_device_time_and_reason(kept: Any, nurse: Any, log_in: Any) -> None:
    kept()
    page = log_in(nurse).get(reverse("treat:quarantine")).content.decode()
    assert "MON^A" in page
    assert "No person has bound this monitor." in page


def test_a_nurse_discards_with_a_reason(kept: Any, nurse: Any, clock: Any, settle: Any) -> None:
    clock(15)
    row = kept()
    assert settle(nurse, row, what="discard", reason="").status_code == 422
    assert settle(nurse, row, what="discard", reason="a test of the cable").status_code == 302
    row.refresh_from_db()
    assert row.settlement == "Discarded: a test of the cable"
    assert row.settled_by == nurse
    assert bytes(row.raw)


def test_assigned_values_are_the_monitors_with_a_note_by_the_nurse(
    running: Any, kept: Any, nurse: Any, clock: Any, settle: Any, state: Any, now: datetime
) -> None:
    clock(15)
    row = kept()
    answer = settle(nurse, row, what="assign", session=str(running.id), reason="bound too late")
    assert answer.status_code == 302
    value = state(running).latest(Measure.SYSTOLIC)
    assert (value.value, value.origin, value.by, value.device) == (141, "device", None, "MON^A")
    assert value.at == now + timedelta(minutes=12)
    assert state(running).notes[-1].by == nurse.id
    row.refresh_from_db()
    assert row.settled_by == nurse


def test_settled_once_is_settled(
    running: Any, kept: Any, nurse: Any, clock: Any, settle: Any, state: Any
) -> None:
    clock(15)
    row = kept()
    for _ in range(2):
        settle(nurse, row, what="assign", session=str(running.id), reason="bound too late")
    assert len([v for v in state(running).series[Measure.SYSTOLIC] if v.value == 141]) == 1


def test_values_that_are_there_already_are_not_doubled(
    running: Any, kept: Any, nurse: Any, clock: Any, settle: Any, state: Any
) -> None:
    clock(15)
    settle(nurse, kept(), what="assign", session=str(running.id), reason="first")
    answer = settle(nurse, kept(), what="assign", session=str(running.id), reason="resent")
    assert answer.status_code == 422
    assert "no new value" in answer.content.decode()


@pytest.mark.parametrize("raw", [b"", b"garbage", b"MSH|^~\\&|\xff\xfe", b"\x00" * 50])
def test_what_cannot_be_read_can_only_be_discarded(
    raw: bytes, running: Any, kept: Any, nurse: Any, clock: Any, log_in: Any, settle: Any
) -> None:
    clock(15)
    row = kept(raw)
    assert log_in(nurse).get(reverse("treat:settle", args=[row.id])).status_code == 200
    assert settle(nurse, row, what="assign", session=str(running.id), reason="x").status_code == 422
    assert settle(nurse, row, what="discard", reason="noise").status_code == 302


@pytest.mark.parametrize("session", ["", "nonsense", "00000000-0000-0000-0000-000000000001"])
def test_no_session_no_assignment(session: str, kept: Any, nurse: Any, clock: Any, settle: Any) -> None:
    clock(15)
    assert settle(nurse, kept(), what="assign", session=session, reason="x").status_code == 422


def test_simulated_values_are_refused_outside_a_demo_clinic(
    running: Any, kept: Any, nurse: Any, clinic: Any, at: Any, now: datetime
) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.core.errors import InputRefused

    clinic.is_demo = False
    nurse.clinic = clinic
    row = kept(message(now + timedelta(minutes=12), flag="DEMO"))
    with pytest.raises(InputRefused, match="simulated"):
        actions.assign(at(15), row.id, running.id, "x")


def test_an_outsider_finds_nothing(kept: Any, outsider: Any, log_in: Any, settle: Any) -> None:
    row = kept()
    assert "MON^A" not in log_in(outsider).get(reverse("treat:quarantine")).content.decode()
    assert log_in(outsider).get(reverse("treat:settle", args=[row.id])).status_code == 404
    assert settle(outsider, row, what="discard", reason="x").status_code == 404


@pytest.mark.parametrize("role", ["therapist", "coordinator", "researcher"])
def test_who_does_not_settle(role: str, request: Any, kept: Any, log_in: Any) -> None:
    staff = request.getfixturevalue(role)
    assert log_in(staff).get(reverse("treat:quarantine")).status_code == 403
    assert log_in(staff).get(reverse("treat:settle", args=[kept().id])).status_code == 403
