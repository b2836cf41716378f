"""While the clinic runs, old months of samples go and coming ones are made; readings never wait long for it."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from ataraxy.commands.partitions import make_partitions
from ataraxy.commands.upkeep import AGAIN_S, EVERY_S, Upkeep


def tended(upkeep: Upkeep, now: float) -> str | None:
    """What the work that begins now has to say, once it is done."""
    assert upkeep.tend(now) is None
    end = time.monotonic() + 20
    while upkeep._working is not None and time.monotonic() < end:
        if (said := upkeep.tend(now)) is not None:
            return said
        time.sleep(0.02)
    return None


def months_of(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'treat_sample'::regclass"
        )
        return {str(row[0]) for row in rows}


def test_a_running_clinic_gets_its_months_and_loses_its_old_ones(server: Any, own_database: str) -> None:
    owner = server.url("ataraxy_owner", own_database)
    make_partitions(owner, date(2020, 1, 1))
    upkeep = Upkeep(owner, keep_months=12)
    assert upkeep.tend(upkeep.due_at - 1) is None and upkeep._working is None  # not yet
    said = tended(upkeep, begun := upkeep.due_at)
    assert said is not None and "dropped" in said and "treat_sample_2020_01" in said
    found = months_of(owner)
    assert f"treat_sample_{datetime.now(UTC):%Y_%m}" in found and "treat_sample_2020_01" not in found
    assert upkeep.due_at == begun + EVERY_S
    assert tended(upkeep, upkeep.due_at) is None  # nothing left to say


def test_it_gives_way_to_who_writes_and_tries_again_sooner(server: Any, own_database: str) -> None:
    owner = server.url("ataraxy_owner", own_database)
    make_partitions(owner, date(2020, 1, 1))
    upkeep = Upkeep(owner, keep_months=12)
    with psycopg.connect(server.url("ataraxy_app", own_database)) as writer:
        writer.execute("SELECT count(*) FROM treat_sample")  # and holds its lock until it commits
        begun = upkeep.due_at
        assert tended(upkeep, begun) is None
        assert upkeep.due_at == begun + AGAIN_S
        assert "treat_sample_2020_01" in months_of(owner)
    assert "dropped" in (tended(upkeep, upkeep.due_at) or "")


def test_without_the_owner_nothing_is_tried() -> None:
    upkeep = Upkeep("", keep_months=1)
    assert upkeep.tend(upkeep.due_at + 1) is None and upkeep._working is None
