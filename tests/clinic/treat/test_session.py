from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.urls import reverse


def test_it_shows_one_next_action(session: Any, nurse: Any, clock: Any, ask: Callable[..., Any]) -> None:
    clock(0)
    page = ask(nurse, "session", session).content.decode()
    assert page.count('id="next-action"') == 1
    assert "record the arrival" in page.lower()


def test_every_number_has_its_unit_its_source_and_its_age(
    ready: Any, nurse: Any, clock: Any, ask: Callable[..., Any]
) -> None:
    clock(11)
    page = ask(nurse, "session", ready).content.decode()
    tile = page[page.index('data-measure="systolic diastolic"') :][:900]
    assert "122/78" in tile
    assert "mmHg" in tile
    assert nurse.name in tile
    assert "3 min ago" in tile


def test_an_old_value_is_drawn_old_and_then_not_at_all(
    ready: Any, nurse: Any, clock: Any, ask: Callable[..., Any]
) -> None:
    def tile(minutes: float) -> str:
        clock(minutes)
        page = ask(nurse, "session", ready).content.decode()
        return page[page.index('data-measure="systolic diastolic"') - 60 :][:600]

    assert "live-number wide fresh" in tile(9)
    assert "live-number wide old" in tile(20)
    gone = tile(60)
    assert "live-number wide absent" in gone
    assert "122" not in gone


def test_a_newer_sample_of_the_monitor_is_shown_with_the_monitor_as_its_source(
    ready: Any, clinic: Any, nurse: Any, clock: Any, at: Any, ask: Callable[..., Any]
) -> None:
    from django.db import connection

    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.models import Monitor

    monitor = Monitor.objects.create(clinic=clinic, device="MON^A", label="Monitor A")
    actions.bind(at(9), ready.id, "MON^A")
    clock(11)
    heard = at(11).now - timedelta(seconds=3)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO treat_sample (received_at, clinic_id, session_id, monitor_id, message_id, measure, value, unit,"
            " device_at) VALUES (%s, %s, %s, %s, 'm1', 'spo2', 93, '%%', %s)",
            [heard, clinic.id, ready.id, monitor.id, heard],
        )
    page = ask(nurse, "session", ready).content.decode()
    tile = page[page.index('data-measure="spo2"') :][:500]
    assert "93" in tile
    assert "Monitor A" in tile
    assert "Monitor A: receiving" in page


def test_the_monitor_is_said_to_be_the_alarm(session: Any, nurse: Any, ask: Callable[..., Any]) -> None:
    page = ask(nurse, "session", session).content.decode()
    assert "Secondary display. The bedside monitor is the alarm." in page


def test_pause_and_stop_are_one_tap_away(
    running: Any, nurse: Any, clock: Any, ask: Callable[..., Any]
) -> None:
    clock(15)
    page = ask(nurse, "session", running).content.decode()
    for verb in ("pause", "stop"):
        assert f'action="{reverse(f"treat:{verb}", args=[running.id])}"' in page


def test_it_lists_what_is_missing_before_going_home(
    running: Any, nurse: Any, clock: Any, at: Any, ask: Callable[..., Any]
) -> None:
    from ataraxy.clinic.treat import actions

    actions.finish(at(50), running.id)
    clock(60)
    page = ask(nurse, "session", running).content.decode()
    assert "Before going home" in page
    assert "110 min of observation left" in page


def test_a_missing_consent_is_shown_before_the_dose(
    book: Callable[..., Any], nurse: Any, clock: Any, ask: Callable[..., Any]
) -> None:
    session = book()
    clock(0)
    assert "no treatment consent is in force" in ask(nurse, "session", session).content.decode().lower()


def test_it_is_drawn_at_every_stage(
    observed: Any, nurse: Any, clock: Any, at: Any, ask: Callable[..., Any]
) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    actions.end(at(180), observed.id, EndReason.DISCHARGED)
    clock(200)
    answer = ask(nurse, "session", observed)
    assert answer.status_code == 200
    assert "Discharged home, with Robin Quillfeather" in answer.content.decode()


def test_only_reading_is_allowed(session: Any, nurse: Any, tell: Callable[..., Any]) -> None:
    assert tell(nurse, "session", session).status_code == 405


def test_what_is_typed_beside_a_dead_monitor_stays_current_as_long_as_a_cuff(
    running: Any, vitals: Callable[..., None], nurse: Any, clock: Any, ask: Callable[..., Any]
) -> None:
    """H-055: a value a person read off three minutes ago is not gone because a probe's would be."""
    vitals(running, 20, spo2=96)
    clock(23)
    page = ask(nurse, "session", running).content.decode()
    tile = page[page.index('data-measure="spo2"') - 80 :][:700]
    assert "live-number fresh" in tile and ">96<" in tile
    assert 'data-old-after-s="300"' in tile
    clock(51)
    page = ask(nurse, "session", running).content.decode()
    assert "live-number absent" in page[page.index('data-measure="spo2"') - 80 :][:100]


def test_every_next_action_leads_to_the_page_that_does_it() -> None:
    """Hazard: "Give the spray" and "Answer it" of a screen lead to the page of measured values."""
    from django.template.loader import render_to_string

    from ataraxy.catalog.load import protocols
    from ataraxy.clinic.treat.queries.room import NEXT_PAGE, Banner, answer_verb

    taps = {"pause", "stop"}
    verbs = {verb for verb, _ in NEXT_PAGE.values()} | {
        answer_verb(p, line.id) for p in protocols().values() for line in (*p.arrival, *p.discharge)
    }
    assert {"spray", "screen", "check", "people", "syringe", "vital"} <= verbs
    for verb in verbs - {""} - taps:
        told = Banner("what", "", "", verb, "label", "a-line", None)
        context = {"banner": told, "session": {"id": "8d0c6a7e-6f0e-4a53-9a55-0d2b4d1c7a10"}, "acts": True}
        assert f"/{verb}/" in render_to_string("treat/parts/banner.html", context)


def test_what_was_found_to_hold_stands_above_what_is_only_missing(
    session: Any, nurse: Any, clock: Any, tell: Any, ask: Callable[..., Any]
) -> None:
    from django.urls import reverse

    clock(1)
    tell(nurse, "vital", session, systolic="172", diastolic="98")
    page = ask(nurse, "session", session).content.decode()
    steps = page[page.index('id="arrival"') :]
    assert steps.index(">Holds<") < steps.index(">Missing<")
    assert reverse("treat:call-off", args=[session.id]) in steps
