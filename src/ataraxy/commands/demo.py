"""``ataraxy demo``: the demo clinic, served, with a session going on and a simulated monitor that speaks."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from rich.table import Table

from ataraxy.clinic.env import Environment, read
from ataraxy.commands.children import Child
from ataraxy.commands.say import bar, document, err, out
from ataraxy.commands.serve import Ready, as_environ, running_note, serve
from ataraxy.core.errors import AtaraxyError

if TYPE_CHECKING:
    from ataraxy.clinic.people.models import Clinic

STORIES = 17  # patients' stories to tell, for the progress bar


def demo(env: Environment, as_json: bool = False, fresh: bool = False) -> int:
    """Serve the demo clinic; the first start fills it, a later one goes on where its clock stopped."""
    if os.environ.get("DATABASE_URL"):
        raise AtaraxyError(
            "DATABASE_URL names a database of your own, and the demo would fill it with invented patients.",
            "Unset DATABASE_URL: the demo uses its embedded database.",
        )
    if fresh:
        _forget(env)
    monitors: list[Child] = []

    def prepare() -> None:
        monitors.extend(_open(read(), as_json))

    return serve(env, extra=monitors, ready=_welcome(as_json), prepare=prepare, as_json=as_json)


def _forget(env: Environment) -> None:
    """Throw the demo's data away; refused for a home that holds a real clinic."""
    if running_note(env.home):
        raise AtaraxyError("The demo is running.", "Stop it with Ctrl-C first.")
    if not (env.home / "demo").exists() and env.home.exists() and any(env.home.iterdir()):
        raise AtaraxyError(f"{env.home} was not made by the demo.", "Set ATARAXY_HOME to the demo's folder.")
    env.embedded.stop()
    shutil.rmtree(env.home, ignore_errors=True)


def _open(env: Environment, as_json: bool) -> list[Child]:
    """Fill the clinic if it is empty, set its clock, and say which monitors to start."""
    os.environ.update(as_environ(env))
    import django

    django.setup()
    from django.db import connections

    from ataraxy.demo.fill import fill, present, set_clock

    clinic = _demo_clinic()
    if clinic is None:
        (env.home / "demo").touch()
        with bar("Filling the demo clinic", STORIES, as_json) as shown:
            filled = fill(date.today(), progress=lambda _: shown.step())  # noqa: DTZ011 - the host's own day
        clinic = filled.clinic
    set_clock(clinic, present(clinic) or datetime.now(UTC), datetime.now(UTC))
    monitors = [_monitor(env, bed, minutes) for bed, minutes in _speaking(clinic)]
    connections.close_all()
    return monitors


def _demo_clinic() -> Clinic | None:
    """The demo clinic of this database, or None when it is empty; a real clinic's database is refused."""
    from ataraxy.clinic.people.models import Clinic

    clinics = list(Clinic.objects.all())
    if any(not clinic.is_demo for clinic in clinics):
        raise AtaraxyError(
            "This database holds a real clinic.", "Set ATARAXY_HOME to an empty folder for the demo."
        )
    return clinics[0] if clinics else None


def _speaking(clinic: Clinic) -> list[tuple[str, float]]:
    """The beds whose monitor is bound to a session, with the minutes since its dose started."""
    from ataraxy.clinic.context import now_at
    from ataraxy.clinic.treat.models import Binding

    bound = Binding.objects.filter(clinic=clinic, unbound_at__isnull=True).select_related(
        "monitor", "session"
    )
    now = now_at(clinic)
    return [
        (b.monitor.device.rpartition("/")[2], (now - b.session.dose_started_at).total_seconds() / 60)
        for b in bound
        if b.session.dose_started_at
    ]


def _monitor(env: Environment, bed: str, minutes: float) -> Child:
    host, _, port = env.mllp_bind.rpartition(":")
    return Child(
        f"monitor-{bed.lower()}",
        (
            *(sys.executable, "-m", "ataraxy.cli", "demo-monitor", "--host", host, "--port", port),
            *("--bed", bed, "--start-at-min", f"{minutes:.2f}"),
        ),
    )


def _welcome(as_json: bool) -> Ready:
    def ready(env: Environment) -> None:
        from ataraxy.clinic.people.demo_door import DEMO_PASSWORD
        from ataraxy.demo.cast import STAFF

        if as_json:
            logins = {m.role.value: m.email for m in STAFF}
            document({"address": env.origin, "pid": os.getpid(), "logins": logins, "password": DEMO_PASSWORD})
            return
        table = Table(title="Log in as", title_justify="left", box=None, padding=(0, 2, 0, 0))
        for name in ("Role", "E-mail", "Name"):
            table.add_column(name)
        for member in STAFF:
            table.add_row(member.role.label, member.email, member.name)
        out.print(f"\nThe demo clinic is open at [bold]{env.origin}[/bold]", soft_wrap=True)
        out.print(f"Password for everyone: [bold]{DEMO_PASSWORD}[/bold]\n")
        out.print(table)
        out.print(
            "\nAll patients are invented. A session is going on: log in as the nurse and open the board."
        )
        err.print(f"Logs: {env.home / 'log'}. Ctrl-C stops everything.", soft_wrap=True)

    return ready
