"""The screen tells about the patient and about the wires in two lists, by priority, and without a sound."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest


@pytest.fixture
def seat_at(at: Any) -> Any:
    from ataraxy.clinic.treat.queries.room import seat
    from ataraxy.clinic.treat.views.reach import ROWS

    return lambda session, minute: seat(at(minute), ROWS.get(id=session.id))


@pytest.fixture
def told(seat_at: Any) -> Any:
    """told(session, minute) -> the two lists as (priority, words)."""

    def look(session: Any, minute: float) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        from ataraxy.clinic.treat.queries.notices import physiological, technical
        from ataraxy.clinic.treat.queries.room import live_tiles, monitor_link

        here = seat_at(session, minute)
        link = monitor_link(here.state, session.id, here.ctx.now)
        wires = technical(here, link, live_tiles(here, {}, link))
        patient = physiological(here)
        return [(n.priority, n.what) for n in patient], [(n.priority, f"{n.line}. {n.what}") for n in wires]

    return look


def test_a_stop_value_is_high_and_about_the_patient(running: Any, vitals: Any, told: Any) -> None:
    vitals(running, 24, systolic=186, diastolic=104)
    patient, wires = told(running, 25)
    assert patient[0][0] == "high"
    assert "186" in patient[0][1]
    assert not any("186" in words for _, words in wires)


def test_one_reading_is_one_notice_however_many_lines_it_breaks(running: Any, vitals: Any, told: Any) -> None:
    vitals(running, 24, systolic=186, diastolic=114)
    patient, _ = told(running, 25)
    assert len(patient) == 1
    assert "186" in patient[0][1] and "114" in patient[0][1]


def test_a_caution_is_low(running: Any, vitals: Any, told: Any, infusion: Any) -> None:
    assert infusion.cautions
    vitals(running, 24, systolic=162, diastolic=96)
    patient, _ = told(running, 25)
    assert [priority for priority, _ in patient] == ["low"]


def test_a_calm_patient_has_no_notice(running: Any, told: Any) -> None:
    patient, wires = told(running, 12)
    assert patient == []
    assert wires == [
        ("low", "No monitor speaks for this patient. Every value is typed by hand, when it is due.")
    ]


def test_a_silent_monitor_is_technical_and_grows(
    running: Any, clinic: Any, at: Any, now: Any, told: Any
) -> None:
    from django.db import connection

    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.models import Monitor

    heard = now + timedelta(minutes=12)
    monitor = Monitor.objects.create(
        clinic=clinic, device="ATARAXY/DEMO/R1", label="Monitor 1", room=running.room
    )
    actions.bind(at(11), running.id, monitor.device)
    columns = "received_at, clinic_id, session_id, monitor_id, message_id, measure, value, unit, device_at, absent, original"
    row = (clinic.id, running.id, monitor.id)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO treat_sample ({columns}) VALUES (%s, %s, %s, %s, '1', 'spo2', 98, '%%', %s, '', '')",
            [heard, *row, heard],
        )
    assert told(running, 12.1)[1] == []
    (soon,) = told(running, 12.5)[1]
    assert soon[0] == "low" and "nothing for 30 s" in soon[1]
    (later,) = told(running, 14)[1]
    assert later[0] == "medium"
    assert "bind another one, or type" in later[1]


def test_a_message_kept_aside_is_told_in_its_room(running: Any, clinic: Any, now: Any, told: Any) -> None:
    from ataraxy.clinic.treat.models import Monitor, Quarantined

    Monitor.objects.create(clinic=clinic, device="BED-1", label="Monitor 1", room=running.room)
    kept = {
        "clinic": clinic,
        "received_at": now,
        "peer": "127.0.0.1",
        "reason": "another patient",
        "cure": "look",
    }
    Quarantined.objects.create(device="BED-1", raw=b"MSH|", **kept)
    Quarantined.objects.create(device="BED-OF-ANOTHER-ROOM", raw=b"MSH|2", **kept)
    assert any("1 message of this room could not be charted" in words for _, words in told(running, 12)[1])


def test_the_two_lists_stand_apart_on_the_page(
    running: Any, vitals: Any, nurse: Any, clock: Any, ask: Any
) -> None:
    vitals(running, 24, systolic=186, diastolic=104)
    clock(25)
    page = ask(nurse, "session", running).content.decode()
    patient, wires = page.index('id="physiological"'), page.index('id="technical"')
    assert patient < wires
    assert "!!!" in page[patient:wires] and "high priority" in page[patient:wires]
    assert "The bedside monitor is the alarm. Nothing here makes a sound." in page


def test_nothing_on_any_page_makes_a_sound() -> None:
    """Hazard: a second alarm in a quiet room, or one that is trusted and fails."""
    static = files("ataraxy.clinic") / "static" / "ataraxy"
    scripts = [f.read_text(encoding="utf-8") for f in static.iterdir() if f.name.endswith((".js", ".css"))]
    templates = [
        p.read_text(encoding="utf-8") for folder in ("treat", "day", "pharmacy") for p in _templates(folder)
    ]
    sounding = re.compile(r"new Audio|AudioContext|<audio|speechSynthesis|navigator\.vibrate|\.play\(\)")
    assert scripts and templates
    assert not [text for text in [*scripts, *templates] if sounding.search(text)]


def _templates(app: str) -> list[Any]:
    from pathlib import Path

    import ataraxy.clinic

    return list((Path(ataraxy.clinic.__file__).parent / app / "templates").rglob("*.html"))


def test_flashes_keep_to_the_standard() -> None:
    """IEC 60601-1-8: high 1.4 to 2.8 Hz, medium 0.4 to 0.8 Hz, lit for 20 to 60 % of the time; low does not flash."""
    css = (files("ataraxy.clinic") / "static" / "ataraxy" / "ataraxy.css").read_text(encoding="utf-8")
    medium = int(re.search(r"animation: lamp (\d+)ms steps\(1, end\)", css)[1])  # type: ignore[index]
    high = int(re.search(r"needs-high::before \{[^}]*animation-duration: (\d+)ms", css)[1])  # type: ignore[index]
    assert 1.4 <= 1000 / high <= 2.8
    assert 0.4 <= 1000 / medium <= 0.8
    assert re.search(r"@keyframes lamp \{ (\d+)%", css)[1] == "50"  # type: ignore[index]
    assert "prefers-reduced-motion: reduce" in css
