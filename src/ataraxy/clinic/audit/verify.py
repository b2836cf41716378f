"""Walk the whole record and name the first broken link of each stream.

Checked for every stream: its links, its head, the columns that repeat the text, and the last anchor that named it.
Checked for every clinic: the anchors' own chain, the copy of the anchors outside the database, and that every chart and
session that has a row has its stream. The record is tamper-evident against its host, not tamper-proof (docs/safety).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from ataraxy.clinic.audit.models import Anchor, ChainHead, Event
from ataraxy.clinic.people.models import Patient
from ataraxy.clinic.plan.models import Session
from ataraxy.core.record.chain import GENESIS, Break, Link, first_break, link_hash
from ataraxy.core.record.codec import instant


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not hold. ``stream`` is None for an anchor."""

    stream: UUID | None
    kind: str
    seq: int
    reason: str


def verify(anchors_file: Path | None = None, progress: Callable[[int], None] | None = None) -> list[Fault]:
    """Every fault found, first per stream; empty when the record holds."""
    faults: list[Fault] = []
    for head in ChainHead.objects.order_by("id").iterator():
        faults.extend(stream_faults(head))
        if progress:
            progress(1)
    faults.extend(_missing_streams())
    faults.extend(_anchor_faults(anchors_file))
    return faults


def stream_faults(head: ChainHead) -> Iterator[Fault]:
    rows = Event.objects.filter(stream_id=head.id).order_by("seq")
    found = first_break(
        (Link(r.seq, r.text, r.previous, r.hash) for r in rows.iterator()), head.seq, head.hash
    ) or next((b for b in map(_column_break, rows.iterator()) if b), None)
    if found:
        yield Fault(head.id, head.kind, found.seq, found.reason)


def _column_break(row: Event) -> Break | None:
    body = json.loads(row.text)
    repeated = {
        "id": str(row.id),
        "stream": str(row.stream_id),
        "clinic": str(row.clinic_id),
        "seq": row.seq,
        "type": row.type,
        "actor": str(row.actor_id) if row.actor_id else None,
        "origin": row.origin,
        "at": instant(row.at),
        "recorded_at": instant(row.recorded_at),
    }
    wrong = [name for name, value in repeated.items() if body[name] != value]
    return Break(row.seq, f"its column {wrong[0]!r} does not say what its text says") if wrong else None


def _missing_streams() -> Iterator[Fault]:
    known = ChainHead.objects.values("id")
    for patient in Patient.objects.exclude(id__in=known).values_list("id", flat=True):
        yield Fault(patient, "chart", 0, "the patient has no chart: its whole record is gone")
    for session in Session.objects.exclude(id__in=known).values_list("id", flat=True):
        yield Fault(session, "session", 0, "the session has no record: all its events are gone")


def _anchor_faults(anchors_file: Path | None) -> Iterator[Fault]:
    outside, damaged = _outside_hashes(anchors_file)
    previous: dict[UUID, tuple[int, str]] = {}
    seen: set[str] = set()
    for anchor in Anchor.objects.order_by("clinic_id", "number").iterator():
        number, before = previous.get(anchor.clinic_id, (0, GENESIS))
        if anchor.number != number + 1 or anchor.previous != before:
            yield Fault(None, "anchor", anchor.number, f"anchor {number + 1} is missing or out of place")
        if link_hash(anchor.previous, anchor.heads) != anchor.hash:
            yield Fault(None, "anchor", anchor.number, "the anchor's text was changed after it was written")
        yield from _unanchored(anchor)
        previous[anchor.clinic_id] = (anchor.number, anchor.hash)
        seen.add(anchor.hash)
    yield from _outside_faults(outside, damaged, seen)
    if anchors_file is not None and seen and not outside and not damaged:
        yield Fault(None, "anchor", 0, _nothing_outside(anchors_file, len(seen)))


def _nothing_outside(path: Path, anchors: int) -> str:
    """Hazard: whoever rewrites the database also removes the one copy that would show it."""
    what = "is empty" if path.exists() else "is not there"
    return (
        f"the copy outside the database {what}, and the database has {anchors} anchors: nothing outside vouches "
        "for the record. Bring the file back from a backup, or set ATARAXY_ANCHORS to where it is"
    )


def _outside_faults(outside: list[tuple[int, str]], damaged: list[int], seen: set[str]) -> Iterator[Fault]:
    for line in damaged:
        reason = f"line {line} of the copy outside the database cannot be read: it was cut short or changed"
        yield Fault(None, "anchor", 0, reason)
    for number, lost in outside:
        if lost not in seen:
            yield Fault(
                None, "anchor", number, "the copy outside the database names an anchor the database lacks"
            )


def _unanchored(anchor: Anchor) -> Iterator[Fault]:
    """Heads this anchor names that the record no longer holds as they were."""
    for stream, (kind, seq, digest) in json.loads(anchor.heads)["heads"].items():
        if not Event.objects.filter(stream_id=stream, seq=seq, hash=digest).exists():
            yield Fault(
                UUID(stream), kind, seq, f"anchor {anchor.number} saw event {seq}, the record has it no more"
            )


def _outside_hashes(path: Path | None) -> tuple[list[tuple[int, str]], list[int]]:
    """The anchors written outside the database, and the numbers of the lines that cannot be read."""
    found: list[tuple[int, str]] = []
    damaged: list[int] = []
    if path is None or not path.exists():
        return found, damaged
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        match line.split():
            case [_at, _clinic, counted, digest] if counted.isdigit():
                found.append((int(counted), digest))
            case []:
                pass
            case _:
                damaged.append(number)
    return found, damaged
