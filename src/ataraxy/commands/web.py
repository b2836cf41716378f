"""``ataraxy web``: the pages, from sync Django views under granian."""

from __future__ import annotations

import os
import signal
from typing import Any

from ataraxy.clinic.env import Environment

WORKERS = 2
THREADS = 8  # a worker; each may hold one of its eight pooled connections


def web(env: Environment) -> int:
    """Serve the pages on the loopback web port until told to stop."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from ataraxy.commands.sound import leave_no_connection

    leave_no_connection()  # the workers are forked from here
    (env.home / "static").mkdir(exist_ok=True)  # WhiteNoise warns of a missing one
    Granian(
        target="ataraxy.commands.web:application",
        address="127.0.0.1",
        port=env.web_port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
    ).serve()
    return 0


def __getattr__(name: str) -> Any:
    """``application``, made in the worker that asks for it: a worker does not outlive granian's main process."""
    if name != "application":
        raise AttributeError(name)
    from ataraxy.clinic.wsgi import application
    from ataraxy.commands.tether import die_with_parent

    die_with_parent(os.getppid(), signal.SIGKILL)
    return application
