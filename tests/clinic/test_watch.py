"""The watch loop: anchors on time, a poisoned record set aside, a database that went away waited for."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from ataraxy.clinic.env import Environment, read


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    return read({"ATARAXY_HOME": str(tmp_path), "DATABASE_URL": "postgresql://unused/unused"})


def watching(env: Environment, *jobs: Any) -> Any:
    from ataraxy.clinic.watch import Watch
    from ataraxy.clinic.watch import jobs as all_jobs

    return Watch(env, jobs or all_jobs())


def clinic_with_an_act(name: str) -> Any:
    from ataraxy.clinic.audit.acts import append_act
    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.context import system_context
    from ataraxy.clinic.people.models import Clinic
    from ataraxy.core.clinic.events import StaffAdded

    clinic = Clinic.objects.create(name=name, zone="UTC", is_demo=True)
    append_act(system_context(clinic), Entry(StaffAdded(uuid4(), ("director",))))
    return clinic


def aside(env: Environment) -> list[dict[str, str]]:
    path = env.home / "set-aside.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_every_clinic_is_anchored_once_a_minute_and_outside_the_database_too(
    database: str, env: Environment
) -> None:
    from ataraxy.clinic.audit.models import Anchor
    from ataraxy.clinic.audit.verify import verify

    clinics = [clinic_with_an_act(name) for name in ("A", "B")]
    watch = watching(env)
    watch.tick(1000.0)
    assert {a.clinic_id for a in Anchor.objects.all()} == {c.id for c in clinics}
    assert len(env.anchors.read_text().splitlines()) == 2
    assert verify(env.anchors) == []

    clinic_with_an_act("C")
    watch.tick(1059.0)
    assert Anchor.objects.count() == 2
    watch.tick(1060.0)
    assert Anchor.objects.count() == 3


def test_a_poisoned_clinic_is_set_aside_and_its_neighbours_go_on(database: str, env: Environment) -> None:
    from ataraxy.clinic.audit.models import Anchor
    from ataraxy.clinic.people.models import Clinic, ClockOffset

    first, second = sorted((clinic_with_an_act(name) for name in ("A", "B")), key=lambda c: c.id)
    ClockOffset.objects.create(
        clinic=first, offset=timedelta(days=3_000_000)
    )  # beyond the last year there is
    watch = watching(env)
    watch.tick(0.0)
    assert [a.clinic_id for a in Anchor.objects.all()] == [second.id]
    (line,) = aside(env)
    assert (line["job"], line["record"], line["reason"]) == ("anchors", str(first.id), "OverflowError")
    assert (env.home / "set-aside.jsonl").stat().st_mode & 0o077 == 0

    ClockOffset.objects.filter(clinic=first).update(offset=timedelta(0))
    watch.tick(60.0)
    assert {a.clinic_id for a in Anchor.objects.all()} == set(Clinic.objects.values_list("id", flat=True))
    assert len(aside(env)) == 1
    assert watch.aside == {}


def test_a_record_that_keeps_failing_is_tried_later_and_later(env: Environment) -> None:
    from ataraxy.clinic.watch import Job
    from ataraxy.core.errors import InputRefused

    tried: list[float] = []
    now = 0.0

    def fail(_env: Environment, _record: UUID) -> None:
        tried.append(now)
        raise InputRefused("It is poisoned.", "Throw it away.")

    record = uuid4()
    watch = watching(env, Job("check", 1.0, lambda: [record], fail))
    for second in range(700):
        now = float(second)
        watch.tick(now)
    assert tried == [0.0, 60.0, 180.0, 420.0]
    assert {line["reason"] for line in aside(env)} == {"It is poisoned. Throw it away."}


def test_a_reason_never_quotes_a_row(database: str, env: Environment) -> None:
    from django.db import transaction

    from ataraxy.clinic.people.models import Clinic
    from ataraxy.clinic.watch import Job

    def fail(_env: Environment, _record: UUID) -> None:
        with transaction.atomic():
            clinic = Clinic.objects.create(name="Quillfeather", zone="UTC")
            Clinic.objects.create(id=clinic.id, name="Quillfeather", zone="UTC")

    watching(env, Job("check", 1.0, lambda: [uuid4()], fail)).tick(0.0)
    (line,) = aside(env)
    assert line["reason"] == "IntegrityError (SQLSTATE 23505)"


def test_a_job_that_cannot_even_list_its_records_does_not_stop_the_next(env: Environment) -> None:
    from ataraxy.clinic.watch import Job

    done: list[UUID] = []

    def broken() -> list[UUID]:
        raise ValueError

    good = Job("good", 1.0, lambda: [uuid4()], lambda _env, record: done.append(record))
    watching(env, replace(good, name="bad", records=broken), good).tick(0.0)
    assert len(done) == 1
    assert aside(env)[0]["record"] == "the whole job"


def test_a_database_that_went_away_is_waited_for(env: Environment) -> None:
    from django.db import OperationalError

    from ataraxy.clinic.watch import Job, watch

    stopping = threading.Event()
    ticks: list[int] = []

    def handle(_env: Environment, _record: UUID) -> None:
        ticks.append(1)
        if len(ticks) < 3:
            raise OperationalError
        stopping.set()

    watch(watching(env, Job("check", 3600.0, lambda: [uuid4()], handle)), stopping, tick_s=0.001)
    assert len(ticks) == 3
    assert aside(env) == []
