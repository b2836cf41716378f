"""What a person has settled in quarantine goes after its months; what waits for one never goes by itself.

The application may not remove a message, so the owner does, where old months of samples are dropped too.
"""

from __future__ import annotations

from datetime import date

import psycopg

GO = "DELETE FROM treat_quarantined WHERE settled_at IS NOT NULL AND settled_at < %s"


def drop_settled(owner_url: str, today: date, keep_months: int | None) -> int:
    """Remove messages settled more than ``keep_months`` whole months before this one; how many. None keeps everything.

    What was charted out of a message is in the record and stays.
    """
    if keep_months is None:
        return 0
    with psycopg.connect(owner_url, autocommit=True) as connection:
        return connection.execute(GO, [first_kept(today, keep_months)]).rowcount


def first_kept(today: date, keep_months: int) -> date:
    """The first day of the oldest month that is kept."""
    months = today.year * 12 + today.month - 1 - keep_months
    return date(months // 12, months % 12 + 1, 1)
