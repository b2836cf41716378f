"""Numbers reach those who may see them, as soon as they are committed, and nobody else."""

from __future__ import annotations

import http.client
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ataraxy.core.protocol.types import Measure

SPO2 = (Measure.SPO2, 97)


def events_of(bed: Any) -> str:
    return f"/live/session/{bed.session}/events"


def value(state: dict[str, Any], measure: str) -> dict[str, Any] | None:
    return next((v for v in state["values"] if v["measure"] == measure), None)


def reads_of(bed: Any) -> list[str]:
    from ataraxy.clinic.audit.models import ChartRead

    return list(ChartRead.objects.filter(patient_id=bed.patient).values_list("view", flat=True))


# --- what is shown -------------------------------------------------------------------------------


def test_a_reading_reaches_the_screen_with_its_unit_its_time_and_its_origin(
    ward: Any, live: Any, call: Any, look: Any
) -> None:
    bed = ward.session()
    screen = look(live, events_of(bed), ward.employ("nurse"))
    assert screen.status == 200 and screen.response.headers["Content-Type"].startswith("text/event-stream")
    assert value(screen.state(), "spo2") is None
    began, told_at = time.monotonic(), datetime.now(UTC)
    call(live).tell(bed.says(SPO2, at=told_at))
    state = screen.state_with(lambda s: value(s, "spo2"))
    assert time.monotonic() - began < 2
    shown = value(state, "spo2")
    assert shown is not None
    assert (shown["value"], shown["unit"], shown["origin"], shown["source"]) == (
        "97",
        "%",
        "device",
        "Monitor 1",
    )
    assert abs(datetime.fromisoformat(shown["at"]) - told_at) < timedelta(milliseconds=2)
    assert shown["freshness"] == "fresh"
    assert state["monitor"]["label"] == "Monitor 1" and abs(state["monitor"]["clock_ahead_s"]) <= 1


def test_the_state_says_phase_what_is_due_what_is_next_and_whether_to_hold(
    ward: Any, live: Any, look: Any
) -> None:
    bed = ward.session()
    state = look(live, events_of(bed), ward.employ("prescriber")).state()
    assert state["phase"] == "arrival" and state["seq"] == 3
    assert state["stance"]["kind"] == "hold" and state["stance"]["reasons"][0]["what"]
    assert state["next_action"]["kind"] == "check" and state["next_action"]["text"]
    assert state["due"] == []


def test_a_value_the_device_withdraws_is_absent_at_once(ward: Any, live: Any, call: Any, look: Any) -> None:
    from dataclasses import replace
    from decimal import Decimal

    from ataraxy.interop.hl7v2.pcd01 import observation

    bed, monitor = ward.session(), call(live)
    screen = look(live, events_of(bed), ward.employ("nurse"))
    monitor.tell(bed.says(SPO2))
    screen.state_with(lambda s: value(s, "spo2"))
    off = observation(Measure.SPO2, Decimal(-100), datetime.now(UTC), flags=("DEMO",))
    monitor.tell(bed.says(replace(off, raw_value="-100")))
    gone = value(screen.state_with(lambda s: value(s, "spo2")["value"] is None), "spo2")  # type: ignore[index]
    assert gone is not None and (gone["freshness"], gone["absent"]) == ("absent", "sentinel")


def test_what_another_process_writes_reaches_the_screen(ward: Any, live: Any, look: Any) -> None:
    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.treat.record import append_session
    from ataraxy.core.session.events import NoteWritten

    bed = ward.session()
    screen = look(live, events_of(bed), ward.employ("nurse"))
    before = screen.state()["seq"]
    began = time.monotonic()
    append_session(ward.context(), bed.session, Entry(NoteWritten("calm")))
    screen.state_with(lambda s: s["seq"] == before + 1)
    assert time.monotonic() - began < 3


def test_a_screen_is_told_at_least_every_five_seconds(ward: Any, live: Any, look: Any) -> None:
    screen = look(live, events_of(ward.session()), ward.employ("nurse"))
    screen.state()
    began = time.monotonic()
    screen.state()
    assert time.monotonic() - began < 6.5


def test_a_slow_screen_gets_the_newest_state_and_holds_up_nobody(
    ward: Any, live: Any, call: Any, look: Any
) -> None:
    bed, monitor = ward.session(), call(live)
    slow, quick = (look(live, events_of(bed), ward.employ("nurse")) for _ in range(2))
    for each in range(300):
        assert monitor.tell(bed.says((Measure.HEART_RATE_ECG, 60 + each % 60))) == "CA"
    monitor.tell(bed.says((Measure.HEART_RATE_ECG, 150)))
    for screen in (quick, slow):
        screen.state_with(lambda s: (v := value(s, "heart-rate-ecg")) and v["value"] == "150")


def test_a_screen_that_went_away_is_forgotten(ward: Any, live: Any, call: Any, look: Any, until: Any) -> None:
    bed, nurse = ward.session(), ward.employ("nurse")
    screens = [look(live, path, nurse) for path in (events_of(bed), "/live/board/events") for _ in range(3)]
    for screen in screens:
        screen.state()
    assert live.viewers == 6
    for screen in screens:
        screen.close()
    monitor = call(live)
    until(lambda: monitor.tell(bed.says(SPO2)) and live.viewers == 0, seconds=10)


def test_the_board_shows_every_room_with_somebody_in_it(ward: Any, live: Any, call: Any, look: Any) -> None:
    beds = [ward.session(), ward.session()]
    screen = look(live, "/live/board/events", ward.employ("nurse"))
    assert [r["session"] for r in screen.state()["rooms"]] == [str(b.session) for b in beds]
    call(live).tell(beds[1].says(SPO2))
    state = screen.state_with(lambda s: value(s["rooms"][1], "spo2"))
    assert (state["rooms"][1]["room"], value(state["rooms"][0], "spo2")) == ("Room 2", None)
    third = ward.session()
    screen.state_with(lambda s: len(s["rooms"]) == 3, seconds=10)
    assert all("live:board" in reads_of(bed) for bed in (*beds, third))


# --- who may see it ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["prescriber", "nurse", "therapist", "director"])
def test_clinical_roles_may_follow_and_the_read_is_on_record(
    ward: Any, live: Any, look: Any, role: str
) -> None:
    bed = ward.session()
    assert look(live, events_of(bed), ward.employ(role)).status == 200
    assert look(live, "/live/board/events", ward.employ(role)).status == 200
    assert reads_of(bed)[0] == "live:session"


@pytest.mark.parametrize("role", ["coordinator", "researcher"])
def test_other_roles_are_refused(ward: Any, live: Any, look: Any, role: str) -> None:
    bed = ward.session()
    assert look(live, events_of(bed), ward.employ(role)).status == 403
    assert look(live, "/live/board/events", ward.employ(role)).status == 403
    assert reads_of(bed) == []


def test_an_outsider_finds_nothing_and_sees_only_their_own_rooms(
    ward: Any, make_ward: Any, live: Any, look: Any
) -> None:
    bed, elsewhere = ward.session(), make_ward(name="Elsewhere Clinic")
    outsider = elsewhere.employ("prescriber")
    assert look(live, events_of(bed), outsider).status == 404
    assert look(live, "/live/board/events", outsider).state()["rooms"] == []
    assert reads_of(bed) == []


@pytest.mark.parametrize("kept", [{"locked": True}, {"acted_at": 16 * 60}])
def test_a_locked_log_in_is_told_of_no_session_and_the_wall_keeps_its_board(
    ward: Any, kept: dict[str, Any], cookie: Any
) -> None:
    from django.contrib.sessions.backends.db import SessionStore

    from ataraxy.live import right

    bed, mine = ward.session(), cookie(ward.employ("nurse"))
    assert right.may_see_session(mine, bed.session, first=False) is None
    store = SessionStore(mine)
    store.update({name: time.time() - n if name == "acted_at" else n for name, n in kept.items()})
    store.save()
    refused = right.may_see_session(mine, bed.session, first=False)
    assert refused is not None and refused.status == 423
    assert right.may_see_sessions(mine, frozenset({bed.session})) == {bed.session: refused}
    assert not isinstance(right.may_see_board(mine), right.Refused)


def test_nobody_without_a_log_in_is_told_anything(ward: Any, live: Any, look: Any) -> None:
    bed = ward.session()
    for path in (events_of(bed), "/live/board/events"):
        assert look(live, path).status == 401


@pytest.mark.parametrize("path", ["/live/session/not-an-id/events", "/live/session//events", "/live/nothing"])
def test_an_address_that_is_none_is_not_found(ward: Any, live: Any, look: Any, path: str) -> None:
    assert look(live, path, ward.employ("nurse")).status == 404


def test_a_session_that_does_not_exist_is_not_found(ward: Any, live: Any, look: Any) -> None:
    path = "/live/session/00000000-0000-4000-8000-000000000000/events"
    assert look(live, path, ward.employ("nurse")).status == 404


def test_a_real_clinics_staff_need_their_second_factor(make_ward: Any, live: Any, look: Any) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    ward = make_ward(is_demo=False)
    bed, nurse = ward.session(), ward.employ("nurse")
    assert look(live, events_of(bed), nurse).status == 403
    TOTP.activate(nurse.user, generate_totp_secret())
    assert look(live, events_of(bed), nurse).status == 200


def test_a_forged_or_ended_log_in_is_nobodys(ward: Any, live: Any, look: Any) -> None:
    from django.contrib.sessions.models import Session as LogIn

    bed, nurse = ward.session(), ward.employ("nurse")
    assert look(live, events_of(bed), nurse).status == 200
    LogIn.objects.all().delete()
    connection = http.client.HTTPConnection("127.0.0.1", live.http_port, timeout=5)
    connection.request("GET", events_of(bed), headers={"Cookie": "sessionid=" + "a" * 32})
    assert connection.getresponse().status == 401
    connection.close()


@pytest.mark.parametrize("loss", ["left", "logged-out", "other-role"])
def test_a_stream_ends_when_the_right_to_look_is_gone(
    ward: Any, start_live: Any, look: Any, loss: str
) -> None:
    from django.contrib.sessions.models import Session as LogIn

    from ataraxy.clinic.people.models import Staff

    live = start_live(check_every_s=0.5)
    nurse = ward.employ("nurse")
    bed = ward.session()
    screen = look(live, events_of(bed), nurse)
    screen.state()
    match loss:
        case "left":
            Staff.objects.filter(id=nurse.id).update(active=False)
        case "logged-out":
            LogIn.objects.all().delete()
        case "other-role":
            Staff.objects.filter(id=nurse.id).update(roles=["coordinator"])
    with pytest.raises(EOFError):
        screen.state_with(lambda _: False)


def test_a_broken_glass_opens_the_stream_and_says_so(ward: Any, live: Any, look: Any) -> None:
    from ataraxy.clinic.audit.models import ChartRead
    from ataraxy.clinic.people.models import BreakGlass

    bed, coordinator = ward.session(), ward.employ("coordinator")
    now = datetime.now(UTC)
    BreakGlass.objects.create(
        clinic=ward.clinic,
        staff=coordinator,
        patient_id=bed.patient,
        reason="collapsed at the desk",
        at=now - timedelta(minutes=1),
        until=now + timedelta(minutes=30),
    )
    assert look(live, events_of(bed), coordinator).status == 200
    assert ChartRead.objects.get(patient_id=bed.patient).right == "break-glass"


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("POST", 405), ("DELETE", 405)])
def test_only_reading_is_offered_and_a_bare_question_never_hangs(
    ward: Any, live: Any, cookie: Any, method: str, status: int
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", live.http_port, timeout=5)
    headers = {"Cookie": f"sessionid={cookie(ward.employ('nurse'))}"}
    connection.request(method, events_of(ward.session()), headers=headers)
    assert connection.getresponse().status == status
    connection.close()


# --- health, privacy -----------------------------------------------------------------------------


def test_health_says_whether_readings_are_written(live: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", live.http_port, timeout=5)
    connection.request("GET", "/live/health")
    answer = connection.getresponse()
    assert answer.status == 200
    assert json.loads(answer.read()) == {"ok": True, "writing": True, "database": True, "waiting": 0}
    connection.close()


def test_every_live_route_is_on_the_list_and_says_who_may_see_it() -> None:
    from ataraxy.clinic.people.access import CLINICAL
    from ataraxy.live.routes import ROUTES
    from ataraxy.live.stream import Streams

    assert {route.view for route in ROUTES if route.method == "GET"} == {
        n for n in vars(Streams) if n in ("health",) or n.endswith("_events")
    }
    assert all(route.roles or route.exempt for route in ROUTES)
    assert all(set(route.roles) <= {str(role) for role in CLINICAL} for route in ROUTES)


def test_no_patients_name_leaves_in_a_log_a_notice_or_an_address(
    ward: Any,
    live: Any,
    call: Any,
    look: Any,
    server: Any,
    own_database: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    import psycopg

    caplog.set_level("DEBUG")
    bed, canary = ward.session(), "Quillfeather"
    notices: list[str] = []
    with psycopg.connect(server.url("ataraxy_app", own_database), autocommit=True) as ear:
        ear.execute("LISTEN session")
        screen = look(live, events_of(bed), ward.employ("nurse"))
        monitor = call(live)
        named = bed.says(SPO2, patient_id=bed.record_number).replace(b"^^^^^^U", f"{canary}^Canary".encode())
        assert canary.encode() in named
        monitor.tell(named)
        monitor.tell(named.replace(b"PID|", b"PID|1\rPID|"))  # two patients: refused
        monitor.tell(bed.says((Measure.SPO2, 99), patient_id=canary))  # another patient: kept aside
        monitor.socket.sendall(f"\x0bMSH|{canary}\x1c\r".encode())
        monitor.answer()
        state = screen.state_with(lambda s: value(s, "spo2"))
        notices += [notice.payload for notice in ear.notifies(timeout=0.5)]
    assert notices == [f"{bed.session} 4"]
    said = caplog.text + "".join(capfd.readouterr()) + json.dumps(state) + " ".join(notices)
    assert canary not in said and bed.record_number not in said
