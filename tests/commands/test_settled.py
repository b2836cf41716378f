"""What is settled in quarantine goes after its months; what waits for a person never does."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest

from ataraxy.clinic.env import read
from ataraxy.commands.settled import drop_settled, first_kept
from ataraxy.core.errors import AtaraxyError

TODAY = date(2026, 11, 23)
OLD, LATE = datetime(2024, 10, 31, 23, 59, tzinfo=UTC), datetime(2024, 11, 1, tzinfo=UTC)
INSERT = """INSERT INTO treat_quarantined
    (received_at, device, named, peer, reason, cure, raw, settled_at, settlement)
    VALUES ('2019-01-01', %s, '', '', '', '', '', %s, '')"""


def test_only_what_was_settled_long_enough_ago_goes(server: Any, own_database: str) -> None:
    owner = server.url("ataraxy_owner", own_database)
    with psycopg.connect(owner) as connection:
        for device, settled in (("old", OLD), ("late", LATE), ("waits", None)):
            connection.execute(INSERT, [device, settled])
    assert drop_settled(owner, TODAY, None) == 0
    assert drop_settled(owner, TODAY, 24) == 1
    with psycopg.connect(owner) as connection:
        left = {row[0] for row in connection.execute("SELECT device FROM treat_quarantined")}
    assert left == {"late", "waits"}


def test_the_application_removes_no_message(server: Any, own_database: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        drop_settled(server.url("ataraxy_app", own_database), TODAY, 1)


@pytest.mark.parametrize(
    ("today", "months", "first"),
    [
        (TODAY, 24, date(2024, 11, 1)),
        (date(2026, 1, 31), 1, date(2025, 12, 1)),
        (TODAY, 11, date(2025, 12, 1)),
    ],
)
def test_whole_months_are_kept_beside_the_present_one(today: date, months: int, first: date) -> None:
    assert first_kept(today, months) == first


def test_the_clinic_says_how_long_and_all_is_for_ever() -> None:
    name = "ATARAXY_KEEP_QUARANTINE_MONTHS"
    assert [read(g).keep_quarantine_months for g in ({}, {name: "6"}, {name: "all"})] == [24, 6, None]
    with pytest.raises(AtaraxyError, match=name):
        read({name: "0"})
