"""Months for the samples are made ahead, and rows that came before their month move into it."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.commands.partitions import MONTHS_AHEAD, TABLES, make_partitions, months

ROW = (
    "INSERT INTO treat_sample (received_at, clinic_id, session_id, monitor_id, message_id, measure, unit)"
    " VALUES (%s, gen_random_uuid(), gen_random_uuid(), 1, 'm', 'spo2', '%%')"
)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 40))
def test_months_follow_each_other_without_gap(today: date, count: int) -> None:
    made = list(months(today, count))
    assert made[0][0] <= today < made[0][1]
    assert all(after == following for (_, after), (following, _) in itertools.pairwise(made))
    assert len(made) == count


def test_late_rows_move_and_every_row_is_still_there(server: Any, own_database: str) -> None:
    owner, app = (server.url(role, own_database) for role in ("ataraxy_owner", "ataraxy_app"))
    moments = ("2026-11-01 00:00+00", "2026-11-30 23:59:59+00", "2026-12-01 00:00+00", "2031-01-01 00:00+00")
    with psycopg.connect(app) as connection:
        for moment in moments:
            connection.execute(ROW, [moment])
    made = make_partitions(owner, date(2026, 11, 23))
    assert made[:2] == ["treat_sample_2026_11", "treat_sample_2026_12"]
    assert "treat_message_2026_11" in made
    assert len(made) == len(TABLES) * (MONTHS_AHEAD + 1)
    assert make_partitions(owner, date(2026, 11, 23)) == []
    with psycopg.connect(app) as connection:
        counted = dict(
            connection.execute(
                "SELECT tableoid::regclass::text, count(*) FROM treat_sample GROUP BY 1"
            ).fetchall()
        )
        assert counted == {"treat_sample_2026_11": 2, "treat_sample_2026_12": 1, "treat_sample_default": 1}
        connection.execute(ROW, ["2027-02-01 12:00+00"])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM treat_sample_2026_11")
