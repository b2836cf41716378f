"""bind, unbind."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def monitor(clinic: Any) -> Any:
    from ataraxy.clinic.treat.models import Monitor

    return Monitor.objects.create(clinic=clinic, device="MON^A", label="Monitor A")


def test_a_monitor_is_bound_and_unbound(
    ready: Any, monitor: Any, nurse: Any, clock: Any, tell: Any, seen: Any, state: Any
) -> None:
    clock(10)
    assert tell(nurse, "bind", ready, device="MON^A", seen=seen(ready)).status_code == 302
    assert state(ready).monitor == "MON^A"
    assert tell(nurse, "unbind", ready, seen=seen(ready)).status_code == 302
    assert state(ready).monitor is None


def test_the_record_calls_a_monitor_by_the_name_it_has_here(
    ready: Any, monitor: Any, nurse: Any, clock: Any, tell: Any, ask: Any, seen: Any
) -> None:
    clock(10)
    tell(nurse, "bind", ready, device="MON^A", seen=seen(ready))
    page = ask(nurse, "session", ready).content.decode()
    record = page[page.index('id="record"') :]
    assert "Monitor A speaks for this patient" in record
    assert "MON^A" not in record


def test_only_the_clinics_own_monitors_are_offered(
    ready: Any, monitor: Any, outsider: Any, nurse: Any, clock: Any, ask: Any, tell: Any
) -> None:
    from ataraxy.clinic.treat.models import Monitor

    Monitor.objects.create(clinic=outsider.clinic, device="MON^B", label="Monitor B")
    clock(10)
    page = ask(nurse, "bind", ready).content.decode()
    assert "Monitor A" in page
    assert "Monitor B" not in page
    assert tell(nurse, "bind", ready, device="MON^B").status_code == 422


def test_a_monitor_in_use_says_for_whom_it_speaks(
    ready: Any, monitor: Any, nurse: Any, clock: Any, tell: Any, ask: Any, seen: Any
) -> None:
    clock(10)
    assert "speaks now for" not in ask(nurse, "bind", ready).content.decode()
    tell(nurse, "bind", ready, device="MON^A", seen=seen(ready))
    page = ask(nurse, "bind", ready).content.decode()
    assert f"Monitor A, speaks now for {ready.patient.record_number}" in page


def test_unbinding_what_is_not_bound_says_so(ready: Any, nurse: Any, clock: Any, tell: Any) -> None:
    clock(10)
    answer = tell(nurse, "unbind", ready)
    assert answer.status_code == 422
    assert "No monitor is bound" in answer.content.decode()


def test_a_monitor_is_heard_when_its_value_was_true_not_when_it_was_sent_again(
    ready: Any, monitor: Any, now: Any
) -> None:
    from datetime import timedelta

    from django.db import connection

    from ataraxy.clinic.treat.queries.tiles import heard
    from ataraxy.core.protocol.types import Measure

    rows = [(59, 40, "spo2"), (59, 75, "pulse-oximeter"), (58, None, "respiratory-rate")]
    with connection.cursor() as cursor:
        for received, told, measure in rows:
            cursor.execute(
                "INSERT INTO treat_sample (received_at, clinic_id, session_id, monitor_id, message_id, measure, value,"
                " unit, device_at, absent, original) VALUES (%s, %s, %s, %s, %s, %s, 97, '', %s, '', '')",
                (
                    now + timedelta(seconds=received),
                    ready.clinic_id,
                    ready.id,
                    monitor.id,
                    measure,
                    measure,
                    None if told is None else now + timedelta(seconds=told),
                ),
            )
    assert heard(ready.id, now + timedelta(seconds=60)) == {
        Measure.SPO2: now + timedelta(seconds=40),
        Measure.PULSE_OXIMETER: now + timedelta(seconds=59),
        Measure.RESPIRATORY_RATE: now + timedelta(seconds=58),
    }
