"""Every reading, stored once: which messages are new, and their values by COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.freshness import CUFF
from ataraxy.live.arrived import Arrived, clean
from ataraxy.live.bindings import Bound
from ataraxy.live.charting import CuffReading
from ataraxy.live.sql import ask
from ataraxy.live.told import Told, fingerprint, told_at

ID_LENGTH = 120
TAKE = """
INSERT INTO treat_message (told_at, monitor_id, control_id, fingerprint, received_at)
SELECT * FROM unnest(%s::timestamptz[], %s::bigint[], %s::varchar[], %s::bytea[], %s::timestamptz[])
ON CONFLICT DO NOTHING
RETURNING monitor_id, control_id, fingerprint
"""
COPY = """
COPY treat_sample (received_at, clinic_id, session_id, monitor_id, message_id, measure, value, unit, device_at,
                   absent, original) FROM STDIN
"""
CUFFS = """
SELECT DISTINCT measure, device_at FROM treat_sample
WHERE session_id = %s AND received_at >= %s AND measure = ANY(%s) AND device_at IS NOT NULL AND absent = ''
"""
Key = tuple[int, str, bytes]


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A message, the binding it belongs to, and what it says on the clinic's clock."""

    message: Arrived
    bound: Bound
    received_at: datetime
    now: datetime
    told: tuple[Told, ...]

    @property
    def offset(self) -> timedelta:
        return self.received_at - self.message.received_at

    @property
    def control_id(self) -> str:
        assert self.message.report is not None
        return clean(self.message.report.control_id)[:ID_LENGTH]

    @property
    def key(self) -> Key:
        assert self.message.report is not None
        return self.bound.monitor_id, self.control_id, fingerprint(self.message.report)


def take_new(placed: Sequence[Placed]) -> list[Placed]:
    """The messages never stored before, in order; the database decides. A second copy in one batch is old too."""
    if not placed:
        return []
    keys = [p.key for p in placed]
    reports = [p.message.report for p in placed]
    new = ask(
        TAKE,
        [told_at(report) for report in reports if report],
        [key[0] for key in keys],
        [key[1] for key in keys],
        [key[2] for key in keys],
        [p.message.received_at for p in placed],
    )
    unseen = {(monitor, control_id, bytes(said)) for monitor, control_id, said in new}
    fresh = []
    for key, one in zip(keys, placed, strict=True):
        if key in unseen:
            unseen.discard(key)
            fresh.append(one)
    return fresh


def copy_samples(placed: Iterable[Placed]) -> None:
    """Every value of these messages, believed or not."""
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for one in placed:
            bound = one.bound
            head = (one.received_at, bound.clinic.id, bound.session_id, bound.monitor_id, one.control_id)
            for told in one.told:
                measure = told.measure.value if told.measure else ""
                copy.write_row(
                    (*head, measure, told.value, told.unit, told.device_at, told.absent, told.original)
                )


def cuffs_told(session_id: UUID, since: datetime) -> frozenset[CuffReading]:
    """The cuff readings this session's monitors have told already."""
    rows = ask(CUFFS, session_id, since, [measure.value for measure in CUFF])
    return frozenset((Measure(measure), at) for measure, at in rows)
