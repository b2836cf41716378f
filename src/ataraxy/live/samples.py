"""Every reading, stored once: which messages are new, and their values by COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.freshness import CUFF
from ataraxy.interop.hl7v2.oru import ParsedOru
from ataraxy.live.arrived import Arrived, clean
from ataraxy.live.bindings import Bound
from ataraxy.live.charting import CuffReading
from ataraxy.live.sql import ask
from ataraxy.live.told import Told, fingerprint, told_at

ID_LENGTH = 120
TAKE = """
WITH open AS (
    SELECT id FROM treat_binding WHERE id = ANY(%s) AND unbound_at IS NULL
), new AS (
    INSERT INTO treat_message (told_at, monitor_id, control_id, fingerprint, received_at)
    SELECT told_at, monitor_id, control_id, fingerprint, received_at
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[], %s::varchar[], %s::bytea[], %s::timestamptz[])
         AS told (binding_id, told_at, monitor_id, control_id, fingerprint, received_at)
    WHERE binding_id IN (SELECT id FROM open)
    ON CONFLICT DO NOTHING
    RETURNING monitor_id, control_id, fingerprint
)
SELECT NULL, monitor_id, control_id, fingerprint FROM new UNION ALL SELECT id, NULL, NULL, NULL FROM open
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
    def report(self) -> ParsedOru:
        assert self.message.report is not None
        return self.message.report

    @property
    def control_id(self) -> str:
        return clean(self.report.control_id)[:ID_LENGTH]

    @property
    def key(self) -> Key:
        return self.bound.monitor_id, self.control_id, fingerprint(self.report)


@dataclass(frozen=True, slots=True)
class Taken:
    """``ready``: bound still, acknowledged after the commit; ``fresh``: what of it was never stored before."""

    ready: list[Placed]
    fresh: list[Placed]


def take(placed: Sequence[Placed]) -> Taken:
    """Claim messages whose sessions are locked; the database decides which are new and which bindings still hold.

    Asked once the sessions are locked, so that nobody can unbind meanwhile. A second copy in one batch is not new.
    """
    if not placed:
        return Taken([], [])
    keys = [p.key for p in placed]
    bindings = [p.bound.id for p in placed]
    rows = ask(
        TAKE,
        sorted(set(bindings)),
        bindings,
        [told_at(p.report) for p in placed],
        [key[0] for key in keys],
        [key[1] for key in keys],
        [key[2] for key in keys],
        [p.message.received_at for p in placed],
    )
    still_open = {row[0] for row in rows if row[0] is not None}
    unseen = {(row[1], row[2], bytes(row[3])) for row in rows if row[0] is None}
    taken = Taken([], [])
    for key, one in zip(keys, placed, strict=True):
        if one.bound.id in still_open:
            taken.ready.append(one)
        if key in unseen:
            unseen.discard(key)
            taken.fresh.append(one)
    return taken


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
