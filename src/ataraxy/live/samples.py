"""Every reading, stored once: which messages are new, and their values, in one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.freshness import CUFF
from ataraxy.interop.hl7v2.oru import ParsedOru
from ataraxy.live.arrived import Arrived, clean
from ataraxy.live.bindings import Bound
from ataraxy.live.charting import CuffReading
from ataraxy.live.sql import array, ask, quoted
from ataraxy.live.told import Told, fingerprint, told_at

ID_LENGTH = 120
STORE = """
WITH open AS (
    SELECT id FROM treat_binding WHERE id = ANY(%s) AND unbound_at IS NULL
), told AS MATERIALIZED (
    SELECT * FROM unnest(%s::int[], %s::bigint[], %s::timestamptz[], %s::bigint[], %s::varchar[], %s::bytea[],
                         %s::timestamptz[], %s::timestamptz[], %s::uuid[], %s::uuid[])
         AS told (n, binding_id, told_at, monitor_id, control_id, fingerprint, received_at, heard_at, clinic_id, session_id)
    WHERE binding_id IN (SELECT id FROM open)
), new AS (
    INSERT INTO treat_message (told_at, monitor_id, control_id, fingerprint, received_at)
    SELECT told_at, monitor_id, control_id, fingerprint, received_at FROM told
    ON CONFLICT DO NOTHING
    RETURNING monitor_id, control_id, fingerprint
), fresh AS MATERIALIZED (
    SELECT DISTINCT ON (monitor_id, control_id, fingerprint) told.*
    FROM told JOIN new USING (monitor_id, control_id, fingerprint) ORDER BY monitor_id, control_id, fingerprint, n
), kept AS (
    INSERT INTO treat_sample (received_at, clinic_id, session_id, monitor_id, message_id, measure, value, unit,
                              device_at, absent, original)
    SELECT heard_at, clinic_id, session_id, monitor_id, control_id, measure, value, unit, device_at, absent, original
    FROM unnest(%s::int[], %s::varchar[], %s::numeric[], %s::varchar[], %s::timestamptz[], %s::varchar[], %s::varchar[])
         WITH ORDINALITY AS said (n, measure, value, unit, device_at, absent, original, turn)
    JOIN fresh USING (n) ORDER BY turn
)
SELECT n, NULL FROM fresh UNION ALL SELECT NULL, id FROM open
"""
CUFFS = """
SELECT DISTINCT measure, device_at FROM treat_sample
WHERE session_id = %s AND received_at >= %s AND received_at < COALESCE(%s::timestamptz, 'infinity')
  AND measure = ANY(%s) AND device_at IS NOT NULL AND absent = ''
"""


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


@dataclass(frozen=True, slots=True)
class Taken:
    """``ready``: bound still, acknowledged after the commit; ``fresh``: what of it was never stored before."""

    ready: list[Placed]
    fresh: list[Placed]


def store(placed: Sequence[Placed]) -> Taken:
    """Keep every value of these messages, believed or not, once; the database decides which are new.

    It decides too which bindings still hold. A second copy in one batch is not new.
    """
    if not placed:
        return Taken([], [])
    rows = ask(STORE, *_messages(placed), *_values(placed))
    fresh = {row[0] for row in rows if row[0] is not None}
    still_open = {row[1] for row in rows if row[0] is None}
    return Taken(
        [one for one in placed if one.bound.id in still_open],
        [one for n, one in enumerate(placed) if n in fresh],
    )


def _messages(placed: Sequence[Placed]) -> Iterator[str]:
    """The columns of the messages; the first is every binding once."""
    words = [p.bound.words for p in placed]
    bindings = [binding for binding, *_ in words]
    reports = [p.report for p in placed]
    yield array(set(bindings))
    yield array(map(str, range(len(placed))))
    yield array(bindings)
    yield array([_at(told_at(report)) for report in reports])
    yield array([monitor for _, monitor, _, _ in words])
    yield array([quoted(p.control_id) for p in placed])
    yield array([f'"\\\\x{fingerprint(report).hex()}"' for report in reports])
    yield array([_at(p.message.received_at) for p in placed])
    yield array([_at(p.received_at) for p in placed])
    yield array([clinic for _, _, clinic, _ in words])
    yield array([session for _, _, _, session in words])


def _values(placed: Sequence[Placed]) -> Iterator[str]:
    """The columns of the values; the first is the message each belongs to."""
    said = [told for one in placed for told in one.told]
    yield array([n for one, n in zip(placed, map(str, range(len(placed))), strict=True) for _ in one.told])
    yield array([told.measure or '""' for told in said])
    yield array(["NULL" if told.value is None else str(told.value) for told in said])
    yield array([quoted(told.unit) for told in said])
    yield array(_moments(said))
    yield array([quoted(told.absent) for told in said])
    yield array([quoted(told.original) for told in said])


def _moments(said: Sequence[Told]) -> Iterator[str]:
    """What the device told as each value's time; of one message it is mostly the same."""
    at, words = None, "NULL"
    for told in said:
        if told.device_at is not at:
            at = told.device_at
            words = _at(at) if at else "NULL"
        yield words


def _at(moment: datetime) -> str:
    return f'"{moment.isoformat()}"'


def cuffs_told(session_id: UUID, since: datetime, before: datetime | None = None) -> frozenset[CuffReading]:
    """The cuff readings this session's monitors have told already.

    Args:
        before: when the session was set aside: what was told from then on was not charted, and a repeat of it is.
    """
    rows = ask(CUFFS, session_id, since, before, [measure.value for measure in CUFF])
    return frozenset((Measure(measure), at) for measure, at in rows)
