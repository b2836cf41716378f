"""The demo clinic: every stage has somebody, no chain is broken, and the same day gives the same hashes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest


def test_the_record_of_the_demo_holds(demo_database: str) -> None:
    from ataraxy.clinic.audit.verify import verify

    assert verify() == []


def test_patients_stand_at_every_stage(demo_database: str) -> None:
    from ataraxy.clinic.people.models import ChartSummary, Patient, Stage

    stages = set(ChartSummary.objects.values_list("stage", flat=True))
    assert stages >= {s.value for s in Stage} - {"closed"}
    assert Patient.objects.count() >= 12


def test_one_session_is_going_on_with_a_monitor_bound(demo_database: str) -> None:
    from ataraxy.clinic.plan.models import Session
    from ataraxy.clinic.treat.models import Binding

    running = Session.objects.get(phase="dosing")
    assert Binding.objects.get(unbound_at__isnull=True).session_id == running.id


def test_the_clinic_has_opened_this_morning(demo_database: str) -> None:
    """Equipment signed, medicines counted, the older records signed: the day's pages show a living clinic."""
    from ataraxy.clinic.context import staff_context
    from ataraxy.clinic.day.equipment import equipment_gap
    from ataraxy.clinic.day.queries.closing import unsigned_records
    from ataraxy.clinic.day.queries.drugs import OPENING, not_counted, open_differences
    from ataraxy.clinic.people.models import Clinic, Staff
    from ataraxy.clinic.plan.models import Session
    from ataraxy.demo.fill import present, set_clock

    moment = present(Clinic.objects.get())
    assert moment is not None
    set_clock(Clinic.objects.get(), moment, datetime.now(UTC))
    ctx = staff_context(Staff.objects.select_related("clinic").get(roles__contains=["nurse"]))
    assert equipment_gap(ctx) == ""
    assert list(not_counted(ctx, OPENING)) == []
    assert open_differences(ctx) == 0
    in_the_chair = Session.objects.get(phase="dosing").patient_id
    assert {one.patient_id for one in unsigned_records(ctx)} == {in_the_chair}  # something is left to do


def test_both_protocols_were_followed_to_discharge(demo_database: str) -> None:
    from ataraxy.clinic.plan.models import Session

    done = Session.objects.filter(ended="discharged")
    assert set(done.values_list("course__protocol__protocol_id", flat=True)) == {
        "iv-racemic-0.5",
        "sc-ascending",
    }


@pytest.mark.slow
def test_the_same_day_gives_the_same_hashes(demo_database: str, own_database: str, server: Any) -> None:
    import psycopg

    from ataraxy.demo.fill import fill

    fill(date(2026, 11, 23))
    heads = []
    for database in (demo_database, own_database):
        with psycopg.connect(server.url("ataraxy_app", database)) as connection:
            heads.append(
                connection.execute("SELECT id, seq, hash FROM audit_chainhead ORDER BY id").fetchall()
            )
    assert heads[0] == heads[1]
    assert len(heads[0]) > 30


def test_the_clock_of_the_demo_shows_what_it_was_told(demo_database: str) -> None:
    from ataraxy.clinic.context import now_at
    from ataraxy.clinic.people.models import Clinic
    from ataraxy.demo.fill import present, set_clock

    clinic = Clinic.objects.get()
    moment = present(clinic)
    assert moment is not None
    set_clock(clinic, moment, datetime.now(UTC))
    assert 0 <= (now_at(clinic) - moment).total_seconds() < 5
