"""Months for the samples are made ahead, and rows that came before their month move into it."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.commands.partitions import (
    MONTHS_AHEAD,
    TABLES,
    drop_old_partitions,
    is_old,
    make_partitions,
    months,
)

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


def test_only_months_older_than_the_clinic_keeps_are_dropped(server: Any, own_database: str) -> None:
    owner, app = (server.url(role, own_database) for role in ("ataraxy_owner", "ataraxy_app"))
    for month in (7, 8, 9):
        make_partitions(owner, date(2026, month, 1))
    with psycopg.connect(app) as connection:
        for moment in (
            "2026-07-31 23:59:59+00",
            "2026-08-15 00:00+00",
            "2026-09-01 00:00+00",
            "2019-01-01 00:00+00",
        ):
            connection.execute(ROW, [moment])
    today = date(2026, 9, 30)
    assert drop_old_partitions(owner, today, None) == []
    assert drop_old_partitions(owner, today, 1) == ["treat_message_2026_07", "treat_sample_2026_07"]
    assert drop_old_partitions(owner, today, 1) == []
    with psycopg.connect(app) as connection:
        left = connection.execute("SELECT received_at::date::text FROM treat_sample ORDER BY 1").fetchall()
    assert left == [("2019-01-01",), ("2026-08-15",), ("2026-09-01",)]  # the default partition is not dropped


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 200), st.integers(0, 400))
def test_a_month_is_old_when_it_ended_before_the_kept_ones_began(today: date, keep: int, back: int) -> None:
    month = today.year * 12 + today.month - back
    year, number = divmod(month - 1, 12)
    assert is_old(f"treat_sample_{year:04}_{number + 1:02}", today, keep) is (back > keep)
    assert not is_old("treat_sample_default", today, keep)


@pytest.mark.parametrize("text", ["0", "-1", "six", "1.5"])
def test_a_retention_that_is_no_number_of_months_is_refused(text: str) -> None:
    from ataraxy.clinic.env import read
    from ataraxy.core.errors import AtaraxyError

    with pytest.raises(AtaraxyError, match="no number of months"):
        read({"ATARAXY_KEEP_SAMPLES_MONTHS": text})
    assert read({}).keep_samples_months is None
    assert read({"ATARAXY_KEEP_SAMPLES_MONTHS": "6"}).keep_samples_months == 6
