"""``ataraxy doctor``: examine this installation; each finding with its cure. Unknown is said as unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import psycopg
from rich.table import Table

from ataraxy.clinic.database.embedded import DatabaseTrouble
from ataraxy.clinic.database.roles import refuse_power
from ataraxy.clinic.env import Environment
from ataraxy.commands import database as db
from ataraxy.commands.findings import Finding, Status, ok, warning, wrong
from ataraxy.commands.host import examine_host
from ataraxy.commands.say import Exit, bar, document, out

OLDEST_POSTGRESQL = 15
GUARDED = ("audit_event", "audit_chartread", "audit_anchor", "audit_chainhead")
ANCHORS_LATE = timedelta(minutes=10)
SIGNS = {Status.OK: "[green]✓ ok[/green]", Status.WARNING: "[yellow]! warning[/yellow]"}
SIGNS |= {Status.WRONG: "[red]✗ wrong[/red]", Status.UNKNOWN: "[cyan]? unknown[/cyan]"}


def doctor(env: Environment, as_json: bool) -> int:
    """Exit code 1 when something is wrong; warnings and unknowns are told and do not count."""
    db.make_home(env.home)
    findings: list[Finding] = []
    with bar("Examining", None, as_json) as progress:
        for finding in _examine(env, datetime.now(UTC)):
            findings.append(finding)
            progress.step()
    if as_json:
        document(
            {
                "ok": all(f.status is not Status.WRONG for f in findings),
                "findings": [asdict(f) for f in findings],
            }
        )
    else:
        _show(findings)
    return Exit.WRONG if any(f.status is Status.WRONG for f in findings) else Exit.FINE


def _examine(env: Environment, now: datetime) -> Iterator[Finding]:
    yield from examine_host(env, now)
    try:
        with db.in_use(env) as database:
            yield from _server(database.app)
            waiting = db.pending(database.app)
            if waiting:
                yield wrong(
                    "migrations", f"{len(waiting)} are pending, {waiting[0]} first", "Run `ataraxy migrate`."
                )
                return
            yield ok("migrations", "none pending")
            yield guards(database.app)
            with db.django_set_up():
                yield catalog()
                yield anchors(env, now)
                yield credentials(now.date())
    except DatabaseTrouble as trouble:
        yield wrong("database", trouble.cause, trouble.cure)


def _server(url: str) -> Iterator[Finding]:
    with psycopg.connect(url) as connection:
        major = connection.info.server_version // 10000
        yield postgresql(major)
        off = [
            n for n in ("fsync", "synchronous_commit", "full_page_writes") if _setting(connection, n) != "on"
        ]
    if off:
        yield wrong(
            "durability",
            f"{', '.join(off)} is not on",
            "Switch it on: without it a crash loses what was acknowledged.",
        )
    else:
        yield ok("durability", "fsync, synchronous_commit and full_page_writes are on")
    try:
        refuse_power(url)
        yield ok("roles", "the application owns nothing")
    except DatabaseTrouble as trouble:
        yield wrong("roles", trouble.cause, trouble.cure)


def _setting(connection: psycopg.Connection, name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    return str(row[0]) if row else ""


def postgresql(major: int) -> Finding:
    if major < OLDEST_POSTGRESQL:
        return wrong("postgresql", f"version {major}", f"Move to PostgreSQL {OLDEST_POSTGRESQL} or newer.")
    return ok("postgresql", f"version {major}")


def guards(url: str) -> Finding:
    """Whether the triggers that refuse changes to the record are there and switched on."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
            " AND tgname IN ('no_change', 'no_truncate', 'forward_only', 'no_delete')"
        ).fetchall()
    guarded = [str(row[0]) for row in rows]
    bare = [table for table in GUARDED if guarded.count(table) < 2]
    if bare:
        return wrong(
            "guards",
            f"The guards of {', '.join(bare)} are off.",
            "Call whoever answers for the record; run `ataraxy verify`.",
        )
    return ok("guards", "the record's tables refuse change and removal")


def catalog() -> Finding:
    """The system checks: the catalog loads, and no activated protocol was changed."""
    from django.core.checks import run_checks

    problems = run_checks(tags=["catalog"]) + run_checks(tags=["database"], databases=["default"])
    serious = [p for p in problems if p.is_serious()]
    if serious:
        return wrong("catalog", str(serious[0].msg), str(serious[0].hint or "Run `ataraxy check`."))
    return ok("catalog", "every file loads; activated protocols are unchanged")


def anchors(env: Environment, now: datetime) -> Finding:
    """Whether what moved in the record was anchored, inside and outside the database."""
    from django.db.models import F

    from ataraxy.clinic.audit.models import Anchor, ChainHead

    last = Anchor.objects.order_by("-at").values_list("at", flat=True).first()
    waiting = ChainHead.objects.filter(seq__gt=F("anchored_seq")).count()
    cure = "Keep `ataraxy serve` (or `ataraxy watch`) running, and ATARAXY_ANCHORS writable."
    if last and not env.anchors.exists():
        return wrong(
            "anchors", f"{env.anchors} is not there, and there were anchors.", "Find out who removed it."
        )
    written = datetime.fromtimestamp(env.anchors.stat().st_mtime, UTC) if env.anchors.exists() else None
    if waiting and (written is None or now - written > ANCHORS_LATE):
        return warning("anchors", f"{waiting} streams moved since the last anchor", cure)
    return ok("anchors", f"last written {written:%Y-%m-%d %H:%M} UTC" if written else "nothing to anchor yet")


def credentials(today: date) -> Finding:
    """Active staff whose newest credential of a kind has run out: they cannot sign."""
    from django.db.models import Max

    from ataraxy.clinic.people.models import Credential

    newest = (
        Credential.objects.filter(staff__active=True)
        .values("staff__name", "kind")
        .annotate(until=Max("expires_on"))
    )
    run_out = [
        f"{row['staff__name']} ({row['kind']})"
        for row in newest.filter(until__lt=today).order_by("staff__name")
    ]
    if run_out:
        return warning(
            "credentials",
            f"Run out: {', '.join(run_out)}",
            "Record the renewed ones under People, or end their work.",
        )
    return ok("credentials", "none has run out")


def _show(findings: list[Finding]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("", "", "Found", "What to do"):
        table.add_column(heading, overflow="fold", no_wrap=not heading)
    for each in findings:
        table.add_row(SIGNS[each.status], each.name, each.words, each.cure)
    out.print(table)
