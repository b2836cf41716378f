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


# --- a source that sends every second ---------------------------------------------------------------


@pytest.fixture
def stream(kept: Any, now: datetime) -> Callable[..., list[Any]]:
    """stream(seconds=150, minute=0) -> messages of a monitor nobody bound, one a second, a cuff every minute."""

    def make(seconds: int = 150, minute: float = 12, **more: Any) -> list[Any]:
        start = now + timedelta(minutes=minute)
        return [
            kept(second_by_second(start, second), received_at=start + timedelta(seconds=second), **more)
            for second in range(seconds)
        ]

    return make


def second_by_second(start: datetime, second: int, saturation: int = 97) -> bytes:
    at, cuff = (start + timedelta(seconds=s) for s in (second, second - second % 60))
    cuffed = message(cuff, systolic=120 + second // 60).decode().rstrip("\r").split("\r")
    stamp = f"{at:%Y%m%d%H%M%S}+0000"
    pulse = (
        f"OBX|3|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1|{saturation}|262688^MDC_DIM_PERCENT^MDC|||||R|||{stamp}"
    )
    return "\r".join([*cuffed, pulse]).encode() + b"\r"


def test_a_monitor_that_sends_every_second_is_one_line_with_its_number(
    stream: Any, kept: Any, nurse: Any, log_in: Any
) -> None:
    stream(90)
    stream(3, named="R-0099")
    kept(device="MON^B")
    from ataraxy.clinic.treat.models import Quarantined
    from ataraxy.clinic.treat.queries.quarantine import lines_of

    lines = lines_of(Quarantined.objects.all())
    assert sorted((line.device, line.named, line.count) for line in lines) == [
        ("MON^A", "", 90),
        ("MON^A", "R-0099", 3),
        ("MON^B", "", 1),
    ]
    page = log_in(nurse).get(reverse("treat:quarantine")).content.decode()
    assert page.count("Look at") == 3 and "90 messages" in page and "R-0099" in page


def test_a_whole_line_is_assigned_as_a_nurse_would_write_it(
    running: Any, stream: Any, nurse: Any, clock: Any, settle: Any, state: Any
) -> None:
    clock(16)
    rows = stream(150)
    answer = settle(
        nurse,
        rows[0],
        what="assign",
        scope="all",
        until=rows[-1].id,
        session=str(running.id),
        reason="bound late",
    )
    assert answer.status_code == 302
    series = state(running).series
    assert [int(v.value) for v in series[Measure.SYSTOLIC] if v.origin == "device"] == [120, 121, 122]
    saturations = [v for v in series[Measure.SPO2] if v.origin == "device"]
    assert len(saturations) == 3  # one a minute, of 150
    from ataraxy.clinic.treat.models import Quarantined

    assert not Quarantined.objects.filter(settled_at=None).exists()
    assert Quarantined.objects.count() == 150


def test_a_saturation_past_a_limit_is_charted_however_soon_it_came(
    running: Any, kept: Any, nurse: Any, clock: Any, settle: Any, state: Any, now: datetime
) -> None:
    clock(16)
    start = now + timedelta(minutes=12)
    told = [97, 97, 84, 84, *[97] * 20]
    rows = [
        kept(second_by_second(start, s, percent), received_at=start + timedelta(seconds=s))
        for s, percent in enumerate(told)
    ]
    which = {"scope": "all", "until": rows[-1].id, "session": str(running.id)}
    assert settle(nurse, rows[0], what="assign", reason="bound late", **which).status_code == 302
    written = [v for v in state(running).series[Measure.SPO2] if v.origin == "device"]
    assert [int(v.value) for v in written] == [97, 84, 97]
    assert written[1].at == start + timedelta(seconds=2)
    assert written[2].at - written[1].at == timedelta(seconds=10)  # back inside, without flicker


def test_a_whole_line_is_discarded_up_to_what_was_shown(
    stream: Any, kept: Any, nurse: Any, clock: Any, settle: Any
) -> None:
    from ataraxy.clinic.treat.models import Quarantined

    clock(16)
    rows = stream(20)
    other, late = kept(device="MON^B"), kept()
    settle(nurse, rows[0], what="discard", scope="all", until=rows[-1].id, reason="a cable test")
    waiting = set(Quarantined.objects.filter(settled_at=None).values_list("id", flat=True))
    assert waiting == {other.id, late.id}
    assert set(Quarantined.objects.exclude(settled_at=None).values_list("settled_by", flat=True)) == {
        nurse.id
    }


def test_one_of_many_may_be_settled_alone(stream: Any, nurse: Any, clock: Any, settle: Any) -> None:
    from ataraxy.clinic.treat.models import Quarantined

    clock(16)
    rows = stream(5)
    assert settle(nurse, rows[0], what="discard", reason="x").status_code == 422  # which messages?
    settle(nurse, rows[2], what="discard", scope="one", reason="only this")
    assert [row.id for row in Quarantined.objects.exclude(settled_at=None)] == [rows[2].id]


def test_settled_together_is_told_together(
    stream: Any, nurse: Any, clock: Any, settle: Any, log_in: Any
) -> None:
    clock(16)
    rows = stream(20)
    settle(nurse, rows[0], what="discard", scope="all", until=rows[-1].id, reason="a cable test")
    page = log_in(nurse).get(reverse("treat:quarantine")).content.decode()
    assert page.count("Discarded: a cable test") == 1 and "20 messages" in page
