"""``ataraxy rebuild``: write every projection again from the events, and report what differed.

Projections are written in the same transaction as their events, so nothing should ever differ: a difference is a fault of
the program (or of someone's hand), and is reported even when it was mended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from rich.table import Table

from ataraxy.clinic.env import Environment
from ataraxy.commands import database as db
from ataraxy.commands.say import Bar, Exit, bar, document, out

SUMMARY = ("stage", "disorder", "open_concerns", "seq")
COURSE = ("disorder", "started_at", "stopped_at")
CHECK_IN = ("invited_at", "answered_at")
BOOKING = ("phase", "ended", "arrived_at", "dose_started_at", "seq")


@dataclass(frozen=True, slots=True)
class Difference:
    """A projected column that did not say what the events say; or a stream that cannot be read at all."""

    kind: str
    stream: str
    column: str
    was: str
    should_be: str


def rebuild(env: Environment, dry_run: bool, as_json: bool) -> int:
    """Exit code 1 when anything differed, mended or not."""
    with db.django_on(env):
        heads = _streams()
        with bar("Projecting again", len(heads), as_json) as progress:
            found = _rebuild(heads, dry_run, progress)
    if as_json:
        rows = [{n: getattr(d, n) for n in Difference.__slots__} for d in found]
        document({"ok": not found, "streams": len(heads), "dry_run": dry_run, "differences": rows})
    else:
        _show(found, len(heads), dry_run)
    return Exit.WRONG if found else Exit.FINE


def _streams() -> list[tuple[UUID, str]]:
    from ataraxy.clinic.audit.models import ChainHead, StreamKind

    projected = (StreamKind.CHART, StreamKind.SESSION)
    return list(ChainHead.objects.filter(kind__in=projected).order_by("id").values_list("id", "kind"))


def _rebuild(heads: list[tuple[UUID, str]], dry_run: bool, progress: Bar) -> list[Difference]:
    found: list[Difference] = []
    for stream, kind in heads:
        found += one(stream, kind, dry_run)
        progress.step()
    return found


def one(stream: UUID, kind: str, dry_run: bool) -> list[Difference]:
    """Project one stream again, in one transaction; with ``dry_run`` nothing stays written."""
    from django.db import transaction

    from ataraxy.clinic.audit.models import ChainHead, StreamKind
    from ataraxy.core.errors import AtaraxyError

    read, project = (_chart, _project_chart) if kind == StreamKind.CHART else (_booking, _project_session)
    try:
        with transaction.atomic():
            ChainHead.objects.select_for_update().get(id=stream)
            before = read(stream)
            project(stream)
            after = read(stream)
            if dry_run:
                transaction.set_rollback(True)
    except AtaraxyError as error:  # one unreadable stream does not stop the others
        return [Difference(kind, str(stream), "", "", f"{error.cause} {error.cure}")]
    return [
        Difference(kind, str(stream), column, str(before.get(column, "(no row)")), str(value))
        for column, value in after.items()
        if before.get(column, _NOTHING) != value
    ]


_NOTHING = object()
Read = Callable[[UUID], dict[str, Any]]


def _chart(stream: UUID) -> dict[str, Any]:
    from ataraxy.clinic.people.models import ChartSummary

    return dict(ChartSummary.objects.filter(patient_id=stream).values(*SUMMARY).first() or {}) | _lists(
        stream
    )


def _lists(patient: UUID) -> dict[str, Any]:
    """What the lists of this patient's courses and check-ins say, a column a row and field."""
    from ataraxy.clinic.follow.models import CheckIn
    from ataraxy.clinic.plan.models import Course

    found: dict[str, Any] = {}
    for model, kind, names in ((Course, "course", COURSE), (CheckIn, "check-in", CHECK_IN)):
        for row in model.objects.filter(patient_id=patient).order_by("id").values("id", *names):
            found |= {f"{kind} {row['id']} {name}": row[name] for name in names}
    return found


def _project_chart(stream: UUID) -> None:
    from ataraxy.clinic.audit.models import ChainHead
    from ataraxy.clinic.follow.rebuild import rebuild_check_ins, rebuild_courses
    from ataraxy.clinic.people.chart import project_summary
    from ataraxy.clinic.people.models import ChartSummary

    ChartSummary.objects.get_or_create(patient_id=stream)
    project_summary(stream, ChainHead.objects.values_list("seq", flat=True).get(id=stream))
    rebuild_courses(stream)
    rebuild_check_ins(stream)


def _booking(stream: UUID) -> dict[str, Any]:
    from ataraxy.clinic.follow.models import CheckIn
    from ataraxy.clinic.plan.models import Session
    from ataraxy.clinic.treat.models import Binding

    found = dict(Session.objects.filter(id=stream).values(*BOOKING).first() or {})
    bound = Binding.objects.filter(session_id=stream, unbound_at__isnull=True)
    return found | {
        "monitor": bound.values_list("monitor__device", flat=True).first() or "",
        "check_ins": CheckIn.objects.filter(session_id=stream).count(),
    }


def _project_session(stream: UUID) -> None:
    from ataraxy.clinic.treat.record import rebuild_around, rebuild_session

    rebuild_session(stream)
    rebuild_around(stream)


def _show(found: list[Difference], streams: int, dry_run: bool) -> None:
    if not found:
        out.print(f"[green]✓[/green] {streams} charts and sessions say what their events say.")
        return
    table = Table(title="What differed from the events", title_justify="left")
    for heading in ("What", "Stream", "Column", "Was", "Should be"):
        table.add_column(heading, overflow="fold")
    for each in found:
        table.add_row(each.kind, each.stream, each.column, each.was, each.should_be)
    out.print(table)
    out.print(
        "Nothing was changed (--dry-run)."
        if dry_run
        else "It was written again from the events. Tell whoever maintains Ataraxy."
    )
