"""``ataraxy verify``: walk the whole record and name the first broken link of each stream."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from ataraxy.clinic.env import Environment
from ataraxy.commands import database as db
from ataraxy.commands.say import Exit, bar, document, out


@dataclass(frozen=True, slots=True)
class Broken:
    """One thing that does not hold."""

    kind: str
    stream: str
    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk over the record found."""

    streams: int
    events: int
    anchors: int
    faults: tuple[Broken, ...]

    @property
    def holds(self) -> bool:
        return not self.faults


def verify(env: Environment, as_json: bool) -> int:
    """Exit code 3 when a link does not hold."""
    with db.django_on(env):
        found = walk(env, as_json)
    if as_json:
        document({"ok": found.holds, **asdict(found)})
    else:
        show(found)
    return Exit.FINE if found.holds else Exit.BROKEN


def walk(env: Environment, as_json: bool) -> Walk:
    """Walk every stream and every anchor, as they stood at one moment: a running clinic goes on writing meanwhile.

    Django is set up already.
    """
    from ataraxy.clinic.audit.models import Anchor, ChainHead, Event
    from ataraxy.clinic.audit.verify import verify as faults_of

    with copy_of(env.anchors) as anchors, one_moment():
        streams = ChainHead.objects.count()
        with bar("Walking the record", streams, as_json) as progress:
            faults = faults_of(anchors, progress.step)
        told = tuple(Broken(f.kind, str(f.stream or ""), f.seq, f.reason) for f in faults)
        return Walk(streams, Event.objects.count(), Anchor.objects.count(), told)


@contextmanager
def copy_of(anchors: Path) -> Iterator[Path]:
    """The anchors outside the database as they are now; taken first, so that the database knows every one of them."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "anchors.log"
        if anchors.exists():
            copy.write_bytes(anchors.read_bytes())
        yield copy


@contextmanager
def one_moment() -> Iterator[None]:
    """Every query inside sees the database as it was at the first."""
    from django.db import connection, transaction

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def show(found: Walk) -> None:
    """For people: one line when it holds, else a table of what does not."""
    counted = f"{found.events} events in {found.streams} streams, {found.anchors} anchors"
    if found.holds:
        out.print(f"[green]✓[/green] The record holds: {counted}.")
        return
    table = Table(title="The record is broken", title_justify="left", title_style="bold red")
    for heading in ("What", "Stream", "Event", "What does not hold"):
        table.add_column(heading, overflow="fold")
    for fault in found.faults:
        table.add_row(fault.kind, fault.stream, str(fault.seq), fault.reason)
    out.print(table)
    out.print(f"Walked: {counted}. Stop, keep the disk as it is, and call whoever answers for the record.")
